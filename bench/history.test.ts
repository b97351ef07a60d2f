// deadline: 120 s
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runDays } from './history/day.ts';
import { killRounds } from './history/kill.ts';

const test = suite('history');

const directory = mkdtempSync(join(tmpdir(), 'pipit-history-'));
test.after(() => rmSync(directory, { recursive: true, force: true }));

test('a writer that is killed again and again loses no minute that it has said is kept', async () => {
  const { sum } = await killRounds(directory, 8);
  assert.equal([sum.rounds, sum.lost, sum.damaged], [8, 0, 0]);
  assert.ok(sum.kept > 8, `${sum.kept}`);
});

test('a day of normal running writes 50 MB at most', async () => {
  const [day] = await runDays(mkdtempSync(join(directory, 'day-')), 1);
  // A file system in memory counts nothing.
  assert.ok((day?.thread ?? 0) < 50e6, `${day?.thread}`);
  assert.ok((day?.fileBytes ?? 0) > 1e6);
});

test.run();
