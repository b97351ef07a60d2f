import { link, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';
import type { TriedBundles } from './broken-bundles.ts';

/** Nothing of it shrinks any more. */
const AS_THEY_ARE = ['-noI', '-noD', '-noF', '-noX', '-all-root', '-no-xattrs', '-no-progress', '-quiet'];

/** The name of a bundle on the disk. */
export function nameOnDisk(which: keyof TriedBundles): string {
  return `${which}.raucb`;
}

/**
 * A second disk with all of them, as a stick that is plugged in: it is there again after a power cut, and the emulated
 * network has nothing to carry.
 *
 * @returns a squashfs without partitions, that nobody may write to
 */
export async function makeBundlesDisk(bundles: TriedBundles, toolbox: Toolbox): Promise<string> {
  const each = Object.entries(bundles) as [keyof TriedBundles, string][];
  const folder = await done({
    name: 'bundles-disk',
    inputs: [...each.flat(), toolbox.folder],
    async make(into) {
      const content = join(into, 'content');
      await mkdir(content);
      for (const [which, bundle] of each) await link(bundle, join(content, nameOnDisk(which)));
      await toolbox.run([into], 'mksquashfs', [content, join(into, 'bundles.squashfs'), ...AS_THEY_ARE]);
      await rm(content, { recursive: true });
    },
  });
  return join(folder, 'bundles.squashfs');
}
