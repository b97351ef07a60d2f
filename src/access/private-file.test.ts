import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writePrivateFile } from './private-file.ts';

const test = suite<{ dir: string }>('private file', { dir: '' });

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'pipit-private-'));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

test('nobody else can read it, whatever was there before', async ({ dir }) => {
  const file = join(dir, 'deeper', 'access.json');
  await writePrivateFile(file, 'one');
  writeFileSync(`${file}.new`, 'left by a power cut', { mode: 0o666 });
  await writePrivateFile(file, 'two');
  assert.is(readFileSync(file, 'utf8'), 'two');
  assert.is(statSync(file).mode & 0o777, 0o600);
});

test('what could not be written leaves nothing behind', async ({ dir }) => {
  // A directory in the place of the file: the new one is whole and can not take its place.
  const file = join(dir, 'access.json');
  mkdirSync(join(file, 'in the way'), { recursive: true });
  let trouble: unknown;
  await writePrivateFile(file, 'secret').catch((error: unknown) => {
    trouble = error;
  });
  assert.instance(trouble, Error);
  assert.equal(readdirSync(dir), ['access.json']);
});

test.run();
