import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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
 * bmaptool writes the disk with the map over what an old card may hold, and all that counts is then as in the disk. Its
 * own checks (the sums of the map, and of each range) come along.
 */
export async function checkMap(
  toolbox: Toolbox,
  files: { disk: string; compressed: string; map: string },
  work: string,
): Promise<Outcome> {
  const { disk, compressed, map } = files;
  const copy = join(work, 'card');
  const { size } = await stat(disk);
  const script = [
    `head -c ${size} /dev/zero | tr '\\0' '\\252' > "$2"`,
    'bmaptool --quiet copy --bmap "$1" "$0" "$2"',
  ].join('\n');
  await toolbox.run([dirname(compressed), dirname(map), work], 'sh', ['-ec', script, compressed, map, copy]);
  const findings: string[] = [];
  const ranges = await rangesToWrite(disk);
  let written = 0;
  for (const range of ranges) {
    written += range.end - range.start;
    if ((await sha256Of(copy, range)) !== (await sha256Of(disk, range))) {
      findings.push(`Bytes ${range.start} to ${range.end} were not written as they are.`);
    }
  }
  const kept = await sumOf(copy, ranges[0]?.end ?? 0, ranges[1]?.start ?? 0);
  if (!kept) findings.push('It writes what need not be written.');
  await rm(copy);
  return { detail: `writes ${(written / 1e6).toFixed(0)} of ${(size / 1e6).toFixed(0)} MB`, findings };
}

/** Whether what was on the card before is still there. */
async function sumOf(copy: string, start: number, end: number): Promise<boolean> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(copy, { start, end: end - 1 })) hash.update(chunk as Buffer);
  return (
    hash.digest('hex') ===
    createHash('sha256')
      .update(Buffer.alloc(end - start, 0xaa))
      .digest('hex')
  );
}

/** The lists for Raspberry Pi Imager are about these very files. */
export async function checkOsLists(recipe: Recipe, disk: string, compressed: string): Promise<Outcome> {
  const entry = JSON.stringify(await osEntry(recipe, disk, compressed));
  const findings: string[] = [];
  for (const name of [OS_LIST, MANIFEST]) {
    const list = JSON.parse(await readFile(join(recipe.dist, name), 'utf8')) as { os_list: readonly object[] };
    if (JSON.stringify(list.os_list[0]) !== entry)
      findings.push(`${name} is about other files than ${basename(compressed)}.`);
  }
  return { detail: `${OS_LIST}, ${MANIFEST}`, findings };
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
