import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Artifacts } from '../artifacts.ts';
import { debianSources } from '../debian.ts';
import { DATA_LABEL, FIRMWARE_LABEL } from '../disk/layout.ts';
import { unpackedRoot } from '../disk/unpacked-root.ts';
import type { Recipe } from '../recipe.ts';
import { cacheFolder } from '../step.ts';
import type { System } from '../system.ts';
import type { Toolbox } from '../toolbox.ts';
import { checkBundle } from './bundle.ts';
import { type Check, type Outcome, runChecks } from './check.ts';
import { checkBill, checkChecksums, checkCompressed, checkMap, checkOsLists } from './downloads.ts';
import { checkData, checkEmpty, checkFat, checkSquashfs, takePartition } from './file-systems.ts';
import { checkCardFiles, checkRootFiles, checkSlotFiles } from './must-have.ts';
import { checkPartitionTable } from './partition-table.ts';
import { checkPermissions, namesOf } from './permissions.ts';
import { checkAccounts, checkSecrets } from './secrets.ts';
import { sizeLines } from './sizes.ts';
import { treeOf } from './tree.ts';

/** What is looked at. Downloads are left out where only the disk was made. */
export interface Made extends Pick<System, 'disk' | 'root' | 'bootSlot'> {
  readonly artifacts?: Artifacts;
}

/**
 * Looks at a finished disk, and at what is downloaded, from outside: nothing of it runs, and nothing that made it is
 * believed. Prints a table.
 *
 * @throws Error with everything that is wrong
 */
export async function verifyDisk(recipe: Recipe, toolbox: Toolbox, made: Made): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'pipit-verify-'));
  try {
    await runChecks([
      ...diskChecks(recipe, toolbox, made.disk, work),
      ...(await rootChecks(recipe, toolbox, made)),
      ...(made.artifacts === undefined ? [] : await downloadChecks(recipe, toolbox, made, made.artifacts, work)),
    ]);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function diskChecks(recipe: Recipe, toolbox: Toolbox, disk: string, work: string): Check[] {
  const { arch } = recipe;
  return [
    { name: 'partition table', run: () => checkPartitionTable(toolbox, disk) },
    {
      name: `p1 ${FIRMWARE_LABEL}`,
      run: async () => {
        const image = await takePartition(disk, 'firmware', work);
        const outcome = await checkFat(toolbox, image, FIRMWARE_LABEL);
        return withFindings(outcome, checkCardFiles(await namesOnFat(toolbox, image, work), arch));
      },
    },
    {
      name: 'p2 slot A, boot',
      run: async () => {
        const image = await takePartition(disk, 'bootA', work);
        const outcome = await checkFat(toolbox, image);
        return withFindings(outcome, checkSlotFiles(await namesOnFat(toolbox, image, work), arch));
      },
    },
    { name: 'p3 slot B, boot', run: () => checkEmpty(disk, 'bootB') },
    {
      name: 'p5 slot A, root',
      run: async () => await checkSquashfs(recipe, toolbox, await takePartition(disk, 'rootA', work)),
    },
    { name: 'p6 slot B, root', run: () => checkEmpty(disk, 'rootB') },
    {
      name: `p7 ${DATA_LABEL}`,
      run: async () => await checkData(recipe, toolbox, await takePartition(disk, 'data', work)),
    },
  ];
}

async function rootChecks(recipe: Recipe, toolbox: Toolbox, made: Made): Promise<Check[]> {
  const root = await unpackedRoot(recipe, toolbox, made.root);
  const entries = treeOf(root);
  const text = async (path: string) => await readFile(join(root, path), 'utf8');
  const count = `${entries.length} entries`;
  return [
    { name: 'root: files', run: async () => ({ detail: count, findings: checkRootFiles(entries) }) },
    {
      name: 'root: permissions',
      run: async () => ({
        detail: count,
        findings: checkPermissions(entries, namesOf(await text('etc/passwd')), namesOf(await text('etc/group'))),
      }),
    },
    {
      name: 'root: capabilities',
      run: async () => {
        const said = (await toolbox.run([root], 'getcap', ['-r', root])).trim();
        return { detail: 'of files: none', findings: said === '' ? [] : said.split('\n') };
      },
    },
    {
      name: 'root: secrets, traces',
      run: async () => ({ detail: count, findings: checkSecrets(root, entries, await tracesOfBuild(recipe)) }),
    },
    {
      name: 'root: accounts',
      run: async () => ({
        detail: 'no passwords',
        findings: checkAccounts(await text('etc/passwd'), await text('etc/shadow')),
      }),
    },
    {
      name: 'root: times',
      run: async () => ({
        detail: 'all of the inputs',
        findings: entries
          .filter((each) => each.mtime !== recipe.epoch)
          .map((each) => `${each.path} has a time of its own.`),
      }),
    },
    { name: 'root: sizes', run: async () => ({ detail: '', findings: [], lines: sizeLines(entries) }) },
  ];
}

async function downloadChecks(
  recipe: Recipe,
  toolbox: Toolbox,
  { disk, root, bootSlot }: Made,
  artifacts: Artifacts,
  work: string,
): Promise<Check[]> {
  const { image, map, bundle, sbom } = artifacts;
  const unpacked = await unpackedRoot(recipe, toolbox, root);
  const names = Object.values(artifacts).map((path: string) => basename(path));
  const parts = { rootfs: root, boot: bootSlot };
  return [
    { name: 'checksums', run: () => checkChecksums(recipe.dist, names) },
    { name: 'download', run: () => checkCompressed(toolbox, disk, image) },
    { name: 'block map', run: () => checkMap(toolbox, { disk, compressed: image, map }, work) },
    { name: 'bundle', run: () => checkBundle(recipe, toolbox, bundle, { root: unpacked, parts, work }) },
    { name: 'bill of materials', run: () => checkBill(sbom, unpacked) },
    ...(recipe.arch === 'arm64' ? [{ name: 'Imager', run: () => checkOsLists(recipe, disk, image) }] : []),
  ];
}

/** All files and folders of a FAT image, by path. */
async function namesOnFat(toolbox: Toolbox, image: string, work: string): Promise<ReadonlySet<string>> {
  const said = await toolbox.run([work], 'mdir', ['-i', image, '-/', '-b', '-a', '::']);
  return new Set(said.split('\n').map((line) => line.replace(/^::\//, '').replace(/\/$/, '')));
}

/** Words that only this machine knows. */
async function tracesOfBuild(recipe: Recipe): Promise<string[]> {
  const mirrors = [...(await debianSources()).matchAll(/https?:\/\/([^/\s]+)/g)].map(([, host = '']) => host);
  const ours = mirrors.filter((host) => !host.endsWith('debian.org'));
  const name = hostname();
  return [...new Set([recipe.root, cacheFolder(), ...ours, ...(name.length > 5 ? [name] : [])])];
}

function withFindings(outcome: Outcome, more: readonly string[]): Outcome {
  return { ...outcome, findings: [...outcome.findings, ...more] };
}
