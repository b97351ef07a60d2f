import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeOverlays } from '../../overlays/compile.ts';
import { debianSources } from '../debian.ts';
import { unpackPackages } from '../kernel/download.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { hashOf, type Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';
import { makeBootScript } from './boot-script.ts';
import { makeEnvironment, SLOTS_ENV_BYTES, UBOOT_ENV_BYTES } from './environment.ts';

/** What starts a Pi, pinned: each newer one is to be tried on boards before it is shipped. */
export const FIRMWARE_PACKAGES = ['raspi-firmware=1.20240424+ds-6', 'u-boot-rpi=2025.01-3+deb13u1'] as const;

/**
 * Files of raspi-firmware that are shipped: bootcode.bin for the Zero 2 W and 3, start.elf for them, start4.elf for the
 * 4. A Pi 5 has its own in flash memory. Those for cameras (x), for small memory (cd) and for debugging (db) are left out.
 */
const FIRMWARE_FILES = ['bootcode.bin', 'start.elf', 'fixup.dat', 'start4.elf', 'fixup4.dat'] as const;

/** Unpacks Debian's packages of firmware and U-Boot. @returns a folder, whose usr/share/doc is theirs */
export async function firmwareDebs(): Promise<string> {
  return await done({
    name: 'firmware-debs',
    inputs: FIRMWARE_PACKAGES,
    make: async (into) => await unpackPackages('arm64', await debianSources(), FIRMWARE_PACKAGES, into),
  });
}

/**
 * What comes onto the first partition: firmware, device trees, overlays, U-Boot, its script and settings, and what
 * people edit. Device trees keep upstream's names, which the firmware asks for with `upstream_kernel=1`.
 *
 * @returns a folder
 */
export async function makeFirmware(recipe: Recipe, toolbox: Toolbox, kernel: Kernel): Promise<string> {
  const packages = await firmwareDebs();
  const overlays = await makeOverlays(recipe, toolbox, kernel.dtbs);
  const here = join(recipe.root, 'image/boot');
  return await done({
    name: 'firmware',
    inputs: [
      packages,
      overlays,
      kernel.dtbs,
      toolbox.folder,
      hashOf(['image/boot'], recipe.root),
      String(recipe.epoch),
    ],
    async make(into) {
      for (const name of FIRMWARE_FILES) {
        await cp(join(packages, 'usr/lib/raspi-firmware', name), join(into, name));
      }
      // Its licence asks to stay beside the files; U-Boot's is among those of the whole image.
      await cp(join(packages, 'usr/share/doc/raspi-firmware/copyright'), join(into, 'LICENCE.firmware.txt'));
      await cp(join(packages, 'usr/lib/u-boot/rpi_arm64/u-boot.bin'), join(into, 'u-boot.bin'));
      await cp(kernel.dtbs, into, { recursive: true });
      await cp(overlays, join(into, 'overlays'), { recursive: true });
      await cp(join(here, 'card'), into, { recursive: true });
      await cp(join(here, 'pipit.txt'), join(into, 'pipit.txt'));
      await makeBootScript(recipe, toolbox, join(into, 'boot.scr'));
      const text = async (name: string) => await readFile(join(here, name), 'utf8');
      await makeEnvironment(toolbox, await text('uboot.env.txt'), UBOOT_ENV_BYTES, join(into, 'uboot.env'));
      await makeEnvironment(toolbox, await text('slots.env.txt'), SLOTS_ENV_BYTES, join(into, 'slots.env'));
    },
  });
}
