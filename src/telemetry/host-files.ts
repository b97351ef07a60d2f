import { readdir, readFile } from 'node:fs/promises';

/** Where the kernel and the system's programs are; other directories in tests. */
export interface HostRoots {
  /** `/proc` */
  readonly proc: string;
  /** `/sys` */
  readonly sys: string;
  /** `/dev` */
  readonly dev: string;
  /** Folders of programs with colons between them; the system's when left out. */
  readonly path?: string;
}

/** Where they are. */
export const HOST_ROOTS: HostRoots = { proc: '/proc', sys: '/sys', dev: '/dev' };

/** A file of the kernel, trimmed; undefined when it is not there or does not answer: no machine has them all. */
export async function readHostFile(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'latin1')).trim();
  } catch {
    return undefined;
  }
}

/** The names in a directory; none when it is not there. */
export async function listHostFiles(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch {
    return [];
  }
}
