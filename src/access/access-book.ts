import { readFile, rm } from 'node:fs/promises';
import { DeviceError, type PipitError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type AccessRecord, EMPTY_RECORD, formatRecord, parseRecord } from './access-record.ts';
import { writePrivateFile } from './private-file.ts';

/**
 * Keeps who may do what in a file that only Pipit can read. What it can't read it doesn't guess: then nobody has a
 * password, a session or a token, nothing can be changed, and no first visit can set a password either.
 */
export class AccessBook {
  readonly #log: Log;
  readonly #file: string;
  #record: AccessRecord = EMPTY_RECORD;
  #trouble: PipitError | undefined = new DeviceError('access.not-read', 'What is kept of passwords is not read yet', {
    remedy: 'Try again in a moment.',
  });
  #last: Promise<unknown> = Promise.resolve();

  /** @param file its directory is made when the first change is written */
  constructor({ log }: { log: Log }, file: string) {
    this.#log = log;
    this.#file = file;
  }

  get record(): AccessRecord {
    return this.#record;
  }

  /** Why nothing can be changed; undefined when all is well. */
  get trouble(): PipitError | undefined {
    return this.#trouble;
  }

  /** Reads the file. Never fails: what is wrong is its `trouble`. */
  async load(): Promise<void> {
    try {
      const record = parseRecord(await readFile(this.#file, 'utf8'));
      if (record === undefined) return this.#distrust('is damaged');
      this.#record = record;
      this.#trouble = undefined;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') this.#trouble = undefined;
      else this.#distrust(`can't be read: ${message}`);
    }
  }

  /**
   * Changes it, on disk first. One change waits for the one before.
   * @param edit given what holds when its turn has come; what it returns unchanged is not written
   * @throws DeviceError `access.damaged`, `access.not-kept`: then nothing has changed
   */
  change(edit: (record: AccessRecord) => AccessRecord): Promise<void> {
    return this.#inTurn(async () => {
      const next = edit(this.#record);
      if (next === this.#record) return;
      await this.#write(next);
      this.#record = next;
    });
  }

  /**
   * As `change`, for what must hold at once, whether it can be kept or not: taking a right away.
   * @throws DeviceError `access.damaged`: nothing has changed; `access.not-kept`: it has, until the next start
   */
  changeAtOnce(edit: (record: AccessRecord) => AccessRecord): Promise<void> {
    if (this.#trouble !== undefined) return Promise.reject(this.#trouble);
    this.#record = edit(this.#record);
    // A change that waits to be written began with what was before: it is made anew.
    return this.#inTurn(async () => {
      this.#record = edit(this.#record);
      await this.#write(this.#record);
    });
  }

  /** Forgets everybody, as a new card knows nobody; the way out of a damaged file too. */
  async forget(): Promise<void> {
    await this.#last;
    await rm(this.#file, { force: true });
    this.#record = EMPTY_RECORD;
    this.#trouble = undefined;
  }

  /** Resolves when all changes so far are written or have failed. */
  async settled(): Promise<void> {
    await this.#last;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(() => {
      if (this.#trouble !== undefined) throw this.#trouble;
      return work();
    });
    this.#last = mine.catch(() => {});
    return mine;
  }

  #distrust(why: string): void {
    this.#trouble = new DeviceError('access.damaged', `${this.#file} ${why}`, {
      remedy: 'Put a copy of it back, or delete it to set a new password, and start Pipit again.',
    });
    this.#log.error(`${this.#file} ${why}: only auth.password of the configuration counts. ${this.#trouble.remedy}`);
  }

  async #write(record: AccessRecord): Promise<void> {
    try {
      await writePrivateFile(this.#file, formatRecord(record));
    } catch (cause) {
      throw new DeviceError('access.not-kept', `${this.#file} can't be written: ${(cause as Error).message}`, {
        remedy: 'See whether the disk is full or read-only.',
        cause,
      });
    }
  }
}
