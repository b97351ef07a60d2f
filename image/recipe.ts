import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What an image is made for: arm64 is shipped, amd64 is its twin for tests on a PC. */
export type Arch = 'arm64' | 'amd64';

/** What is built, and where: given to every step. */
export interface Recipe {
  readonly arch: Arch;
  /** Of the release, as in package.json. */
  readonly version: string;
  /** Seconds since 1970 that every file carries (SOURCE_DATE_EPOCH, reproducible-builds.org/specs/source-date-epoch). */
  readonly epoch: number;
  /** The checkout. */
  readonly root: string;
  /** Where finished files go. */
  readonly dist: string;
}

/** The checkout that this file belongs to. */
export const ROOT = dirname(import.meta.dirname);

/** Debian's name of a machine to Node's. */
export function nodeArch(arch: Arch): 'arm64' | 'x64' {
  return arch === 'arm64' ? 'arm64' : 'x64';
}

/** The compiler's and kernel's name of a machine. */
export function machineOf(arch: Arch): 'aarch64' | 'x86_64' {
  return arch === 'arm64' ? 'aarch64' : 'x86_64';
}

/**
 * One hash of what is in files and folders below the checkout: names, modes and contents, in a fixed order.
 *
 * @param paths relative to the checkout; a folder stands for all in it
 */
export function hashOf(paths: readonly string[], root = ROOT): string {
  const hash = createHash('sha256');
  for (const path of paths.flatMap((each) => filesBelow(join(root, each))).sort()) {
    const mode = statSync(path).mode & 0o111 ? 'x' : '-';
    hash.update(`${relative(root, path)}\0${mode}\0`);
    hash.update(createHash('sha256').update(readFileSync(path)).digest());
  }
  return hash.digest('hex');
}

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.name === 'node_modules' ? [] : filesBelow(join(path, entry.name)),
  );
}
