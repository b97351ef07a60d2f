import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** A file, folder or link of an unpacked root. */
export interface Entry {
  /** Without a slash at its front: usr/bin/pipit. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly bytes: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Where a link leads. */
  readonly target?: string;
}

/** All that is below a folder, in the order of names. */
export function treeOf(root: string): Entry[] {
  const entries: Entry[] = [];
  const visit = (folder: string): void => {
    for (const name of readdirSync(join(root, folder)).sort()) {
      const entry = entryOf(root, folder === '' ? name : `${folder}/${name}`);
      entries.push(entry);
      if (entry.kind === 'folder') visit(entry.path);
    }
  };
  visit('');
  return entries;
}

function entryOf(root: string, path: string): Entry {
  const stats = lstatSync(join(root, path));
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'other';
  return {
    path,
    kind,
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    bytes: kind === 'file' ? stats.size : 0,
    mtime: Math.floor(stats.mtimeMs / 1000),
    ...(kind === 'link' ? { target: readlinkSync(join(root, path)) } : {}),
  };
}
