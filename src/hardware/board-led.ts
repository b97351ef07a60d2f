import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceError } from '../core/errors.ts';
import type { OutputPin } from './pins.ts';

/** Where the kernel's LEDs are (Documentation/leds/leds-class.rst). */
const LEDS_ROOT = '/sys/class/leds';
const MODEL = '/proc/device-tree/model';
/** The Pi's own: as it is called since 5.17, and before. */
const BOARD_NAMES = ['ACT', 'led0'];
/** One on the header that the system has, by the overlay pipit-led. */
const HEADER_NAME = 'pipit:status';

/** An LED of the system. */
export interface BoardLed extends OutputPin {
  /** Takes it back from whoever has given it another trigger meanwhile. Costs one small read. */
  hold(): void;
}

/** Where the files are; other than the system's in tests. */
export interface LedRoots {
  readonly leds: string;
  readonly model: string;
}

/**
 * The LEDs that Pipit may show its state on: the Pi's own activity LED, and one on the header that an overlay declares.
 * The kernel's trigger that each has is taken off, and put back when it is disposed of.
 *
 * @returns none on other machines
 * @throws DeviceError `hardware.led-missing` on a Pi that has none, `hardware.led-refused` when Pipit may not use one; then
 * none is kept. Early in the start of a system both may pass: udev brings LEDs, and then their rights.
 */
export function openBoardLeds(roots: LedRoots = { leds: LEDS_ROOT, model: MODEL }): BoardLed[] {
  const isOnPi = isPi(roots.model);
  const board = isOnPi ? BOARD_NAMES.find((name) => existsSync(join(roots.leds, name))) : undefined;
  const names = [board, HEADER_NAME].filter((name) => name !== undefined && existsSync(join(roots.leds, name)));
  if (isOnPi && names.length === 0) throw missing();
  const paths = names.map((name) => join(roots.leds, name as string));
  for (const path of paths) assertWritable(path);
  return paths.map((path) => new LedFiles(path));
}

class LedFiles implements BoardLed {
  readonly #path: string;
  readonly #most: string;
  /** What the kernel did with it before, and how fast, where that is told. */
  readonly #before: { readonly trigger: string; readonly delays: ReadonlyMap<string, string> };
  #isOn = false;
  #isOpen = true;

  constructor(path: string) {
    this.#path = path;
    this.#most = this.#read('max_brightness') || '1';
    const delays = ['delay_on', 'delay_off'].map((name) => [name, this.#read(name)] as const);
    this.#before = { trigger: triggerOf(this.#read('trigger')), delays: new Map(delays) };
    this.hold();
  }

  set(isActive: boolean): void {
    if (!this.#isOpen) return;
    this.#isOn = isActive;
    this.#write('brightness', isActive ? this.#most : '0');
  }

  hold(): void {
    if (!this.#isOpen || triggerOf(this.#read('trigger')) === 'none') return;
    this.#write('trigger', 'none');
    this.set(this.#isOn);
  }

  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.set(false);
    this.#isOpen = false;
    const { trigger, delays } = this.#before;
    if (trigger !== 'none') this.#write('trigger', trigger);
    for (const [name, value] of delays) if (value !== '') this.#write(name, value);
  }

  #read(name: string): string {
    try {
      return readFileSync(join(this.#path, name), 'utf8').trim();
    } catch {
      return '';
    }
  }

  /** An LED that is taken away while it blinks is nothing to stop for. */
  #write(name: string, value: string): void {
    try {
      // Without creating it: a file that is not there is one that the trigger does not have.
      writeFileSync(join(this.#path, name), value, { flag: 'r+' });
    } catch {
      // It comes back with the next `hold`, or not at all.
    }
  }
}

/** The one in brackets: `none [mmc0] timer heartbeat`. */
function triggerOf(text: string): string {
  return /\[([^\]]+)\]/.exec(text)?.[1] ?? 'none';
}

function isPi(model: string): boolean {
  try {
    return readFileSync(model, 'utf8').startsWith('Raspberry Pi');
  } catch {
    return false;
  }
}

function missing(): DeviceError {
  return new DeviceError('hardware.led-missing', 'this Pi has no LED of its own to show its state on', {
    remedy: 'An LED on the header can: see docs/status-led.md.',
  });
}

function assertWritable(path: string): void {
  try {
    for (const name of ['brightness', 'trigger']) accessSync(join(path, name), constants.W_OK);
  } catch (cause) {
    throw new DeviceError('hardware.led-refused', `the LED ${path} can't be written`, {
      remedy: 'Put the user that Pipit runs as into the group gpio, or set board_led = false in the gpio block.',
      cause,
    });
  }
}
