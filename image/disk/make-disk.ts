import { copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashOf, type Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';
import { makeDataPartition } from './data-partition.ts';
import { makeFat } from './fat.ts';
import { genimageConfig } from './genimage-config.ts';
import { DISK_SIGNATURE, FIRMWARE_LABEL, partitionOf, SMALLEST_CARD } from './layout.ts';

/** What a disk is made of: results of earlier steps. */
export interface DiskParts {
  /** Folder with what comes onto the first partition. Nothing for a machine that needs no firmware from the card. */
  readonly firmware?: string;
  /** FAT image with kernel, initrd and device trees. */
  readonly bootSlot: string;
  /** The squashfs. */
  readonly root: string;
}

/**
 * Makes the whole disk, sparse, with slot A filled and slot B empty.
 *
 * @returns the path of pipit-VERSION-ARCH.img
 */
export async function makeDisk(recipe: Recipe, toolbox: Toolbox, parts: DiskParts): Promise<string> {
  const name = diskName(recipe);
  const folder = await done({
    name: `disk-${recipe.arch}`,
    inputs: [
      hashOf(['image/disk/layout.ts', 'image/disk/fat.ts', 'image/disk/data-partition.ts']),
      hashOf(['image/disk/genimage-config.ts', 'image/disk/make-disk.ts']),
      toolbox.folder,
      name,
      String(recipe.epoch),
      parts.firmware ?? '',
      parts.bootSlot,
      parts.root,
    ],
    async make(into) {
      await fits(parts.bootSlot, partitionOf('bootA').sizeMib);
      await fits(parts.root, partitionOf('rootA').sizeMib);
      const work = join(into, 'work');
      const given = join(work, 'given');
      await mkdir(join(work, 'root'), { recursive: true });
      await mkdir(given);
      await makeFat(recipe, toolbox, parts.firmware, join(given, 'firmware.vfat'), {
        label: FIRMWARE_LABEL,
        sizeMib: partitionOf('firmware').sizeMib,
        volumeId: DISK_SIGNATURE,
      });
      await makeDataPartition(recipe, toolbox, join(given, 'data.ext4'));
      await copyFile(parts.bootSlot, join(given, 'boot.vfat'));
      await copyFile(parts.root, join(given, 'root.squashfs'));
      await writeFile(join(work, 'genimage.cfg'), genimageConfig(name));
      await toolbox.run([into], 'genimage', [
        ...['--config', join(work, 'genimage.cfg'), '--rootpath', join(work, 'root')],
        ...['--inputpath', given, '--outputpath', into, '--tmppath', join(work, 'tmp')],
      ]);
      await rm(work, { recursive: true });
      const { size } = await stat(join(into, name));
      if (size > SMALLEST_CARD) throw new Error(`The disk has ${size} bytes, more than the smallest card.`);
    },
  });
  return join(folder, name);
}

/** Name of the disk's file. */
export function diskName(recipe: Recipe): string {
  return `pipit-${recipe.version}-${recipe.arch}.img`;
}

async function fits(path: string, sizeMib: number): Promise<void> {
  const { size } = await stat(path);
  const room = sizeMib * 2 ** 20;
  if (size > room) throw new Error(`${path} has ${size} bytes, its partition ${room}.`);
}
