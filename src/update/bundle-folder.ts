import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MAX_BUNDLE_BYTES, noSpace, notWhole, tooLarge } from './refusals.ts';

/** Left free on the disk: the rest of the station goes on writing. */
const RESERVE_BYTES = 16 * 1024 * 1024;
const NAME = 'update.raucb';

export interface PartPlace {
  /** Where these bytes begin in the file. */
  readonly offset: number;
  /** Of the whole file; undefined: it is over when the bytes are. */
  readonly totalBytes: number | undefined;
}

/**
 * Where updates wait to be installed: one file at a time, written as it comes, never held in memory. RAUC makes it root's
 * while it reads it; the folder is Pipit's, so it can go away after.
 */
export class BundleFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get file(): string {
    return join(this.#folder, NAME);
  }

  /** How much of a file is there. */
  async size(): Promise<number> {
    return (await stat(this.file).catch(() => undefined))?.size ?? 0;
  }

  /** Removes all that is there. */
  async clear(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names) await rm(join(this.#folder, name), { recursive: true, force: true });
  }

  /**
   * Makes room for a file of that size: what was there before goes away.
   * @throws DeviceError `update.too-large`, `update.no-space`
   */
  async begin(totalBytes: number | undefined): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.clear();
    if (totalBytes !== undefined && totalBytes > MAX_BUNDLE_BYTES) throw tooLarge();
    const { bavail, bsize } = await statfs(this.#folder);
    const freeBytes = Math.max(0, bavail * bsize - RESERVE_BYTES);
    if ((totalBytes ?? 1) > freeBytes) throw noSpace(totalBytes ?? 1, freeBytes);
  }

  /**
   * Adds bytes behind those that are there.
   *
   * @param onBytes told how many there are now
   * @throws DeviceError `update.too-large`, `update.no-space`; NetworkError `update.broken-off` where they are fewer than promised
   */
  async add(
    bytes: AsyncIterable<Uint8Array>,
    place: PartPlace,
    onBytes: (count: number) => void,
    signal: AbortSignal,
  ): Promise<number> {
    let count = place.offset;
    const limit = Math.min(place.totalBytes ?? MAX_BUNDLE_BYTES, MAX_BUNDLE_BYTES);
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of bytes) {
        count += chunk.length;
        if (count > limit) throw tooLarge();
        onBytes(count);
        yield chunk;
      }
    }
    const isFirst = place.offset === 0;
    const file = createWriteStream(this.file, { flags: isFirst ? 'w' : 'r+', start: place.offset, mode: 0o600 });
    try {
      await pipeline(counted, file, { signal });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw noSpace(place.totalBytes ?? count, 0);
      throw error;
    }
    return count;
  }

  /** @throws NetworkError `update.broken-off` */
  async mustHave(totalBytes: number): Promise<void> {
    const size = await this.size();
    if (size !== totalBytes) throw notWhole(size, totalBytes);
  }
}
