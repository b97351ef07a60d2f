import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Artifacts, makeArtifacts } from '../artifacts.ts';
import { sha256Of } from '../disk/block-map.ts';
import { MANIFEST, OS_LIST } from '../disk/os-list.ts';
import { unpackedRoot } from '../disk/unpacked-root.ts';
import { INPUTS } from '../inputs.ts';
import { hashOf, type Recipe } from '../recipe.ts';
import { cacheFolder } from '../step.ts';
import { makeSystem } from '../system.ts';
import { openToolbox, type Toolbox } from '../toolbox.ts';
import { treeOf } from './tree.ts';

/** Steps that both builds take from the cache: tools, keys, and what is downloaded. */
const SHARED = /^(?:toolbox\.|development-keys$)/;
const DOWNLOADED = /^(?:base-|kernel-debs-|firmware-debs)/;

/** The lists for Imager name where a release is; else they would name two folders. */
const RELEASE_URL = 'https://example.org/pipit';

/** What is compared, by name. */
type Results = Readonly<Record<string, string>>;

/**
 * Builds everything twice, each time with an empty cache in another place, and compares what comes out byte by byte.
 *
 * @param isFull downloads all packages again too, which takes most of the time
 * @returns a line for each result
 * @throws Error that explains each difference
 */
export async function checkReproducible(recipe: Recipe, isFull: boolean): Promise<string[]> {
  const work = await mkdtemp(join(cacheFolder(), '.reproducible-'));
  try {
    const inputs = hashOf(INPUTS);
    const first = await buildApart(recipe, join(work, 'one'), isFull);
    const second = await buildApart(recipe, join(work, 'the-other'), isFull);
    if (hashOf(INPUTS) !== inputs) throw new Error('Somebody has changed the inputs meanwhile: that proves nothing.');
    const toolbox = await openToolbox();
    const lines: string[] = [];
    const differences: string[] = [];
    for (const [name, path] of Object.entries(first)) {
      const other = second[name] ?? '';
      const [sum, otherSum] = [await sha256Of(path), await sha256Of(other)];
      lines.push(`${sum === otherSum ? 'same     ' : 'DIFFERENT'} ${sum.slice(0, 16)} ${basename(path)}`);
      if (sum !== otherSum) differences.push(`${basename(path)}:`, ...(await explain(recipe, toolbox, path, other)));
    }
    if (differences.length > 0) throw new Error(`Not the same bytes:\n${[...lines, ...differences].join('\n')}`);
    return lines;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function buildApart(recipe: Recipe, cache: string, isFull: boolean): Promise<Results> {
  const usual = cacheFolder();
  await mkdir(cache, { recursive: true });
  for (const name of await readdir(usual)) {
    if (SHARED.test(name) || (!isFull && DOWNLOADED.test(name))) await symlink(join(usual, name), join(cache, name));
  }
  return await withVariables({ PIPIT_IMAGE_CACHE: cache, PIPIT_RELEASE_URL: RELEASE_URL }, async () => {
    const toolbox = await openToolbox();
    const system = await makeSystem(recipe, toolbox);
    const dist = join(cache, 'dist');
    const artifacts: Artifacts = await makeArtifacts({ ...recipe, dist }, toolbox, system);
    const { kernel, bootSlot, root, disk } = system;
    const lists: Results =
      recipe.arch === 'arm64' ? { osList: join(dist, OS_LIST), manifest: join(dist, MANIFEST) } : {};
    return { initrd: kernel.initrd, bootSlot, root, disk, ...artifacts, ...lists };
  });
}

/** With variables of the environment that are as before afterwards. */
export async function withVariables<T>(wanted: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  const before = Object.keys(wanted).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, wanted);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** Says where two files differ: by their files, where they are archives of such. */
async function explain(recipe: Recipe, toolbox: Toolbox, one: string, other: string): Promise<string[]> {
  if (one.endsWith('.squashfs')) {
    return compareFolders(await unpackedRoot(recipe, toolbox, one), await unpackedRoot(recipe, toolbox, other));
  }
  if (one.endsWith('.deb')) {
    const unpack = async (path: string) => {
      const into = join(dirname(path), 'unpacked');
      await toolbox.run([dirname(path)], 'dpkg-deb', ['--raw-extract', path, into]);
      return into;
    };
    return compareFolders(await unpack(one), await unpack(other));
  }
  return [await firstDifference(one, other)];
}

/** Files that are in one of two folders only, or not the same in both. */
export async function compareFolders(one: string, other: string): Promise<string[]> {
  const lines = async (root: string) =>
    new Map(
      await Promise.all(
        treeOf(root).map(async ({ path, kind, mode, uid, gid, mtime, bytes, target }) => {
          const content = kind === 'file' ? await readFile(join(root, path)) : '';
          const sum = createHash('sha256').update(content).digest('hex').slice(0, 12);
          const line = `${mode.toString(8)} ${uid}:${gid} ${bytes} ${mtime} ${sum} ${target ?? ''}`.trimEnd();
          return [path, line] as const;
        }),
      ),
    );
  const [a, b] = [await lines(one), await lines(other)];
  const paths = [...new Set([...a.keys(), ...b.keys()])].sort();
  return paths
    .filter((path) => a.get(path) !== b.get(path))
    .map((path) => `  ${path}: ${a.get(path) ?? 'missing'} | ${b.get(path) ?? 'missing'}`);
}

async function firstDifference(one: string, other: string): Promise<string> {
  const [a, b] = [await readFile(one), await readFile(other)];
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a[at] === b[at]) at += 1;
  return `  ${a.length} and ${b.length} bytes, different from byte ${at} on`;
}
