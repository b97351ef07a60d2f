import { constants, type Stats } from 'node:fs';
import { access, type FileHandle, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DeviceError } from '../core/errors.ts';
import { isMissing, readConfigText } from './read-config-file.ts';

/** Beside the file: what it held before the last change. */
const PREVIOUS = '.previous';
/** A file that is being written; what a power cut left of one is written over. */
const FRESH = '.new';
/** Of a file that has not been there: it may hold secrets. */
const MODE = 0o600;

/**
 * The configuration file and, beside it, what it held before. It is never half written: each version is written to the
 * disk beside it and then takes its place. Of a symbolic link, what it leads to is written.
 */
export class ConfigFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Its text; undefined when there is none yet.
   * @throws InvalidConfig when it can't be read
   */
  read(): Promise<string | undefined> {
    return textOf(this.path);
  }

  /**
   * What it held before the last change; undefined when nothing is kept.
   * @throws InvalidConfig when that can't be read
   */
  async readPrevious(): Promise<string | undefined> {
    return textOf((await this.#target()) + PREVIOUS);
  }

  /**
   * Writes it, and what is kept beside it. Mode and owner stay.
   * @param previous undefined leaves what is kept as it is
   * @throws DeviceError `config.not-written`: then it is as it was
   */
  async write(text: string, previous: string | undefined): Promise<void> {
    const target = await this.#target();
    const fresh: { readonly path: string; readonly text: string }[] = [];
    if (previous !== undefined) fresh.push({ path: target + PREVIOUS, text: previous });
    fresh.push({ path: target, text });
    try {
      const like = await stat(target).catch(() => undefined);
      // All are on the disk before the first one takes its place: a full disk then changes nothing.
      for (const file of fresh) await writeFresh(file.path + FRESH, file.text, like);
      for (const { path } of fresh) await rename(path + FRESH, path);
      await syncDirectory(dirname(target));
    } catch (cause) {
      await Promise.all(fresh.map(({ path }) => rm(path + FRESH, { force: true }).catch(() => {})));
      throw notWritten(this.path, cause as NodeJS.ErrnoException);
    }
  }

  /**
   * Takes away what is kept beside it.
   * @throws DeviceError `config.not-written`
   */
  async forgetPrevious(): Promise<void> {
    try {
      await rm((await this.#target()) + PREVIOUS, { force: true });
    } catch (cause) {
      throw notWritten(this.path, cause as NodeJS.ErrnoException);
    }
  }

  /** Why it can't be written, as a sentence; undefined when it most likely can. */
  async whyReadOnly(): Promise<string | undefined> {
    try {
      await access(dirname(await this.#target()), constants.W_OK);
      return undefined;
    } catch (cause) {
      return notWritten(this.path, cause as NodeJS.ErrnoException).message;
    }
  }

  async #target(): Promise<string> {
    try {
      return await realpath(this.path);
    } catch {
      // Nothing there yet: where a link leads to, or the path itself.
      const link = await readlink(this.path).catch(() => undefined);
      return link === undefined ? resolve(this.path) : resolve(dirname(this.path), link);
    }
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readConfigText(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function writeFresh(path: string, text: string, like: Stats | undefined): Promise<void> {
  const mode = (like?.mode ?? MODE) & 0o777;
  await rm(path, { force: true });
  const file = await open(path, 'wx', mode);
  try {
    await giveTo(file, like);
    // What the process' umask took away.
    await file.chmod(mode);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Only root may give a file away; a file of ours is as good then. */
async function giveTo(file: FileHandle, like: Stats | undefined): Promise<void> {
  if (like === undefined) return;
  const { uid, gid } = await file.stat();
  if (uid === like.uid && gid === like.gid) return;
  await file.chown(like.uid, like.gid).catch(() => file.chown(-1, like.gid).catch(() => {}));
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } catch {
    // Not every file system can; by then the files are in place.
  } finally {
    await directory.close();
  }
}

const REASONS: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  EROFS: ['the file system is read-only', 'Make it writable, or change the file where the card is writable.'],
  ENOSPC: ['the disk is full', 'Delete what is not needed any more, then try again.'],
  EDQUOT: ['the quota of the disk is used up', 'Delete what is not needed any more, then try again.'],
  EACCES: ['Pipit may not write in its directory', 'Let the user who runs Pipit write there.'],
  EPERM: ['Pipit may not write in its directory', 'Let the user who runs Pipit write there.'],
  ENOENT: ['its directory does not exist', 'Make the directory.'],
  ENOTDIR: ['a part of its path is no directory', 'Start Pipit with another path: -c FILE.'],
  EBUSY: ['something holds it in its place', 'Where it is mounted by itself, mount its directory instead.'],
  EIO: ['the disk does not work', 'Copy what matters and change the card.'],
};

function notWritten(path: string, cause: NodeJS.ErrnoException): DeviceError {
  const [why, remedy] = REASONS[cause.code ?? ''] ?? [`the system says ${cause.code ?? cause.message}`, 'Try again.'];
  return new DeviceError('config.not-written', `${path} can't be written: ${why}`, { remedy, cause });
}
