import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Recipe } from '../recipe.ts';
import type { Toolbox } from '../toolbox.ts';

/** What a FAT file system is made with. */
export interface FatOptions {
  /** At most 11 capital letters. */
  readonly label: string;
  readonly sizeMib: number;
  /** Serial number of the volume: eight hexadecimal digits. A fixed one, for the same bytes each time. */
  readonly volumeId: string;
}

/**
 * Makes a FAT32 image of all that is in a folder. Names, order and times are the same each time: every file carries
 * the recipe's time, and they are written in the order of their names.
 *
 * Clusters are one sector each, for with larger ones 64 MiB would have fewer clusters than FAT32 begins with (65,525:
 * Microsoft's FAT specification 1.03), and firmware would take it for FAT16.
 *
 * @param folder what to put in; nothing for an empty file system
 * @param image the file to write; its folder must be there
 */
export async function makeFat(
  recipe: Recipe,
  toolbox: Toolbox,
  folder: string | undefined,
  image: string,
  options: FatOptions,
): Promise<void> {
  const env = { SOURCE_DATE_EPOCH: String(recipe.epoch), MTOOLS_SKIP_CHECK: '1' };
  const { label, volumeId } = options;
  const sectors = options.sizeMib * 2_048;
  const format = ['-C', '-F', '32', '-s', '1', '-S', '512', '--invariant', '-i', volumeId, '-n', label, image];
  const binds = [dirname(image), ...(folder === undefined ? [] : [folder])];
  await toolbox.run(binds, 'mkfs.vfat', [...format, String(sectors / 2)], { env });
  if (folder === undefined) return;
  const { folders, files } = await namesIn(folder);
  const script = [
    ...folders.map((name) => `mmd -i "$0" '::${name}'`),
    ...files.map((name) => `mcopy -i "$0" "$1/${name}" '::${name}'`),
  ];
  await toolbox.run(binds, 'sh', ['-ec', script.join('\n'), image, folder], { env });
}

async function namesIn(folder: string, below = ''): Promise<{ folders: string[]; files: string[] }> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const folders: string[] = [];
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = join(below, entry.name);
    if (!/^[\w.+,@/ ~-]+$/.test(name)) throw new Error(`${name} cannot be put onto a FAT file system.`);
    if (!entry.isDirectory()) {
      files.push(name);
      continue;
    }
    const inner = await namesIn(folder, name);
    folders.push(name, ...inner.folders);
    files.push(...inner.files);
  }
  return { folders, files };
}
