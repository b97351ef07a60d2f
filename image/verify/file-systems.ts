import { createReadStream, createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DATA_LABEL, type Partition, placedPartitions } from '../disk/layout.ts';
import type { Recipe } from '../recipe.ts';
import type { Toolbox } from '../toolbox.ts';
import type { Outcome } from './check.ts';

/** Copies a partition's bytes out of a disk. @returns the file's path */
export async function takePartition(disk: string, name: Partition['name'], folder: string): Promise<string> {
  const found = placedPartitions().find((each) => each.name === name);
  if (found === undefined) throw new Error(`No partition is named ${name}.`);
  const path = join(folder, name);
  const { start, size } = found;
  await pipeline(
    createReadStream(disk, { start, end: start + size - 1, highWaterMark: 2 ** 20 }),
    createWriteStream(path),
  );
  return path;
}

/** A FAT file system that is whole, and has a label. */
export async function checkFat(toolbox: Toolbox, image: string, label?: string): Promise<Outcome> {
  const findings: string[] = [];
  const said = await toolbox.run([dirname(image)], 'fsck.vfat', ['-n', '-v', image]);
  const [, bits] = /FATs, (\d+) bit entries/.exec(said) ?? [];
  const [, used = '0', all = '0'] = /, (\d+)\/(\d+) clusters/.exec(said) ?? [];
  if (bits !== '32') findings.push(`It is FAT${bits}, not FAT32.`);
  const volume = await toolbox.run([dirname(image)], 'mlabel', ['-i', image, '-s', '::']);
  if (label !== undefined && !volume.includes(`is ${label} `) && !volume.trimEnd().endsWith(`is ${label}`)) {
    findings.push(`Its label is not ${label}: ${volume.trim()}`);
  }
  return { detail: `FAT${bits}, ${Math.ceil((100 * Number(used)) / Number(all))} % used`, findings };
}

/** The data partition: whole, empty, with the label by which it is found. */
export async function checkData(recipe: Recipe, toolbox: Toolbox, image: string): Promise<Outcome> {
  const findings: string[] = [];
  await toolbox.run([dirname(image)], 'e2fsck', ['-fn', image], { env: { E2FSPROGS_FAKE_TIME: String(recipe.epoch) } });
  const said = await toolbox.run([dirname(image)], 'dumpe2fs', ['-h', image]);
  const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(said)?.[1] ?? '';
  if (field('Filesystem volume name') !== DATA_LABEL) findings.push(`Its label is not ${DATA_LABEL}.`);
  for (const feature of ['has_journal', 'metadata_csum', '64bit', 'extent', 'resize_inode']) {
    if (!field('Filesystem features').split(' ').includes(feature)) findings.push(`It lacks ${feature}.`);
  }
  if (field('Filesystem state') !== 'clean') findings.push(`It is ${field('Filesystem state')}.`);
  const listed = await toolbox.run([dirname(image)], 'debugfs', ['-R', 'ls -p /', image]);
  const names = [...listed.matchAll(/^\/\d+\/\d+\/\d+\/\d+\/([^/]*)\//gm)].map(([, name = '']) => name);
  const more = names.filter((name) => !['.', '..', 'lost+found'].includes(name));
  if (more.length > 0) findings.push(`It is not empty: ${more.join(', ')}.`);
  return { detail: `ext4, ${field('Free blocks')} of ${field('Block count')} blocks free`, findings };
}

/** The squashfs in slot A: the one that was put in, in full. */
export async function checkSquashfs(recipe: Recipe, toolbox: Toolbox, image: string): Promise<Outcome> {
  const said = await toolbox.run([dirname(image)], 'unsquashfs', ['-s', '-UTC', image]);
  const findings: string[] = [];
  const [, compression = ''] = /^Compression (\w+)/m.exec(said) ?? [];
  const [, bytes = '0'] = /^Filesystem size (\d+) bytes/m.exec(said) ?? [];
  if (compression !== 'zstd') findings.push(`It is compressed by ${compression}, not by zstd.`);
  const time = /^Creation or last append time (.*)$/m.exec(said)?.[1] ?? '';
  if (Date.parse(`${time} UTC`) / 1000 !== recipe.epoch) findings.push(`Its time is ${time}, not that of the inputs.`);
  return { detail: `squashfs, ${compression}, ${(Number(bytes) / 1e6).toFixed(1)} MB`, findings };
}

/** A partition that is all zeros: nothing of it could be taken for a slot. */
export async function checkEmpty(disk: string, name: Partition['name']): Promise<Outcome> {
  const found = placedPartitions().find((each) => each.name === name);
  if (found === undefined) throw new Error(`No partition is named ${name}.`);
  const { start, size } = found;
  const zeros = Buffer.alloc(2 ** 20);
  for await (const chunk of createReadStream(disk, { start, end: start + size - 1, highWaterMark: zeros.length })) {
    const bytes = chunk as Buffer;
    if (!bytes.equals(zeros.subarray(0, bytes.length))) return { detail: '', findings: ['It is not empty.'] };
  }
  return { detail: 'empty', findings: [] };
}
