import { cp, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../command.ts';
import type { Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { System } from '../system.ts';
import type { Toolbox } from '../toolbox.ts';
import { makeBundle } from '../update/bundle.ts';
import { keysIn, makeKeys } from '../update/keys.ts';
import { toolOf } from './tool.ts';

/** Bundles to try updates with, by path. All but the first are broken in one way. */
export interface TriedBundles {
  /** The same system under a higher version. */
  readonly good: string;
  /** A byte of its payload is another. */
  readonly corrupt: string;
  /** Whole, and signed with a key that nobody trusts. */
  readonly wrongKey: string;
  /** Its kernel panics. */
  readonly panics: string;
  /** Its programs end at once. */
  readonly crashes: string;
  /** It cannot use the data partition. */
  readonly blind: string;
}

/** Version of the good one; the broken ones have it in their names. */
export const TRIED_VERSION = '99.0.0';

/**
 * What is wrong in a broken system is in its initrd, which is made again in a second; a root would take minutes. Each
 * is a line of shell for the script of image/kernel/initrd/init, run before the root takes over.
 */
const BREAKAGES = {
  // The first program ends: "Attempted to kill init!"
  panics: 'exit 1',
  crashes:
    "rm -f /root/usr/bin/pipit; printf '#!/bin/sh\\nexit 1\\n' > /root/usr/bin/pipit; chmod 755 /root/usr/bin/pipit",
  blind: "printf '#!/bin/sh\\nexit 1\\n' > /root/usr/lib/pipit-image/data-repair",
} as const;

/** Makes them all. Takes about as long as copying the root six times. */
export async function makeTriedBundles(recipe: Recipe, toolbox: Toolbox, system: System): Promise<TriedBundles> {
  const tried = { ...recipe, version: TRIED_VERSION };
  const good = await makeBundle(tried, toolbox, system, { step: 'bundle-good' });
  const strange = await done({
    name: 'strange-keys',
    inputs: ['1'],
    make: async (into) => {
      await mkdir(join(into, 'keys'));
      await makeKeys(toolbox, join(into, 'keys'), 'strange');
    },
  });
  const broken = async (what: keyof typeof BREAKAGES) => {
    const bootSlot = await brokenBootSlot(toolbox, system.bootSlot, what);
    const version = `${TRIED_VERSION}-${what}`;
    return await makeBundle({ ...recipe, version }, toolbox, { ...system, bootSlot }, { step: `bundle-${what}` });
  };
  return {
    good,
    corrupt: await corrupted(good),
    wrongKey: await makeBundle(tried, toolbox, system, { step: 'bundle-strange', keys: keysIn(join(strange, 'keys')) }),
    panics: await broken('panics'),
    crashes: await broken('crashes'),
    blind: await broken('blind'),
  };
}

/** A copy of a boot partition whose initrd does one thing more. */
async function brokenBootSlot(toolbox: Toolbox, bootSlot: string, what: keyof typeof BREAKAGES): Promise<string> {
  const folder = await done({
    name: `boot-slot-${what}`,
    inputs: [bootSlot, BREAKAGES[what]],
    async make(into) {
      const work = join(into, 'work');
      await mkdir(work);
      const slot = join(into, 'boot.vfat');
      await cp(bootSlot, slot);
      const mtools = toolOf(toolbox, 'usr/bin/mtools');
      const run = (name: string, ...args: string[]) =>
        command(mtools.name, [...mtools.before, '-c', name, '-i', slot, ...args], { env: { MTOOLS_SKIP_CHECK: '1' } });
      await run('mcopy', '::initrd', join(work, 'initrd'));
      const unpacked = join(work, 'tree');
      await mkdir(unpacked);
      const inTree = (script: string) => toolbox.run([into], 'sh', ['-ec', script], { cwd: unpacked });
      await inTree('zstd -qdc ../initrd | cpio --quiet -id');
      const init = await readFile(join(unpacked, 'init'), 'utf8');
      const changed = init.replace(/^exec switch_root/m, `${BREAKAGES[what]}\n$&`);
      if (changed === init) throw new Error('The initrd has no line that begins with "exec switch_root".');
      await writeFile(join(unpacked, 'init'), changed);
      await inTree('find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 | zstd -q > ../initrd.new');
      await run('mcopy', '-o', join(work, 'initrd.new'), '::initrd');
      await rm(work, { recursive: true });
    },
  });
  return join(folder, 'boot.vfat');
}

/** Another byte in the middle: of the payload. */
async function corrupted(bundle: string): Promise<string> {
  const folder = await done({
    name: 'bundle-corrupt',
    inputs: [bundle],
    async make(into) {
      const copy = join(into, 'corrupt.raucb');
      await cp(bundle, copy);
      await using file = await open(copy, 'r+');
      const { size } = await file.stat();
      const byte = Buffer.alloc(1);
      await file.read(byte, 0, 1, Math.floor(size / 2));
      byte[0] = (byte[0] ?? 0) ^ 0xff;
      await file.write(byte, 0, 1, Math.floor(size / 2));
    },
  });
  return join(folder, 'corrupt.raucb');
}
