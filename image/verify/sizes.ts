import { dirname } from 'node:path';
import type { Entry } from './tree.ts';

/** What a download may have at most, and should have, in bytes. */
export const MOST = 200e6;
export const GOAL = 150e6;

/** How deep folders are told apart. */
const DEPTH = 4;

/**
 * What takes the space: bytes in the largest folders, uncompressed, each without those of its folders that are listed
 * themselves.
 *
 * @param count how many
 */
export function largestFolders(
  entries: readonly Entry[],
  count = 20,
): readonly (readonly [folder: string, bytes: number])[] {
  const sums = new Map<string, number>();
  for (const { path, bytes } of entries) {
    const folder = dirname(path).split('/').slice(0, DEPTH).join('/');
    sums.set(folder, (sums.get(folder) ?? 0) + bytes);
  }
  return [...sums].sort(([, a], [, b]) => b - a).slice(0, count);
}

/** Lines of a table. */
export function sizeLines(entries: readonly Entry[]): string[] {
  const all = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    ...largestFolders(entries).map(([folder, bytes]) => `${megabytes(bytes)}  ${folder}`),
    `${megabytes(all)}  all ${entries.length} files and folders, uncompressed`,
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1).padStart(7)} MB`;
}
