import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { Database, type DatabaseOptions } from './database.ts';
import { FigureDictionary } from './figure-dictionary.ts';
import { HISTORY_JOBS, type HistoryDesk, type JobDeps } from './history-jobs.ts';

export const NOTES = ['CREATE TABLE note (text TEXT) STRICT'];

/** A directory of a test's own, and databases in it that can be opened one after the other. */
export class DatabaseBench {
  readonly directory = mkdtempSync(join(tmpdir(), 'pipit-history-'));
  readonly file = join(this.directory, 'data', 'pipit.db');
  readonly clock = new FakeClock();
  readonly log = new RecordingLog();
  wallTime = new Date('2026-03-01T12:00:00Z');
  readonly #open: Database[] = [];

  async open(options: Partial<DatabaseOptions> = {}): Promise<Database> {
    const deps = { clock: this.clock, log: this.log, wallTime: () => this.wallTime };
    const database = new Database(deps, { file: this.file, schema: NOTES, ...options });
    this.#open.push(database);
    await database.open();
    return database;
  }

  [Symbol.dispose](): void {
    for (const database of this.#open) database.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** What jobs work with in a test. */
export function jobDepsOf(database: Database, maxBytes = 64 << 20): JobDeps {
  return {
    database,
    generationOf: (generation) => generation,
    dictionary: new FigureDictionary(),
    file: database.file,
    maxBytes,
    tidying: { hour: undefined, isMore: false },
  };
}

/** Has jobs done at once and here, with a database of a test. */
export function deskOf(database: Database): HistoryDesk {
  const deps = jobDepsOf(database);
  return { ask: async (job, argument) => HISTORY_JOBS[job](deps, argument as never) as never };
}

/** Writes a row into NOTES. */
export function note(database: Database, text: string): void {
  database.write((tables) => tables.run('INSERT INTO note VALUES (?)', text));
}

/** The rows of NOTES. */
export function notes(database: Database): string[] {
  return database.read((tables) => tables.all<{ text: string }>('SELECT text FROM note')).map(({ text }) => text);
}
