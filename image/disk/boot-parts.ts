import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { firmwareDebs } from '../boot/firmware.ts';
import { kernelDebs } from '../kernel/kernel.ts';
import type { Recipe } from '../recipe.ts';
import type { Toolbox } from '../toolbox.ts';

/** A package of Debian that is on the card without being installed in the root. */
export interface BootPart {
  readonly name: string;
  readonly version: string;
  /** Path of its file `copyright`. */
  readonly copyright: string;
}

/** Kernel, busybox of the initrd, firmware and U-Boot: only some of their files are taken, with these licences. */
export async function bootParts(recipe: Recipe, toolbox: Toolbox): Promise<readonly BootPart[]> {
  const folders = [await kernelDebs(recipe, toolbox), ...(recipe.arch === 'arm64' ? [await firmwareDebs()] : [])];
  const parts = await Promise.all(
    folders.map(async (folder) => {
      const documents = join(folder, 'usr/share/doc');
      return await Promise.all(
        (await readdir(documents)).map(async (name) => ({
          name,
          version: await versionIn(join(documents, name)),
          copyright: join(documents, name, 'copyright'),
        })),
      );
    }),
  );
  return parts.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The newest entry of a changelog: "busybox (1:1.37.0-6) unstable". One of the build alone is newer (+b1). */
async function versionIn(folder: string): Promise<string> {
  const logs = (await readdir(folder)).filter((name) => /^changelog\.Debian\..*gz$/.test(name));
  const newest = logs.find((name) => name !== 'changelog.Debian.gz') ?? logs[0];
  if (newest === undefined) throw new Error(`${folder} has no changelog.`);
  const text = gunzipSync(await readFile(join(folder, newest))).toString('utf8');
  const [, version] = /^\S+ \(([^)]+)\)/.exec(text) ?? [];
  if (version === undefined) throw new Error(`${join(folder, newest)} names no version.`);
  return version;
}
