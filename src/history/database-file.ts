import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Damaged files that are kept for whoever wants to save something out of them. */
const MAX_SET_ASIDE = 3;
/** Where the header names the versions that can write and read the file; 1: rollback journal, 2: WAL. */
const FORMAT_VERSIONS = [18, 19] as const;
const LEAST_BYTES = 100;

/**
 * Makes sure that the file and its directory are there and can be written.
 * @throws the system's error
 */
export function makeWritable(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  closeSync(openSync(file, 'a', 0o600));
}

/** Tells the file from any other of the same name: by its device and inode. Undefined when there is none. */
export function identityOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

/** Bytes of the file; 0 when there is none. */
export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * The database as a memory image, for a disk on which nothing can be written: SQLite cannot open a file with a WAL
 * there. What a crash has left in the WAL is missing in it. Undefined when there is nothing that fits `maxBytes`.
 */
export function imageOf(file: string, maxBytes: number): Buffer | undefined {
  try {
    const size = sizeOf(file);
    if (size < LEAST_BYTES || size > maxBytes) return undefined;
    const image = readFileSync(file);
    // https://sqlite.org/fileformat.html, 1.3.3: an image has no WAL.
    for (const offset of FORMAT_VERSIONS) image[offset] = 1;
    return image;
  } catch {
    return undefined;
  }
}

/**
 * Renames a damaged database, its WAL with it, and lets go of those that were set aside long ago.
 * @returns the new name
 * @throws the system's error
 */
export function setAside(file: string, date: Date): string {
  const stamp = date.toISOString().slice(0, 19).replaceAll(':', '-');
  const aside = freeName(`${file}.damaged-${stamp}`);
  renameSync(file, aside);
  // Left behind, it would be taken for the new file's.
  if (statSync(`${file}-wal`, { throwIfNoEntry: false }) !== undefined) renameSync(`${file}-wal`, `${aside}-wal`);
  rmSync(`${file}-shm`, { force: true });
  forgetOldest(file);
  return aside;
}

function freeName(name: string): string {
  let free = name;
  for (let n = 2; statSync(free, { throwIfNoEntry: false }) !== undefined; n++) free = `${name}.${n}`;
  return free;
}

function forgetOldest(file: string): void {
  const prefix = `${basename(file)}.damaged-`;
  const aside = readdirSync(dirname(file)).filter((name) => name.startsWith(prefix) && !name.endsWith('-wal'));
  for (const name of aside.sort().slice(0, -MAX_SET_ASIDE)) {
    const path = join(dirname(file), name);
    rmSync(path, { force: true });
    rmSync(`${path}-wal`, { force: true });
  }
}
