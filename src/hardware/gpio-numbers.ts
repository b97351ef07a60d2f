import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the kernel's sysfs interface to GPIO is (Documentation/userspace-api/gpio/sysfs.rst). */
export const GPIO_ROOT = '/sys/class/gpio';

/** Drivers of the chips that the 40-pin header hangs on: Pi 5; Pi 4; Zero 2 W and 3. */
const HEADER_CHIPS = ['pinctrl-rp1', 'pinctrl-bcm2711', 'pinctrl-bcm2835'];
/** The kernel's simulator (Documentation/admin-guide/gpio/gpio-sim.rst): what a machine without a header is tried with. */
const SIMULATED_CHIP = /^gpio-sim/;

/**
 * The number that sysfs gives the first pin of the header, so that a pin's own is that and its BCM number: kernels since
 * 6.6 begin at 512 and beyond, and on a Pi 5 other chips come first.
 *
 * @returns undefined when the machine has no header
 */
export async function headerBase(root = GPIO_ROOT): Promise<number | undefined> {
  const chips = await Promise.all((await namesIn(root)).map((name) => chipAt(join(root, name))));
  const found =
    HEADER_CHIPS.map((label) => chips.find((chip) => chip?.label === label)).find((chip) => chip !== undefined) ??
    chips.find((chip) => chip !== undefined && SIMULATED_CHIP.test(chip.label));
  return found?.base;
}

async function namesIn(root: string): Promise<string[]> {
  const names = await readdir(root).catch(() => []);
  return names.filter((name) => /^gpiochip\d+$/.test(name)).toSorted();
}

async function chipAt(path: string): Promise<{ readonly label: string; readonly base: number } | undefined> {
  try {
    const [label, base] = await Promise.all([
      readFile(join(path, 'label'), 'utf8'),
      readFile(join(path, 'base'), 'utf8'),
    ]);
    return /^\d+\s*$/.test(base) ? { label: label.trim(), base: Number(base) } : undefined;
  } catch {
    return undefined;
  }
}
