import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFat } from '../disk/fat.ts';
import { partitionOf } from '../disk/layout.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { hashOf, type Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';

/** Serial number of the file system: "boot" in ASCII. The same for both slots and all versions, for the same bytes. */
const VOLUME_ID = '626f6f74';

/**
 * The boot partition of a slot: `Image.gz` and `initrd`. Device trees come from the first partition, where the firmware
 * adds to them what it knows of the board and what usercfg.txt asks for; the kernel takes older ones than its own.
 *
 * @returns path of the FAT image, of the size of its partition
 */
export async function makeBootSlot(recipe: Recipe, toolbox: Toolbox, kernel: Kernel): Promise<string> {
  const folder = await done({
    name: `boot-slot-${recipe.arch}`,
    inputs: [
      kernel.image,
      kernel.initrd,
      toolbox.folder,
      hashOf(['image/boot/boot-slot.ts', 'image/disk/fat.ts', 'image/disk/layout.ts'], recipe.root),
      String(recipe.epoch),
    ],
    async make(into) {
      const content = join(into, 'content');
      await mkdir(content);
      await cp(kernel.image, join(content, recipe.arch === 'arm64' ? 'Image.gz' : 'vmlinuz'));
      await cp(kernel.initrd, join(content, 'initrd'));
      const { sizeMib } = partitionOf('bootA');
      await makeFat(recipe, toolbox, content, join(into, 'boot.vfat'), { label: 'BOOT', sizeMib, volumeId: VOLUME_ID });
      await rm(content, { recursive: true });
    },
  });
  return join(folder, 'boot.vfat');
}
