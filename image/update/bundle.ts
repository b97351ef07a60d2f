import { createHash, X509Certificate } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256Of } from '../disk/block-map.ts';
import { hashOf, type Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';
import { type SigningKeys, signingKeys } from './keys.ts';
import { compatibleOf } from './system-conf.ts';

/** What a bundle is made of: results of earlier steps. */
export interface BundleParts {
  /** FAT image with kernel and initrd. */
  readonly bootSlot: string;
  /** The squashfs. */
  readonly root: string;
}

/** What differs for bundles that are only to try devices with. */
export interface BundleOptions {
  /** Instead of those of the environment or of development. */
  readonly keys?: SigningKeys;
  /** The step's name in the cache. */
  readonly step?: string;
}

/**
 * Makes pipit-VERSION.raucb: one update for all devices of an architecture, signed, in the format `verity` (RAUC
 * reference manual, "Bundle Formats"), so that nothing of it is used that was not checked.
 *
 * The same parts and the same key give the same bytes: see same-bytes.c.
 *
 * @returns its path
 */
export async function makeBundle(
  recipe: Recipe,
  toolbox: Toolbox,
  parts: BundleParts,
  { keys, step = 'bundle' }: BundleOptions = {},
): Promise<string> {
  const { key, certificate, keyring } = keys ?? (await signingKeys(toolbox));
  const name = `pipit-${recipe.version}${recipe.arch === 'arm64' ? '' : `-${recipe.arch}`}.raucb`;
  const folder = await done({
    name: `${step}-${recipe.arch}`,
    inputs: [
      name,
      String(recipe.epoch),
      parts.bootSlot,
      parts.root,
      toolbox.folder,
      hashOf([certificate, keyring], '/'),
      hashOf(['image/update/bundle.ts', 'image/update/same-bytes.c', 'image/update/system-conf.ts'], recipe.root),
    ],
    async make(into) {
      const content = join(into, 'content');
      await mkdir(content);
      await cp(parts.root, join(content, 'root.squashfs'));
      await cp(parts.bootSlot, join(content, 'boot.vfat'));
      await writeFile(join(content, 'manifest.raucm'), manifest(recipe));
      const binds = [into, dirname(key), dirname(certificate), dirname(keyring)];
      const signing = ['--cert', certificate, '--key', key, '--keyring', keyring];
      const { epoch } = recipe;
      // What is in it is compressed already; the empty rest of the boot partition takes no space either way.
      const squashfs = `-comp zstd -noD -noF -all-time ${epoch} -mkfs-time ${epoch} -all-root -no-xattrs`;
      const bundle = join(into, name);
      const fixed = join(into, 'same-bytes.so');
      await cp(join(recipe.root, 'image/update/same-bytes.c'), join(into, 'same-bytes.c'));
      await toolbox.run([into], 'gcc', ['-shared', '-fPIC', '-O1', '-o', fixed, join(into, 'same-bytes.c')]);
      const salt = createHash('sha256')
        .update(await sha256Of(parts.root))
        .update(await sha256Of(parts.bootSlot))
        .digest('hex');
      const env = { LD_PRELOAD: fixed, BUNDLE_SALT: salt, BUNDLE_TIME: String(await signingTime(epoch, certificate)) };
      await toolbox.run(binds, 'env', [
        ...Object.entries(env).map(([key, value]) => `${key}=${value}`),
        ...['rauc', 'bundle', ...signing, `--mksquashfs-args=${squashfs}`, content, bundle],
      ]);
      await toolbox.run(binds, 'rauc', ['info', '--keyring', keyring, bundle]);
      await rm(content, { recursive: true });
      for (const each of ['same-bytes.c', 'same-bytes.so']) await rm(join(into, each));
    },
  });
  return join(folder, name);
}

/** The recipe's time, or when the certificate begins where that is later: RAUC checks what it has signed. */
async function signingTime(epoch: number, certificate: string): Promise<number> {
  const begins = Date.parse(new X509Certificate(await readFile(certificate)).validFrom) / 1000;
  return Math.max(epoch, begins);
}

/** RAUC reference manual, "Manifest". */
function manifest(recipe: Recipe): string {
  return `[update]
compatible=${compatibleOf(recipe.arch)}
version=${recipe.version}
description=Pipit ${recipe.version}

[bundle]
format=verity

[image.rootfs]
filename=root.squashfs

[image.boot]
filename=boot.vfat
`;
}
