import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { command } from '../command.ts';
import { backports, debianSources } from '../debian.ts';
import { hashOf, type Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';
import { unpackPackages } from './download.ts';
import { makeInitrd } from './initrd.ts';
import { chooseModules } from './module-choice.ts';
import { KERNEL, kernelPackages, kernelRelease } from './version.ts';

/** A kernel, ready to be put into a boot partition and a root. */
export interface Kernel {
  /** As `uname -r` says it. */
  readonly version: string;
  /** File: Image.gz on arm64 (as `booti` of U-Boot takes it), a bzImage on amd64. */
  readonly image: string;
  /** File. */
  readonly initrd: string;
  /** Folder with the device trees of all Raspberry Pi models that run 64 bits; empty on amd64. */
  readonly dtbs: string;
  /** Folder that has lib/modules/VERSION, to be laid over /usr of a root. */
  readonly modules: string;
}

/** Device trees that are shipped: everything that Broadcom's 64-bit chips on a Raspberry Pi have. */
const OUR_TREES = /^bcm(2837|2710|2711|2712)-.*rpi.*\.dtb$/;

/** In this folder: tests and pages change nothing. */
const MADE_OF = ['initrd', 'initrd.ts', 'kernel.ts', 'module-choice.ts', 'modules.ts', 'version.ts'];

/** Unpacks Debian's kernel and the busybox of its initrd. @returns a folder, whose usr/share/doc is theirs */
export async function kernelDebs(recipe: Recipe, toolbox: Toolbox): Promise<string> {
  const packages = [...kernelPackages(recipe.arch), 'busybox-static'];
  return await done({
    name: `kernel-debs-${recipe.arch}`,
    inputs: [recipe.arch, ...packages],
    async make(into) {
      const sources = await debianSources();
      await unpackPackages(recipe.arch, sources + backports(sources), packages, into);
      await rename(join(into, 'usr/lib'), join(into, 'lib'));
      await toolbox.run([into], 'depmod', ['-b', into, kernelRelease(recipe.arch)]);
    },
  });
}

/** Makes the kernel's parts: Debian's own build of it, with the modules of image/kernel/modules.ts only. */
export async function makeKernel(recipe: Recipe, toolbox: Toolbox): Promise<Kernel> {
  const debs = await kernelDebs(recipe, toolbox);
  const version = kernelRelease(recipe.arch);
  const folder = await done({
    name: `kernel-${recipe.arch}`,
    inputs: [debs, String(KERNEL.epoch), hashOf(MADE_OF.map((name) => `image/kernel/${name}`))],
    async make(into) {
      const whole = join(debs, 'lib/modules', version);
      const choice = await copyModules(recipe, whole, join(into, 'modules/lib/modules', version));
      await toolbox.run([into], 'depmod', ['-b', join(into, 'modules'), version]);
      await copyImage(recipe, whole, into);
      await mkdir(join(into, 'dtbs'));
      const trees = join(whole, 'dtb/broadcom');
      for (const name of await readdir(trees).catch(() => [])) {
        if (OUR_TREES.test(name)) await cp(join(trees, name), join(into, 'dtbs', name));
      }
      const work = join(into, 'initrd.work');
      await mkdir(work);
      const busybox = join(debs, 'usr/bin/busybox');
      const parts = { busybox, modules: join(into, 'modules'), release: version, early: choice };
      await makeInitrd(recipe, toolbox, parts, work, join(into, 'initrd'));
      await rm(work, { recursive: true });
    },
  });
  return {
    version,
    image: join(folder, recipe.arch === 'arm64' ? 'Image.gz' : 'vmlinuz'),
    initrd: join(folder, 'initrd'),
    dtbs: join(folder, 'dtbs'),
    modules: join(folder, 'modules'),
  };
}

/**
 * Copies the modules of the list, uncompressed: squashfs compresses them again, all together, and a small processor then
 * loads them without xz.
 *
 * @returns those for the initrd
 */
async function copyModules(recipe: Recipe, whole: string, into: string): Promise<string[]> {
  const text = async (name: string) => await readFile(join(whole, name), 'utf8');
  const choice = chooseModules(
    {
      dependencies: await text('modules.dep'),
      builtin: await text('modules.builtin'),
      soft: await text('modules.softdep'),
    },
    recipe.arch,
  );
  for (const path of choice.all) {
    await mkdir(dirname(join(into, path)), { recursive: true });
    await cp(join(whole, path), join(into, path));
  }
  for (const index of ['modules.order', 'modules.builtin', 'modules.builtin.modinfo']) {
    await cp(join(whole, index), join(into, index));
  }
  await command('find', [join(into, 'kernel'), '-name', '*.xz', '-exec', 'unxz', '{}', '+']);
  return choice.early.map((path) => path.replace(/\.xz$/, ''));
}

async function copyImage(recipe: Recipe, whole: string, into: string): Promise<void> {
  await cp(join(whole, 'vmlinuz'), join(into, 'vmlinuz'));
  if (recipe.arch !== 'arm64') return;
  await command('gzip', ['-9n', join(into, 'vmlinuz')]);
  await rename(join(into, 'vmlinuz.gz'), join(into, 'Image.gz'));
}
