import { makeBootSlot } from './boot/boot-slot.ts';
import { makeFirmware } from './boot/firmware.ts';
import { makePlainDeb } from './deb/make-deb.ts';
import { makeDisk } from './disk/make-disk.ts';
import { type Kernel, makeKernel } from './kernel/kernel.ts';
import type { Recipe } from './recipe.ts';
import { makeBase } from './root/base.ts';
import { makeRoot } from './root/root.ts';
import type { Toolbox } from './toolbox.ts';

/** What was made, by path. */
export interface System {
  /** The package as it is installed into the root; not compressed. */
  readonly deb: string;
  readonly kernel: Kernel;
  /** Folder of the first partition; nothing for the twin. */
  readonly firmware: string | undefined;
  readonly bootSlot: string;
  readonly root: string;
  /** The whole disk, sparse, as emulators take it. */
  readonly disk: string;
}

/** Makes package, root and disk of one machine: what is tried in emulation. */
export async function makeSystem(recipe: Recipe, toolbox: Toolbox): Promise<System> {
  const kernel = await makeKernel(recipe, toolbox);
  const base = await makeBase(recipe, toolbox);
  const deb = await makePlainDeb(recipe, toolbox);
  const root = await makeRoot(recipe, toolbox, { base, deb, kernel });
  const firmware = recipe.arch === 'arm64' ? await makeFirmware(recipe, toolbox, kernel) : undefined;
  const bootSlot = await makeBootSlot(recipe, toolbox, kernel);
  const disk = await makeDisk(recipe, toolbox, { bootSlot, root, ...(firmware !== undefined && { firmware }) });
  return { deb, kernel, firmware, bootSlot, root, disk };
}
