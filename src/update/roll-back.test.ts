import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeRauc } from './fake-rauc.testing.ts';
import { rollBack } from './roll-back.ts';
import { UpdateMarks } from './update-marks.ts';

const test = suite('rollBack');

/** What is marked, and which system is told, where B is so. */
async function rolledBack(isBootable: boolean, marks: readonly string[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'pipit-rollback-'));
  try {
    for (const name of marks) await writeFile(join(folder, name), '');
    const rauc = new FakeRauc();
    rauc.other = { ...rauc.other, isBootable };
    const slot = await rollBack({ rauc, marks: new UpdateMarks(folder) });
    return [slot?.bootName, rauc.marked];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('the other system is started from now on', async () => {
  assert.equal(await rolledBack(true), ['B', ['active rootfs.1']]);
  // An update that broke off before it touched anything.
  assert.equal(await rolledBack(true, ['fresh-B']), ['B', ['active rootfs.1']]);
});

test('an update that waits for its first start is no system before: the one that runs stays', async () => {
  assert.equal(await rolledBack(true, ['fresh-B', 'installed-B']), ['A', ['active rootfs.0']]);
});

test('where there is no other that could be started, nothing is changed', async () => {
  assert.equal(await rolledBack(false), [undefined, []]);
  assert.equal(await rolledBack(false, ['fresh-B', 'installed-B']), [undefined, []]);
});

test.run();
