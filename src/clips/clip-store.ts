import { lstat, mkdir, open, readdir, rename, rm, statfs, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClockStep, movedBy } from '../core/clock-steps.ts';
import { ConfigError, DeviceError, MediaError, PipitError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { clipName, clipNameAt, isClipName } from './clip-name.ts';
import { clipParts } from './clip-parts.ts';
import { type ClipSource, type Cut, cutOut } from './clip-source.ts';

export interface ClipStoreDeps {
  readonly log: Log;
  readonly wallTime: () => Date;
  /** What a mount has of the past; undefined for a mount that there is not. */
  readonly sourceOf: (mount: string) => ClipSource | undefined;
  readonly stationName: () => string;
}

export interface ClipLimits {
  /** How many are kept, and their bytes: the oldest give way. */
  readonly maxClips: number;
  readonly maxBytes: number;
  /** What stays free on the disk. */
  readonly leaveFreeBytes: number;
}

/** A clip on the disk. */
export interface Clip {
  readonly name: string;
  readonly bytes: number;
  /** When it was saved: wall clock, milliseconds. */
  readonly savedMs: number;
}

const MIB = 1024 * 1024;
export const CLIP_LIMITS: ClipLimits = { maxClips: 100, maxBytes: 200 * MIB, leaveFreeBytes: 100 * MIB };
export const MAX_CLIP_SECONDS = 3600;

/** Written in one go; in between others have their turn. */
const BATCH_BYTES = 64 * 1024;
/** Of those that wait to be written. */
const MAX_WAITING = 4;
/** What the container adds at most. */
const SPARE_BYTES = 64 * 1024;
/** Of a file that is not complete yet. */
const PART = '.part';

/**
 * Keeps the last seconds of a mount as files, as many as there is room for. What is saved was there when it was asked
 * for, whatever the ring lets go of while it is written; it is written piece by piece, one clip at a time.
 */
export class ClipStore implements AsyncDisposable {
  readonly #deps: ClipStoreDeps;
  readonly #directory: string;
  readonly #limits: ClipLimits;
  /** The one that is being written, and those before it. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** Those of this run: when each was saved, by the clock of then. */
  readonly #filed = new Map<string, number>();
  #isStopped = false;

  constructor(deps: ClipStoreDeps, directory: string, limits: ClipLimits = CLIP_LIMITS) {
    this.#deps = deps;
    this.#directory = directory;
    this.#limits = limits;
  }

  /** Removes what a loss of power left incomplete. */
  async start(): Promise<void> {
    for (const name of await this.#files()) {
      if (name.endsWith(PART)) await rm(join(this.#directory, name), { force: true }).catch(() => {});
    }
  }

  /**
   * Writes the last seconds of a mount; fewer where there is less of the past.
   * @throws ConfigError `clips.unknown-mount`, MediaError `clips.nothing`, DeviceError `clips.busy`, `clips.full`, `clips.write`
   */
  async save(mount: string, seconds: number): Promise<{ readonly name: string; readonly seconds: number }> {
    const source = this.#deps.sourceOf(mount);
    if (source === undefined) {
      throw new ConfigError('clips.unknown-mount', `There is no mount "${mount.slice(0, 64)}"`, {
        remedy: 'Name one that the configuration has.',
      });
    }
    if (this.#waiting >= MAX_WAITING || this.#isStopped) {
      throw new DeviceError('clips.busy', 'Clips are still being written', { remedy: 'Try again in a few seconds.' });
    }
    const cut = cutOut(source, Math.min(seconds, MAX_CLIP_SECONDS));
    if (cut.units < 2) {
      throw new MediaError('clips.nothing', `Nothing has been heard on ${mount}`, {
        remedy: 'Wait until its source delivers, and see that encoder.default_rung is not off.',
      });
    }
    this.#waiting += 1;
    const date = this.#deps.wallTime();
    const done = this.#last.then(() => this.#write(cut, date));
    this.#last = done.catch(() => {});
    try {
      return { name: await done, seconds: Math.round(cut.durationUs / 1e5) / 10 };
    } finally {
      this.#waiting -= 1;
    }
  }

  /** The newest first. */
  async list(): Promise<readonly Clip[]> {
    const names = (await this.#files()).filter(isClipName);
    const found = await Promise.all(names.map((name) => this.find(name)));
    return found
      .filter((clip) => clip !== undefined)
      .sort((a, b) => b.savedMs - a.savedMs || (a.name < b.name ? 1 : -1));
  }

  async find(name: string): Promise<Clip | undefined> {
    if (!isClipName(name)) return undefined;
    const facts = await lstat(this.pathOf(name)).catch(() => undefined);
    return facts?.isFile() ? { name, bytes: facts.size, savedMs: Math.round(facts.mtimeMs) } : undefined;
  }

  /** Of a name that `find` or `list` has given. */
  pathOf(name: string): string {
    return join(this.#directory, name);
  }

  /** False when there is none of that name. */
  async delete(name: string): Promise<boolean> {
    if ((await this.find(name)) === undefined) return false;
    await rm(this.pathOf(name), { force: true });
    return true;
  }

  /**
   * The clock was set: what this run has saved gets the name and the time that it would have had by the right one, so
   * that the newest is not taken for the oldest. Never fails: one that can't be renamed keeps its name.
   */
  moveBy(step: ClockStep): Promise<void> {
    const done = this.#last.then(async () => {
      for (const [name, savedMs] of [...this.#filed]) {
        const rightMs = movedBy(savedMs, step);
        if (rightMs === savedMs) continue;
        this.#filed.delete(name);
        await this.#refile(name, new Date(rightMs)).catch((error: Error) => {
          this.#deps.log.warning(`clip ${name} keeps its name from before the clock was set: ${error.message}`);
        });
      }
    });
    this.#last = done.catch(() => {});
    return done;
  }

  /** Waits for what is being written. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await this.#last;
  }

  async #refile(name: string, date: Date): Promise<void> {
    if ((await this.find(name)) === undefined) return;
    const present = new Set(await this.#files());
    const right = clipNameAt(name, date, (one) => present.has(one));
    await rename(this.pathOf(name), this.pathOf(right));
    await utimes(this.pathOf(right), date, date);
    this.#filed.set(right, date.getTime());
    this.#deps.log.info(`clip ${name} is ${right} now that the clock is set`);
  }

  async #write(cut: Cut, date: Date): Promise<string> {
    try {
      await mkdir(this.#directory, { recursive: true });
      await this.#makeRoom(cut.bytes + SPARE_BYTES);
      const present = new Set(await this.#files());
      const name = clipName(this.#deps.stationName(), date, cut.rung.codec, (one) => present.has(one));
      const path = this.pathOf(name);
      await writeParts(`${path}${PART}`, clipParts(cut));
      await rename(`${path}${PART}`, path);
      this.#filed.set(name, date.getTime());
      const oldest = this.#filed.keys().next();
      if (this.#filed.size > this.#limits.maxClips && !oldest.done) this.#filed.delete(oldest.value);
      this.#deps.log.info(`clip ${name} saved`, { seconds: Math.round(cut.durationUs / 1e6), bytes: cut.bytes });
      return name;
    } catch (cause) {
      if (cause instanceof PipitError) throw cause;
      throw new DeviceError('clips.write', `The clip cannot be written (${(cause as Error).message})`, {
        remedy: 'See that data_dir can be written and that the disk is not full.',
        cause,
      });
    }
  }

  /** Lets the oldest go until one of so many bytes fits. */
  async #makeRoom(bytes: number): Promise<void> {
    const { maxClips, maxBytes, leaveFreeBytes } = this.#limits;
    const clips = [...(await this.list())];
    let held = clips.reduce((sum, clip) => sum + clip.bytes, 0);
    let free = await this.#freeBytes();
    while (clips.length >= maxClips || held + bytes > maxBytes || free - bytes < leaveFreeBytes) {
      const oldest = clips.pop();
      if (oldest === undefined) {
        throw new DeviceError('clips.full', `There is no room for a clip of ${Math.ceil(bytes / MIB)} MiB`, {
          remedy: 'Make room on the disk, or save fewer seconds.',
        });
      }
      await rm(this.pathOf(oldest.name), { force: true });
      held -= oldest.bytes;
      free += oldest.bytes;
    }
  }

  async #freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#directory);
    return bavail * bsize;
  }

  /** None where there is no directory yet. */
  #files(): Promise<string[]> {
    return readdir(this.#directory).catch(() => []);
  }
}

/** Leaves nothing behind when it fails. */
async function writeParts(path: string, parts: Iterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'w');
  try {
    let batch: Uint8Array[] = [];
    let bytes = 0;
    for (const part of parts) {
      batch.push(part);
      bytes += part.length;
      if (bytes < BATCH_BYTES) continue;
      await writeAll(file, batch, bytes);
      batch = [];
      bytes = 0;
    }
    if (bytes > 0) await writeAll(file, batch, bytes);
    await file.datasync();
    await file.close();
  } catch (error) {
    await file.close().catch(() => {});
    await rm(path, { force: true }).catch(() => {});
    throw error;
  }
}

/** A disk that becomes full takes a part of what it is given, and says so only the next time. */
async function writeAll(file: Awaited<ReturnType<typeof open>>, batch: Uint8Array[], bytes: number): Promise<void> {
  const { bytesWritten } = await file.writev(batch);
  if (bytesWritten < bytes) await file.writeFile(Buffer.concat(batch).subarray(bytesWritten));
}
