import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { silentLog } from '../core/log.ts';
import { type Confirmation, confirmSystem } from './confirmation.ts';
import { FakeRauc } from './fake-rauc.testing.ts';
import { UpdateMarks } from './update-marks.ts';

const test = suite('confirmSystem');

interface Outcome {
  readonly confirmation: Confirmation;
  readonly marked: readonly string[];
  readonly marks: readonly string[];
  /** How often it had to be proven. */
  readonly proofs: number;
}

async function confirmed(
  marks: readonly string[],
  problem: string | undefined,
  other: { readonly isBootable: boolean },
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'pipit-confirm-'));
  try {
    for (const name of marks) await writeFile(join(folder, name), '');
    const rauc = new FakeRauc();
    rauc.other = { ...rauc.other, ...other };
    let proofs = 0;
    const proof = async () => {
      proofs += 1;
      return problem;
    };
    const confirmation = await confirmSystem({ log: silentLog, rauc, marks: new UpdateMarks(folder), proof });
    return { confirmation, marked: rauc.marked, marks: (await readdir(folder)).toSorted(), proofs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('a system that was confirmed before is so at once, whatever the station does', async () => {
  assert.equal(await confirmed([], 'The station does not answer', { isBootable: true }), {
    confirmation: 'confirmed',
    marked: ['good rootfs.0'],
    marks: [],
    proofs: 0,
  });
});

test('a new one is confirmed when it works, and is not new any more', async () => {
  assert.equal(await confirmed(['fresh-A', 'installed-A'], undefined, { isBootable: true }), {
    confirmation: 'confirmed',
    marked: ['good rootfs.0'],
    marks: [],
    proofs: 1,
  });
});

test('a new one that does not work is given up, with the reason, and stays unmarked', async () => {
  assert.equal(await confirmed(['fresh-A', 'installed-A'], 'No sound', { isBootable: true }), {
    confirmation: 'given-up',
    marked: [],
    marks: ['fresh-A', 'installed-A', 'undone-A'],
    proofs: 1,
  });
});

test('where there is no other system to start, it stays: nobody restarts a box for ever', async () => {
  const { confirmation, marked } = await confirmed(['fresh-A'], 'No sound', { isBootable: false });
  assert.equal([confirmation, marked], ['stays', []]);
});

test('back after an update that was undone, this system is first again', async () => {
  const { marked, marks } = await confirmed(['fresh-B', 'installed-B'], undefined, { isBootable: false });
  assert.equal(marked, ['active rootfs.0', 'good rootfs.0']);
  assert.equal(marks, ['fresh-B', 'installed-B']);
});

test.run();
