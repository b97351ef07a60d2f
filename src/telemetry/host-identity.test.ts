import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readHostIdentity } from './host-identity.ts';

const test = suite('host identity');

async function identityOf(files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), 'identity-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), text);
    }
    const roots = { proc: join(root, 'proc'), sys: join(root, 'sys'), dev: join(root, 'dev') };
    return await readHostIdentity(roots, join(root, 'machine-id'));
  } finally {
    await rm(root, { recursive: true });
  }
}

const SERIAL = { 'proc/device-tree/serial-number': '10000000abcdef01\0' };

test('a Pi is known by its board: a new card does not change that', async () => {
  const before = await identityOf({ ...SERIAL, 'machine-id': 'one\n' });
  const after = await identityOf({ ...SERIAL, 'machine-id': 'two\n' });
  assert.match(before.id, /^[0-9a-f]{12}$/);
  assert.is(before.id, after.id);
  assert.not.match(before.id, 'abcdef01');
});

test('another board is another station', async () => {
  const other = await identityOf({ 'proc/device-tree/serial-number': '10000000abcdef02\0' });
  assert.is.not((await identityOf(SERIAL)).id, other.id);
});

test('a board without a number is known by its installation', async () => {
  const none = { 'proc/device-tree/serial-number': '0000000000000000\0' };
  const one = await identityOf({ ...none, 'machine-id': 'one\n' });
  assert.is.not(one.id, (await identityOf({ ...none, 'machine-id': 'two\n' })).id);
  assert.is(one.id, (await identityOf({ 'machine-id': 'one\n' })).id);
});

test('a machine that tells nothing still has an id, and no model', async () => {
  const { id, model } = await identityOf({});
  assert.match(id, /^[0-9a-f]{12}$/);
  assert.is(model, '');
});

test('the model is as the board says', async () => {
  const { model } = await identityOf({ 'proc/device-tree/model': 'Raspberry Pi 4 Model B Rev 1.4\0' });
  assert.is(model, 'Raspberry Pi 4 Model B Rev 1.4');
});

test.run();
