import type BetterSqlite3 from 'better-sqlite3';
import type { Clock } from '../core/clock.ts';
import { DeviceError, sentencesOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { identityOf, imageOf, makeWritable, setAside, sizeOf } from './database-file.ts';
import { isDamage, isInUse, troubleOf } from './database-trouble.ts';
import { migrate } from './migrate.ts';
import { PreparedTables, type SqlValue, type Tables } from './tables.ts';

export interface DatabaseDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly wallTime: () => Date;
}

export interface DatabaseOptions {
  /** Its directory is made when it is missing. */
  readonly file: string;
  /** Statements that lead from each version of the schema to the next. */
  readonly schema: readonly string[];
  /** The file never grows beyond this. */
  readonly maxBytes?: number;
  /** How long to leave a disk alone that could not be written. */
  readonly retryMs?: number;
}

type Sqlite = typeof BetterSqlite3;

interface Connection {
  readonly sqlite: BetterSqlite3.Database;
  readonly tables: Tables;
  /** Of the file that is open; one of the same name may have taken its place since. */
  readonly identity: string | undefined;
  /** Why it is in memory and not the file. */
  readonly trouble: DeviceError | undefined;
}

const MAX_BYTES = 256 * 1024 * 1024;
const RETRY_MS = 10_000;
/** What else is asked for waits meanwhile. */
const BUSY_MS = 250;
const CACHE_KIB = 512;
/** What the write-ahead log is cut back to. */
const MAX_WAL_BYTES = 1024 * 1024;
/** A larger file is not read through at the start: damage shows when it is come upon. */
const MAX_CHECKED_BYTES = 8 * 1024 * 1024;

/**
 * The station's SQLite file: a WAL, and every transaction on the disk before it counts as done. Where nothing can be
 * written it goes on in memory, with what could be read, and says so to whoever wants something kept; it tries the disk
 * again from time to time. A damaged file is set aside and a new one begun; one that somebody has deleted or put another
 * in place of is let go of with the next change.
 */
export class Database {
  readonly #deps: DatabaseDeps;
  readonly #options: DatabaseOptions;
  #package: Sqlite | undefined;
  #connection: Connection | undefined;
  #problem: DeviceError | undefined;
  #retryAtUs = 0;
  #generation = 0;
  #isClosed = false;

  constructor(deps: DatabaseDeps, options: DatabaseOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  get file(): string {
    return this.#options.file;
  }

  /** Why nothing is kept at present; undefined when all is well. */
  get problem(): DeviceError | undefined {
    return this.#problem;
  }

  /** Changes whenever it is opened anew. */
  get generation(): number {
    return this.#generation;
  }

  /** Opens it. A disk that does not work is no failure: see `problem`. */
  async open(): Promise<void> {
    if (this.#connection !== undefined || this.#isClosed) return;
    try {
      this.#package ??= (await import('better-sqlite3')).default;
    } catch (cause) {
      const message = `SQLite can't be loaded: ${(cause as Error).message}`;
      this.#setProblem(new DeviceError('history.not-kept', message, { remedy: 'Install Pipit again.', cause }));
      return;
    }
    this.#setProblem(this.#connect());
  }

  /**
   * Reads, from memory where the disk cannot be read.
   * @throws DeviceError `history.not-kept` when there is nothing to read from
   */
  read<T>(work: (tables: Tables) => T): T {
    try {
      return this.#withoutDamage(() => this.#transact(work, 'deferred'));
    } catch (error) {
      throw this.#troubleOf(error) ?? error;
    }
  }

  /**
   * Changes something in one transaction, which is on the disk when this returns.
   *
   * @param work may be called twice, when damage comes to light
   * @throws DeviceError `history.not-kept` when the disk is full, read-only, broken or in use
   */
  write<T>(work: (tables: Tables) => T): T {
    if (this.#package === undefined || this.#isClosed) throw this.#problem ?? notOpen(this.#options.file);
    if (this.#problem !== undefined) {
      if (this.#deps.clock.nowUs() < this.#retryAtUs) throw this.#problem;
      this.#connect();
    }
    try {
      if (this.#isElsewhere()) this.#openAnew();
      const result = this.#withoutDamage(() => this.#transact(work, 'immediate'));
      this.#setProblem(undefined);
      return result;
    } catch (error) {
      const trouble = this.#troubleOf(error);
      if (trouble === undefined) throw error;
      // Who has it open may let go of it at any moment.
      if (!isInUse(error)) this.#setProblem(trouble);
      throw trouble;
    }
  }

  /** Closes it; what is asked for later fails. Any number of times. */
  close(): void {
    this.#isClosed = true;
    this.#disconnect();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #transact<T>(work: (tables: Tables) => T, kind: 'deferred' | 'immediate'): T {
    if (this.#connection === undefined) throw this.#problem ?? notOpen(this.#options.file);
    const { sqlite, tables, trouble } = this.#connection;
    if (kind === 'immediate' && trouble !== undefined) throw trouble;
    return sqlite.transaction(() => work(tables))[kind]();
  }

  /** What is open has been deleted, moved or replaced. */
  #isElsewhere(): boolean {
    const { identity } = this.#connection ?? {};
    return identity !== undefined && identityOf(this.#options.file) !== identity;
  }

  #openAnew(): void {
    const { file } = this.#options;
    this.#deps.log.warning(`${file} was deleted or replaced while Pipit had it open: it is opened anew`);
    try {
      // Into the file that it belongs to: left behind, the log would be taken for that of the new one.
      this.#connection?.sqlite.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      this.#deps.log.debug(`the old ${file} can't be completed: ${(error as Error).message}`);
    }
    this.#connect();
  }

  /** Does it again with a new file where the old one turns out to be damaged. */
  #withoutDamage<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#setAside(error as Error);
      this.#connect();
      return action();
    }
  }

  /** Opens the file, or memory in its place; then the trouble with the file is returned. */
  #connect(): DeviceError | undefined {
    if (this.#package === undefined || this.#isClosed) return this.#problem;
    this.#disconnect();
    this.#generation += 1;
    try {
      this.#connection = this.#openFile(this.#package);
    } catch (error) {
      const trouble = this.#troubleOf(error);
      if (trouble === undefined) throw error;
      this.#connection = this.#openMemory(this.#package, trouble);
    }
    return this.#connection.trouble;
  }

  #openFile(sqlite: Sqlite): Connection {
    try {
      return this.#prepareNamed(sqlite);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#setAside(error as Error);
      return this.#prepareNamed(sqlite);
    }
  }

  #prepareNamed(sqlite: Sqlite): Connection {
    const { file } = this.#options;
    makeWritable(file);
    // Before it is opened: one that takes its place in between is noticed with the next change.
    const identity = identityOf(file);
    return { ...this.#prepare(new sqlite(file, { timeout: BUSY_MS }), undefined), identity };
  }

  /** With what the disk has, where that can be read. */
  #openMemory(sqlite: Sqlite, trouble: DeviceError): Connection {
    const image = imageOf(this.#options.file, MAX_CHECKED_BYTES);
    try {
      if (image !== undefined) return this.#prepare(new sqlite(image), trouble);
    } catch (error) {
      this.#deps.log.debug(`${this.#options.file} can't be read: ${(error as Error).message}`);
    }
    return this.#prepare(new sqlite(':memory:'), trouble);
  }

  #prepare(sqlite: BetterSqlite3.Database, trouble: DeviceError | undefined): Connection {
    try {
      sqlite.pragma(`cache_size = -${CACHE_KIB}`);
      sqlite.pragma('trusted_schema = OFF');
      sqlite.pragma('cell_size_check = ON');
      if (trouble === undefined) this.#prepareFile(sqlite);
      if (sizeOf(this.#options.file) <= MAX_CHECKED_BYTES) checkWhole(sqlite);
      sqlite.pragma('foreign_keys = ON');
      migrate(sqlite, this.#options);
    } catch (error) {
      sqlite.close();
      throw error;
    }
    const tables = new PreparedTables((sql) => sqlite.prepare<SqlValue[]>(sql), this.#generation);
    return { sqlite, tables, identity: undefined, trouble };
  }

  #prepareFile(sqlite: BetterSqlite3.Database): void {
    const { maxBytes = MAX_BYTES } = this.#options;
    // Takes effect in a new file only: room that later pieces of history give back can then be returned to the disk.
    sqlite.pragma('auto_vacuum = INCREMENTAL');
    sqlite.pragma('journal_mode = WAL');
    // With a WAL the package's own default would be NORMAL, which a power cut may cost the last transactions.
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma(`journal_size_limit = ${MAX_WAL_BYTES}`);
    const pageBytes = sqlite.pragma('page_size', { simple: true }) as number;
    // Then it stays as long as it is: a file that grows and is cut makes the file system write, too.
    sqlite.pragma(`wal_autocheckpoint = ${Math.floor(MAX_WAL_BYTES / pageBytes)}`);
    sqlite.pragma(`max_page_count = ${Math.floor(maxBytes / pageBytes)}`);
  }

  /** @throws the system's error when the damaged file can't be moved */
  #setAside(damage: Error): void {
    this.#disconnect();
    const { file } = this.#options;
    const aside = setAside(file, this.#deps.wallTime());
    const message = `${file} is damaged (${damage.message}): it is ${aside} now, and a new one is begun`;
    this.#deps.log.error(`${message}. What was kept in it is lost unless somebody recovers it: sqlite3 FILE .recover`);
  }

  #disconnect(): void {
    this.#connection?.sqlite.close();
    this.#connection = undefined;
  }

  #setProblem(problem: DeviceError | undefined): void {
    const { clock, log } = this.#deps;
    if (problem === undefined && this.#problem !== undefined) log.notice(`${this.#options.file} can be written again`);
    // Once, not at every try.
    if (problem !== undefined && problem.message !== this.#problem?.message) log.error(sentencesOf(problem));
    this.#problem = problem;
    this.#retryAtUs = clock.nowUs() + (this.#options.retryMs ?? RETRY_MS) * 1000;
  }

  #troubleOf(error: unknown): DeviceError | undefined {
    return error instanceof DeviceError ? error : troubleOf(this.#options.file, error);
  }
}

/** @throws an error with SQLite's code of damage when something is found */
function checkWhole(sqlite: BetterSqlite3.Database): void {
  const found = sqlite.pragma('quick_check(1)', { simple: true }) as string;
  if (found !== 'ok') throw Object.assign(new Error(found.replace(/\s+/g, ' ')), { code: 'SQLITE_CORRUPT' });
}

function notOpen(file: string): DeviceError {
  return new DeviceError('history.not-kept', `${file} is not open`, { remedy: 'Try again when Pipit is running.' });
}
