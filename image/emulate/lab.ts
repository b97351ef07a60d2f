import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '../recipe.ts';
import type { System } from '../system.ts';
import type { Toolbox } from '../toolbox.ts';
import type { BootFigures } from './boot-figures.ts';
import { Machine, type MachineOptions } from './machine.ts';
import { type DirectBoot, kernelArguments } from './qemu-arguments.ts';

/** A card of "8 GB", the size that people buy: larger than the image, so that /data has to grow. */
export const CARD_BYTES = 7_800_000_000;

/** What the emulation's tests share: what was built, the one machine that most of them use, and what they measure. */
export class Lab implements AsyncDisposable {
  readonly recipe: Recipe;
  readonly toolbox: Toolbox;
  readonly system: System;
  readonly signal: AbortSignal;
  /** Pictures and logs to look at go here. */
  readonly folder: string;
  /** What was measured so far. */
  readonly figures: { -readonly [K in keyof BootFigures]?: BootFigures[K] } = {};
  readonly #stack = new AsyncDisposableStack();
  #machine: Promise<Machine> | undefined;

  constructor(recipe: Recipe, toolbox: Toolbox, system: System, signal: AbortSignal) {
    this.recipe = recipe;
    this.toolbox = toolbox;
    this.system = system;
    this.signal = signal;
    this.folder = join(recipe.dist, 'emulation');
  }

  /** The shared machine: as a Zero 2 W, 512 MB; started through U-Boot where there is one. It may be off. */
  machine(): Promise<Machine> {
    this.#machine ??= this.open().then((machine) => this.keep(machine));
    return this.#machine;
  }

  /** The shared machine, up and running. */
  async running(): Promise<Machine> {
    const machine = await this.machine();
    if (!machine.isOn) await machine.boot();
    return machine;
  }

  /** The shared machine is switched off, where it is on: what comes next has the processors for itself. */
  async rest(): Promise<void> {
    await (await this.#machine)?.powerOff();
  }

  /** One more machine, of the caller's own; it is off. */
  async open(options: Partial<MachineOptions> = {}): Promise<Machine> {
    await mkdir(this.folder, { recursive: true });
    return await Machine.open(this.toolbox, {
      arch: this.recipe.arch,
      disk: this.system.disk,
      cardBytes: CARD_BYTES,
      memoryMb: 512,
      signal: this.signal,
      ...(this.recipe.arch === 'amd64' && { direct: this.direct() }),
      ...options,
    });
  }

  /** What is used until the end of the run. */
  keep<T extends AsyncDisposable>(part: T): T {
    return this.#stack.use(part);
  }

  /** The image's kernel, without the boot loader; with more arguments. */
  direct(more: readonly string[] = []): DirectBoot {
    const { image, initrd } = this.system.kernel;
    return { kernel: image, initrd, arguments: kernelArguments(this.recipe.arch, more) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
