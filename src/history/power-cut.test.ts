// deadline: 180 s

import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DatabaseBench, jobDepsOf } from './database.testing.ts';
import { keepMinutes } from './keep-minutes.ts';
import { SCHEMA } from './schema.ts';

const test = suite('power cut');

const MINUTES = 120;
const SECTOR = 512;
/** Of the log: https://sqlite.org/fileformat.html, 4.1. */
const WAL_HEADER = 32;

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The files of a run that was cut off: what was moved out of the log, and the log. */
async function cutOff(bench: DatabaseBench): Promise<{ file: string; wal: string }> {
  const deps = jobDepsOf(await bench.open({ schema: SCHEMA }));
  const spans = Array.from({ length: 100 }, (_, n) => ({
    name: 'listeners_on_rung',
    subject: `${n}`,
    isCounter: false,
    value: n / 7,
    max: n,
  }));
  for (let minute = 1; minute <= MINUTES; minute++) {
    keepMinutes(deps, {
      number: minute,
      steps: [],
      minutes: [{ minute, spans }],
      events: [{ timeMs: minute, type: 'sound', subject: 'mic', detail: 'x'.repeat(minute) }],
      sessions: [],
      limits: undefined,
    });
  }
  const [file, wal] = [`${bench.directory}/cut.db`, `${bench.directory}/cut.db-wal`];
  copyFileSync(bench.file, file);
  copyFileSync(`${bench.file}-wal`, wal);
  return { file, wal };
}

/** Opens copies and says which minutes and events they have, and what was logged. */
async function reopened(cut: { file: string; wal: string }, change: (file: string, wal: string) => void) {
  using bench = new DatabaseBench();
  mkdirSync(dirname(bench.file), { recursive: true });
  copyFileSync(cut.file, bench.file);
  copyFileSync(cut.wal, `${bench.file}-wal`);
  change(bench.file, `${bench.file}-wal`);
  const database = await bench.open({ schema: SCHEMA });
  const found = database.read((tables) => ({
    minutes: tables
      .all<{ minute: number }>('SELECT minute FROM figure_minute ORDER BY minute')
      .map(({ minute }) => minute),
    events: tables.all<{ at: number }>('SELECT time_ms AS at FROM event ORDER BY at').map(({ at }) => at),
    check: tables.all<{ integrity_check: string }>('PRAGMA integrity_check')[0]?.integrity_check,
  }));
  keepMinutes(jobDepsOf(database), {
    number: 1,
    steps: [],
    minutes: [{ minute: 9_999, spans: [] }],
    events: [],
    sessions: [],
    limits: undefined,
  });
  return { ...found, errors: bench.log.messages('error'), problem: database.problem };
}

/** The first so many. */
function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

test('a log that is whole gives every minute back', async () => {
  using bench = new DatabaseBench();
  const found = await reopened(await cutOff(bench), () => {});
  assert.equal([found.minutes, found.events], [upTo(MINUTES), upTo(MINUTES)]);
});

test('a log that ends anywhere gives back whole minutes, all those before', async () => {
  using bench = new DatabaseBench();
  const cut = await cutOff(bench);
  const random = randomFrom(1);
  const size = readFileSync(cut.wal).length;
  const counts = new Set<number>();
  for (let n = 0; n < 60; n++) {
    const length = Math.floor(random() * size);
    const { minutes, events, check, errors, problem } = await reopened(cut, (_, wal) => truncateSync(wal, length));
    assert.equal([minutes, events, check], [upTo(minutes.length), upTo(minutes.length), 'ok'], `${length}`);
    assert.equal([errors, problem], [[], undefined]);
    counts.add(minutes.length);
  }
  assert.ok(counts.size > 10, `${[...counts]}`);
});

test('of a log with a sector that never arrived, or arrived as nonsense, all before that is there', async () => {
  using bench = new DatabaseBench();
  const cut = await cutOff(bench);
  const random = randomFrom(2);
  const size = readFileSync(cut.wal).length;
  for (let n = 0; n < 60; n++) {
    const sector = Math.floor((random() * size) / SECTOR) * SECTOR;
    const { minutes, events, check, problem } = await reopened(cut, (_, wal) => {
      const bytes = readFileSync(wal);
      for (let at = sector; at < Math.min(sector + SECTOR, size); at++) {
        bytes[at] = n % 2 === 0 ? 0 : Math.floor(random() * 256);
      }
      writeFileSync(wal, bytes);
    });
    assert.equal([minutes, events, check], [upTo(minutes.length), upTo(minutes.length), 'ok'], `${sector}`);
    assert.is(problem, undefined);
    // What came before the sector in the log is there, and the log begins after what the file has.
    if (sector > size * 0.9 + WAL_HEADER) assert.ok(minutes.length > MINUTES / 2, `${sector}: ${minutes.length}`);
  }
});

test('whatever the file itself looks like afterwards, the history goes on: with it, or with a new one', async () => {
  using bench = new DatabaseBench();
  const cut = await cutOff(bench);
  const random = randomFrom(3);
  let setAside = 0;
  for (let n = 0; n < 30; n++) {
    const { check, errors, problem } = await reopened(cut, (file, wal) => {
      for (const path of [file, wal]) {
        const bytes = readFileSync(path);
        for (let holes = 0; holes < 3; holes++) {
          const at = Math.floor(random() * bytes.length);
          bytes.fill(Math.floor(random() * 256), at, Math.min(at + 4 * SECTOR, bytes.length));
        }
        writeFileSync(path, bytes);
      }
    });
    assert.equal([check, problem], ['ok', undefined]);
    setAside += errors.filter((line) => line.includes('damaged')).length;
  }
  assert.ok(setAside > 0);
});

test.run();
