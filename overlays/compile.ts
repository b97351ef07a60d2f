import { copyFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hashOf, type Recipe } from '../image/recipe.ts';
import { done } from '../image/step.ts';
import type { Toolbox } from '../image/toolbox.ts';
import { WANTED, type Wanted } from './wanted.ts';

/** Runs a program of the toolbox and returns what it printed. */
export type Run = (name: string, args: readonly string[]) => Promise<string>;

/**
 * The overlays as the firmware reads them (NAME.dtbo), and a README: without a file of that name the firmware takes a
 * folder of overlays for none (config.txt, `overlay_prefix`). Each is merged with each device tree that shares one of
 * its `compatible` strings, and what came of it is looked at.
 *
 * @param dtbs folder with the device trees that are shipped, at any depth
 * @returns the folder to be laid on the FAT partition as `overlays/`
 * @throws Error when an overlay does not merge, does not bring about what it should, or is for no device tree
 */
export async function makeOverlays(recipe: Recipe, toolbox: Toolbox, dtbs: string): Promise<string> {
  const sources = join(recipe.root, 'overlays');
  return await done({
    name: 'overlays',
    inputs: [hashOf(['overlays'], recipe.root), hashOf(['.'], dtbs), toolbox.folder],
    async make(into) {
      const run: Run = (name, args) => toolbox.run([recipe.root, dtbs, into], name, args);
      const trees = await treesIn(dtbs, run);
      for (const source of await filesBelow(sources, '.dts')) {
        const overlay = join(into, `${basename(source, '.dts')}.dtbo`);
        await run('dtc', ['-@', '-I', 'dts', '-O', 'dtb', '-o', overlay, source]);
        await checkOverlay(overlay, trees, into, run);
      }
      await copyFile(join(sources, 'README.md'), join(into, 'README'));
    },
  });
}

/** A device tree and the hardware that it says it is for. */
export interface Tree {
  readonly path: string;
  readonly compatible: readonly string[];
}

/** All device trees below a folder. @throws Error when there is none */
export async function treesIn(folder: string, run: Run): Promise<Tree[]> {
  const paths = await filesBelow(folder, '.dtb');
  if (paths.length === 0) throw new Error(`There is no device tree in ${folder}.`);
  return await Promise.all(paths.map(async (path) => ({ path, compatible: await compatibleOf(path, run) })));
}

/**
 * Merges an overlay with all trees that it is for, and looks at the results.
 *
 * @param scratch a folder for the merged tree; none is left there
 * @returns with how many
 */
export async function checkOverlay(
  overlay: string,
  trees: readonly Tree[],
  scratch: string,
  run: Run,
): Promise<number> {
  const name = basename(overlay, '.dtbo');
  const wanted = WANTED[name];
  if (wanted === undefined) throw new Error(`wanted.ts does not say what ${name} is to bring about.`);
  const kinds = await compatibleOf(overlay, run);
  const fitting = trees.filter(({ compatible }) => compatible.some((kind) => kinds.includes(kind)));
  if (fitting.length === 0) throw new Error(`${name} is for ${kinds.join(', ')}: no such device tree is shipped.`);
  const merged = join(scratch, 'merged.dtb');
  try {
    for (const { path } of fitting) {
      await run('fdtoverlay', ['-i', path, '-o', merged, overlay]);
      await checkTree(merged, wanted, `${name} in ${basename(path)}`, run);
    }
  } finally {
    await run('rm', ['-f', merged]);
  }
  return fitting.length;
}

/** @throws Error that names what is not as wanted */
async function checkTree(tree: string, wanted: readonly Wanted[], where: string, run: Run): Promise<void> {
  const named = wanted.flatMap(({ node, value }) => [node, ...value.split(' ').filter((word) => word.startsWith('&'))]);
  const labels = [...new Set(named.map(labelOf))].filter((label) => label !== '');
  const paths = await valuesOf(
    tree,
    labels.map((label) => ['/__symbols__', label]),
    run,
  );
  const pathOf = new Map(labels.map((label, i) => [label, paths[i] ?? '']));
  const handles = await valuesOf(
    tree,
    paths.map((path) => [path || '/', 'phandle']),
    run,
  );
  const handleOf = new Map(labels.map((label, i) => [`&${label}`, handles[i] ?? '']));
  const places = wanted.map(({ node, property }): Place => {
    const label = labelOf(node);
    return [node.startsWith('/') ? node : `${pathOf.get(label)}${node.slice(label.length)}`, property];
  });
  const found = await valuesOf(tree, places, run);
  for (const [i, { value }] of wanted.entries()) {
    const expected = value
      .split(' ')
      .map((word) => handleOf.get(word) ?? word)
      .join(' ');
    if (found[i] === expected) continue;
    const [path, property] = places[i] as Place;
    throw new Error(`${where}: ${path} has ${property} = ${found[i] || 'nothing'}, not ${expected} (${value}).`);
  }
}

/** `i2c1` of `i2c1/audio-codec@1a` and of `&i2c1`; nothing of a path. */
function labelOf(text: string): string {
  return text.replace(/^&/, '').split('/')[0] ?? '';
}

type Place = readonly [path: string, property: string];

/** What stands at places of a tree; empty where there is nothing. Labels are what `dtc -@` lists in `/__symbols__`. */
async function valuesOf(tree: string, places: readonly Place[], run: Run): Promise<string[]> {
  const lines = (await run('fdtget', ['-d', '', tree, ...places.flat()])).split('\n');
  return places.map((_, i) => lines[i]?.trim() ?? '');
}

async function compatibleOf(tree: string, run: Run): Promise<string[]> {
  return ((await valuesOf(tree, [['/', 'compatible']], run))[0] ?? '').split(' ');
}

async function filesBelow(folder: string, extension: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => join(folder, name));
}
