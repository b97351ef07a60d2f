import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeRauc } from './fake-rauc.testing.ts';
import { UpdateMarks } from './update-marks.ts';
import { updateStatus } from './update-status.ts';

const test = suite('updateStatus');

async function statusOf(rauc: FakeRauc, marks: readonly string[] = []): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pipit-status-'));
  try {
    for (const name of marks) await writeFile(join(folder, name), 'No sound\n');
    const lines = await updateStatus({ rauc, marks: new UpdateMarks(folder), version: '1.2.0' });
    assert.equal((await readdir(folder)).toSorted(), marks.toSorted());
    assert.equal([rauc.installed, rauc.marked], [[], []]);
    return lines;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('it tells both systems, which is next, and that nothing is under way', async () => {
  const lines = await statusOf(new FakeRauc());
  assert.equal(lines, ['System A: runs, Pipit 1.2.0, is next', 'System B: cannot be started', 'Update: idle']);
});

test('it tells how far an installation is that another program began', async () => {
  const rauc = new FakeRauc();
  rauc.begin('1.3.0');
  assert.is((await statusOf(rauc)).at(-1), 'Update: installing 50 %');
});

test('it tells what became of the last one', async () => {
  const rauc = new FakeRauc();
  rauc.other = { ...rauc.other, version: '1.3.0' };
  const lines = await statusOf(rauc, ['fresh-B', 'installed-B', 'undone-B']);
  assert.equal(lines.slice(1, 3), ['System B (1.3.0): cannot be started', 'Update: undone']);
  assert.match(lines[3] ?? '', 'No sound');
});

test.run();
