import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rangesToWrite, sha256Of } from '../disk/block-map.ts';
import { checkSpdx } from '../disk/check-spdx.ts';
import { CHECKSUMS } from '../disk/checksums.ts';
import { parseDpkgStatus } from '../disk/dpkg-status.ts';
import { MANIFEST, OS_LIST, osEntry } from '../disk/os-list.ts';
import type { SpdxDocument } from '../disk/spdx.ts';
import type { Recipe } from '../recipe.ts';
import type { Toolbox } from '../toolbox.ts';
import type { Outcome } from './check.ts';
import { GOAL, MOST } from './sizes.ts';

/** Every file is in SHA256SUMS, and is what it says. */
export async function checkChecksums(folder: string, wanted: readonly string[]): Promise<Outcome> {
  const findings: string[] = [];
  const lines = (await readFile(join(folder, CHECKSUMS), 'utf8')).trimEnd().split('\n');
  const listed = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
  for (const name of wanted) if (!listed.has(name)) findings.push(`${name} is not in ${CHECKSUMS}.`);
  for (const [name, sum] of listed) {
    const its = await sha256Of(join(folder, name)).catch(() => 'missing');
    if (its !== sum) findings.push(`${name}: ${its}, not ${sum}.`);
  }
  return { detail: `${listed.size} files`, findings };
}

/** The download unpacks to the disk, and is not too large. */
export async function checkCompressed(toolbox: Toolbox, disk: string, compressed: string): Promise<Outcome> {
  const findings: string[] = [];
  const { size } = await stat(compressed);
  if (size > MOST) findings.push(`It has ${size} bytes, more than ${MOST}.`);
  const script = 'xz --decompress --stdout "$0" | sha256sum';
  const said = await toolbox.run([dirname(compressed)], 'sh', ['-ec', script, compressed]);
  if (said.slice(0, 64) !== (await sha256Of(disk))) findings.push('It does not unpack to the disk.');
  const goal = size <= GOAL ? 'within' : 'above';
  return { detail: `${(size / 1e6).toFixed(1)} MB, ${goal} the goal of ${GOAL / 1e6}`, findings };
}

/**
 * bmaptool, which checks the sums of the map and of each range, writes the disk with the map, and it is the disk: what
 * the map leaves out is zeros.
 */
export async function checkMap(
  toolbox: Toolbox,
  files: { readonly disk: string; readonly compressed: string; readonly map: string },
  work: string,
): Promise<Outcome> {
  const { disk, compressed, map } = files;
  const copy = join(work, 'card');
  const binds = [dirname(compressed), dirname(map), work];
  await toolbox.run(binds, 'bmaptool', ['--quiet', 'copy', '--bmap', map, compressed, copy]);
  const findings = (await sha256Of(copy)) === (await sha256Of(disk)) ? [] : ['What is written is not the disk.'];
  await rm(copy);
  const written = (await rangesToWrite(disk)).reduce((sum, { start, end }) => sum + end - start, 0);
  const { size } = await stat(disk);
  return { detail: `writes ${(written / 1e6).toFixed(0)} of ${(size / 1e6).toFixed(0)} MB`, findings };
}

/** The lists for Raspberry Pi Imager are about these very files, and name whole addresses. */
export async function checkOsLists(recipe: Recipe, disk: string, compressed: string): Promise<Outcome> {
  const wanted = await osEntry(recipe, disk, compressed);
  const entry = JSON.stringify(wanted);
  const findings: string[] = [];
  for (const address of [wanted.url, wanted.icon]) {
    const { protocol } = URL.parse(address) ?? {};
    if (protocol === 'file:') {
      const isThere = await stat(fileURLToPath(address)).catch(() => undefined);
      if (isThere === undefined) findings.push(`${address} is not there.`);
    } else if (protocol !== 'https:' && protocol !== 'http:') findings.push(`${address} is no whole address.`);
  }
  for (const name of [OS_LIST, MANIFEST]) {
    const list = JSON.parse(await readFile(join(recipe.dist, name), 'utf8')) as { os_list: readonly object[] };
    if (JSON.stringify(list.os_list[0]) !== entry)
      findings.push(`${name} is about other files than ${basename(compressed)}.`);
  }
  return { detail: wanted.url, findings };
}

/** The bill of materials has each package that is there, and no other. */
export async function checkBill(sbom: string, root: string): Promise<Outcome> {
  const document = JSON.parse(await readFile(sbom, 'utf8')) as SpdxDocument;
  const findings = checkSpdx(document);
  const counted = (pattern: RegExp) => document.packages.filter((each) => pattern.test(each.SPDXID)).length;
  const installed = parseDpkgStatus(await readFile(join(root, 'var/lib/dpkg/status'), 'utf8'));
  for (const { name, version } of installed) {
    if (!document.packages.some((each) => each.name === name && each.versionInfo === version)) {
      findings.push(`${name} ${version} is installed, and not in it.`);
    }
  }
  const packages = await npmFolders(join(root, 'usr/lib/pipit/node_modules'));
  const listed = counted(/^SPDXRef-npm-(?!node-linux-)/);
  if (packages !== listed) findings.push(`${packages} packages of npm are there, ${listed} are in it.`);
  return { detail: `${installed.length} of Debian, ${listed} of npm`, findings };
}

/** Counts packages by other means than the bill was made with. */
async function npmFolders(folder: string): Promise<number> {
  let count = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    if (entry.name.startsWith('@')) {
      count += await npmFolders(path);
      continue;
    }
    if ((await readdir(path)).includes('package.json')) count += 1;
    count += await npmFolders(join(path, 'node_modules'));
  }
  return count;
}
