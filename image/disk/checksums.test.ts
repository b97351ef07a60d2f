import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { command } from '../command.ts';
import { writeChecksums } from './checksums.ts';

const test = suite('checksums');

test('sha256sum accepts them, and finds a file that was changed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pipit-checksums-'));
  await writeFile(join(folder, 'b.img'), 'bee');
  await writeFile(join(folder, 'a.deb'), 'ay');
  await writeChecksums(folder, ['b.img', 'a.deb'], ['b.img']);
  const names = (await readFile(join(folder, 'SHA256SUMS'), 'utf8')).split('\n').map((line) => line.slice(66));
  assert.equal(names, ['a.deb', 'b.img', '']);
  await command('sha256sum', ['--check', '--strict', 'SHA256SUMS', 'b.img.sha256'], { cwd: folder });
  await writeFile(join(folder, 'b.img'), 'bea');
  try {
    await command('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder });
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), 'b.img: FAILED');
  }
});

test.run();
