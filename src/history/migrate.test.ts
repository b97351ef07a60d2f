import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError } from '../core/errors.ts';
import { migrate } from './migrate.ts';

const test = suite('migrate');

/** Each step notes itself; the first makes the table for that. */
const STEPS = ['CREATE TABLE taken (step INTEGER); INSERT INTO taken VALUES (1)'];
for (let step = 2; step <= 6; step++) STEPS.push(`INSERT INTO taken VALUES (${step})`);

const inMemory = () => new BetterSqlite3(':memory:');
const versionOf = (sqlite: BetterSqlite3.Database) => sqlite.pragma('user_version', { simple: true });
const takenIn = (sqlite: BetterSqlite3.Database) => sqlite.prepare('SELECT step FROM taken').pluck().all();
const bring = (sqlite: BetterSqlite3.Database, schema: readonly string[]) =>
  migrate(sqlite, { file: 'pipit.db', schema });

test('a file of any version takes the steps that it lacks, in order and once', () => {
  const releases = fc.array(fc.integer({ min: 1, max: STEPS.length }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(releases, (versions) => {
      const sqlite = inMemory();
      for (const version of versions.sort()) bring(sqlite, STEPS.slice(0, version));
      const last = versions.at(-1) ?? 0;
      assert.is(versionOf(sqlite), last);
      assert.equal(
        takenIn(sqlite),
        Array.from({ length: last }, (_, n) => n + 1),
      );
      sqlite.close();
    }),
  );
});

test('a step that fails is taken back whole; those before it count, and a better one goes on from there', () => {
  const sqlite = inMemory();
  const [first = '', second = ''] = STEPS;
  assert.throws(() => bring(sqlite, [first, second, `${STEPS[2]}; INSERT INTO nowhere VALUES (1)`]), /no such table/);
  assert.equal([versionOf(sqlite), takenIn(sqlite)], [2, [1, 2]]);
  bring(sqlite, STEPS.slice(0, 3));
  assert.equal([versionOf(sqlite), takenIn(sqlite)], [3, [1, 2, 3]]);
});

test('a file of a newer Pipit is named with both versions, and not touched', () => {
  const sqlite = inMemory();
  bring(sqlite, STEPS);
  try {
    bring(sqlite, STEPS.slice(0, 2));
    assert.unreachable();
  } catch (error) {
    assert.instance(error, DeviceError);
    assert.is((error as DeviceError).code, 'history.not-kept');
    assert.match(
      (error as DeviceError).message,
      /^pipit\.db was made by a newer Pipit \(schema 6, this one knows 2\)$/,
    );
  }
  assert.equal([versionOf(sqlite), takenIn(sqlite)], [6, [1, 2, 3, 4, 5, 6]]);
});

test('two that open a new file at once take each step once between them', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pipit-migrate-'));
  const file = join(directory, 'pipit.db');
  const sqlite = new BetterSqlite3(file, { timeout: 10_000 });
  sqlite.pragma('journal_mode = WAL');
  // It is in the midst of the first step for a while.
  const other = spawn(
    process.execPath,
    [
      '-e',
      `const sqlite = new (require('better-sqlite3'))(process.argv[1]);
      sqlite.exec('BEGIN IMMEDIATE; ' + process.argv[2] + '; PRAGMA user_version = 1');
      console.log('begun');
      setTimeout(() => sqlite.exec('COMMIT'), 300);`,
      file,
      STEPS[0] ?? '',
    ],
    { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const over = once(other, 'close');
    await once(other.stdout, 'data');
    bring(sqlite, STEPS);
    await over;
    assert.equal([versionOf(sqlite), takenIn(sqlite)], [6, [1, 2, 3, 4, 5, 6]]);
  } finally {
    other.kill();
    sqlite.close();
    rmSync(directory, { recursive: true });
  }
});

test.run();
