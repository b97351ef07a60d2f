import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import * as v from 'valibot';
import { ConfigError, reportOf, sentencesOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** Something that a backup holds. */
export interface BackupPart {
  /** As it is named in the file: `config`. */
  readonly name: string;
  /** What JSON can hold. */
  read(): Promise<unknown>;
  /**
   * Whether it could be written.
   * @param isOwn it comes from this station itself, not from a file that somebody sent
   * @throws PipitError that says why not
   */
  check(content: unknown, isOwn: boolean): Promise<void>;
  /**
   * Takes over what has been checked.
   * @throws PipitError: then it is as it was
   */
  write(content: unknown): Promise<void>;
}

/** What was before the last restore, on this machine; texts. */
export interface KeptBackup {
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

export interface BackupDeps {
  readonly log: Log;
  readonly parts: readonly BackupPart[];
  readonly kept: KeptBackup;
  readonly version: string;
  readonly wallTime: () => Date;
}

/** What has been restored. */
export interface Restored {
  /** Names of parts. */
  readonly restored: readonly string[];
  /** When the backup was made, ISO 8601. */
  readonly created_at: string;
  /** By which version. */
  readonly version: string;
}

const FORMAT = 'pipit-backup';
const FORMAT_VERSION = 1;
/** Of a backup that is sent, packed and unpacked. */
export const MAX_PACKED_BYTES = 2 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 8 * 1024 * 1024;

const BackupFile = v.object({
  format: v.literal(FORMAT),
  format_version: v.literal(FORMAT_VERSION),
  version: v.pipe(v.string(), v.maxLength(64)),
  created_at: v.pipe(v.string(), v.isoTimestamp()),
  parts: v.record(v.string(), v.unknown()),
});

type BackupFile = v.InferOutput<typeof BackupFile>;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** All that somebody has set, as one file, and back: wholly or not at all. */
export class Backup {
  readonly #deps: BackupDeps;
  #isRestoring = false;

  constructor(deps: BackupDeps) {
    this.#deps = deps;
  }

  /** The file of now. It holds secrets. */
  async make(): Promise<Uint8Array> {
    return compress(JSON.stringify(await this.#current(this.#deps.parts)));
  }

  /**
   * Takes a file over. What was before is kept for `undo`.
   * @throws ConfigError `backup.refused` for what is no such file, PipitError for what can't be taken: then nothing has
   * changed
   */
  async restore(packed: Uint8Array): Promise<Restored> {
    return this.#take(await unpacked(packed), false);
  }

  /**
   * Takes back what the last restore has changed; a second time brings it again.
   * @throws ConfigError `backup.none`, PipitError: then nothing has changed
   */
  async undo(): Promise<Restored> {
    const text = await this.#deps.kept.read();
    if (text === undefined) {
      throw new ConfigError('backup.none', 'Nothing has been restored that could be taken back', {
        remedy: 'Restore a backup first.',
      });
    }
    return this.#take(understood(text), true);
  }

  async #take({ parts: contents, created_at, version }: BackupFile, isOwn: boolean): Promise<Restored> {
    const { parts, kept, log } = this.#deps;
    if (this.#isRestoring) {
      throw new ConfigError('backup.busy', 'Another backup is being restored', { remedy: 'Wait until it is done.' });
    }
    this.#isRestoring = true;
    try {
      const strange = Object.keys(contents).find((name) => parts.every((part) => part.name !== name));
      if (strange !== undefined) throw refused(`it holds "${strange.slice(0, 40)}", which this Pipit does not know`);
      const wanted = parts.filter(({ name }) => Object.hasOwn(contents, name));
      if (wanted.length === 0) throw refused('it is empty');
      for (const part of wanted) await part.check(contents[part.name], isOwn);
      const before = await this.#current(wanted);
      await kept.write(JSON.stringify(before));
      await this.#writeAll(wanted, contents, before.parts);
      const names = wanted.map(({ name }) => name);
      log.notice(`restored from a backup of ${created_at}: ${names.join(', ')}`);
      return { restored: names, created_at, version };
    } finally {
      this.#isRestoring = false;
    }
  }

  /** One after the other; what was written before one fails is put back. */
  async #writeAll(
    wanted: readonly BackupPart[],
    contents: Readonly<Record<string, unknown>>,
    before: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const written: BackupPart[] = [];
    try {
      for (const part of wanted) {
        await part.write(contents[part.name]);
        written.push(part);
      }
    } catch (error) {
      for (const part of written.reverse()) {
        await part.write(before[part.name]).catch((trouble: unknown) => {
          const why = sentencesOf(reportOf(trouble, 'backup.failed'));
          this.#deps.log.error(`${part.name} could not be put back after a restore that failed: ${why}`);
        });
      }
      throw error;
    }
  }

  async #current(parts: readonly BackupPart[]): Promise<BackupFile> {
    const contents: Record<string, unknown> = {};
    for (const part of parts) contents[part.name] = await part.read();
    return {
      format: FORMAT,
      format_version: FORMAT_VERSION,
      version: this.#deps.version,
      created_at: this.#deps.wallTime().toISOString(),
      parts: contents,
    };
  }
}

async function unpacked(packed: Uint8Array): Promise<BackupFile> {
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) throw refused('it is no backup of Pipit');
  let bytes: Uint8Array;
  try {
    bytes = await decompress(packed, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (cause) {
    const isLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw refused(isLarge ? 'it is too large' : 'it is damaged', cause);
  }
  return understood(Buffer.from(bytes).toString('utf8'));
}

function understood(text: string): BackupFile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw refused('it is no backup of Pipit', cause);
  }
  const told = content as { format?: unknown; format_version?: unknown; version?: unknown } | null;
  if (typeof told !== 'object' || told?.format !== FORMAT) throw refused('it is no backup of Pipit');
  if (typeof told.format_version === 'number' && told.format_version > FORMAT_VERSION) {
    throw refused(
      `it comes from a newer Pipit (${String(told.version).slice(0, 40)}): bring this one up to date first`,
    );
  }
  const file = v.safeParse(BackupFile, content);
  if (!file.success) throw refused('it is damaged');
  return file.output;
}

function refused(why: string, cause?: unknown): ConfigError {
  return new ConfigError('backup.refused', `This file can't be restored: ${why}`, {
    remedy: 'Choose a file that was saved on the page Settings.',
    cause,
  });
}
