import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sha256Of } from './block-map.ts';

/** Name of the file that lists all others. */
export const CHECKSUMS = 'SHA256SUMS';

/**
 * Writes SHA256SUMS of some files into their folder, and FILE.sha256 beside each that `single` names: both as
 * `sha256sum --check` reads them.
 *
 * @param folder where all of the files are
 * @param names of files in it
 */
export async function writeChecksums(
  folder: string,
  names: readonly string[],
  single: readonly string[],
): Promise<void> {
  const lines = new Map<string, string>();
  for (const name of names.toSorted()) {
    lines.set(name, `${await sha256Of(join(folder, name))}  ${basename(name)}\n`);
  }
  for (const name of single) await writeFile(join(folder, `${name}.sha256`), lines.get(name) ?? '');
  await writeFile(join(folder, CHECKSUMS), [...lines.values()].join(''));
}
