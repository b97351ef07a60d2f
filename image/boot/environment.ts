import { dirname } from 'node:path';
import type { Toolbox } from '../toolbox.ts';

/** Size of slots.env: one sector, so that writing it is one write of the card. Also in boot.cmd and fw_env.config. */
export const SLOTS_ENV_BYTES = 512;

/** Size of uboot.env, as U-Boot for the Pi was built with (CONFIG_ENV_SIZE). */
export const UBOOT_ENV_BYTES = 0x4000;

/** Makes a file with U-Boot's settings, NAME=value a line, and their checksum. */
export async function makeEnvironment(toolbox: Toolbox, text: string, bytes: number, file: string): Promise<void> {
  await toolbox.run([dirname(file)], 'mkenvimage', ['-s', String(bytes), '-o', file, '-'], { input: text });
}
