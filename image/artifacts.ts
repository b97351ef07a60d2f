import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { makeDeb } from './deb/make-deb.ts';
import { writeChecksums } from './disk/checksums.ts';
import { compressDisk } from './disk/compress-disk.ts';
import { makeLicences } from './disk/make-licences.ts';
import { makeSbom } from './disk/make-sbom.ts';
import { ICON, MANIFEST, OS_LIST, osEntry, writeOsLists } from './disk/os-list.ts';
import type { Recipe } from './recipe.ts';
import type { System } from './system.ts';
import type { Toolbox } from './toolbox.ts';
import { makeBundle } from './update/bundle.ts';

/** What a release consists of, by path in dist/. */
export interface Artifacts {
  readonly deb: string;
  readonly image: string;
  readonly map: string;
  readonly bundle: string;
  readonly sbom: string;
  readonly licences: string;
}

/** Puts all that people download into `recipe.dist`, with checksums. */
export async function makeArtifacts(recipe: Recipe, toolbox: Toolbox, system: System): Promise<Artifacts> {
  const { image, map } = await compressDisk(recipe, toolbox, system.disk);
  const bundle = await makeBundle(recipe, toolbox, system);
  const sbom = await makeSbom(recipe, toolbox, system.root);
  const licences = await makeLicences(recipe, toolbox, system.root);
  await mkdir(recipe.dist, { recursive: true });
  const placed = async (path: string) => {
    const to = join(recipe.dist, basename(path));
    // A file that somebody reads at this moment stays whole for them.
    await rm(to, { force: true });
    await copyFile(path, to);
    return to;
  };
  const artifacts = {
    deb: await placed(await makeDeb(recipe, toolbox)),
    image: await placed(image),
    map: await placed(map),
    bundle: await placed(bundle),
    sbom: await placed(sbom),
    licences: await placed(licences),
  };
  const names = Object.values(artifacts).map((path) => basename(path));
  // The twin is for no Pi.
  if (recipe.arch === 'arm64') {
    await writeOsLists(recipe, await osEntry(recipe, system.disk, image), recipe.dist);
    names.push(OS_LIST, MANIFEST, ICON);
  }
  await writeChecksums(recipe.dist, names, [basename(artifacts.image)]);
  return artifacts;
}

/** The artifacts and their sizes, as lines to print. */
export async function sizesOf(artifacts: Artifacts): Promise<string> {
  const lines = await Promise.all(
    Object.values(artifacts).map(async (path: string) => {
      const { size } = await stat(path);
      return `${(size / 1e6).toFixed(1).padStart(8)} MB  ${path}`;
    }),
  );
  return lines.join('\n');
}
