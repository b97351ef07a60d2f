import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { command } from '../command.ts';
import type { Toolbox } from '../toolbox.ts';
import type { DiskCopy } from './disk-copy.ts';
import { toolOf } from './tool.ts';

/** What a disk is like that was taken out of a machine whose plug was pulled. */
export interface DiskFindings {
  /** Everything that is wrong; empty when nothing is. */
  readonly wrong: readonly string[];
  /** What was mended by what every boot does: replaying ext4's journal, checking FAT. */
  readonly mended: readonly string[];
  /** Rows of Pipit's database; undefined while it has none. */
  readonly events: number | undefined;
  /** The data partition after that, a file to be looked into. */
  readonly data: string;
}

interface PartitionTable {
  readonly partitiontable: {
    readonly partitions: readonly { readonly node: string; readonly start: number; readonly size: number }[];
  };
}

const SECTOR = 512;
const FIRMWARE = 1;
const DATA = 7;

/**
 * Looks at a disk from outside, as in another computer: partition table, FAT and ext4 (with its journal replayed in a copy, as
 * mounting does), and Pipit's database.
 *
 * @param work an empty folder
 */
export async function checkDisk(toolbox: Toolbox, disk: DiskCopy, work: string): Promise<DiskFindings> {
  const run = (path: string, args: readonly string[]) => said(toolbox, path, args);
  const wrong: string[] = [];
  const mended: string[] = [];
  const table = await run('usr/sbin/sfdisk', ['--json', disk.file]);
  if (table.code !== 0) throw new Error(`the partition table can't be read: ${table.text}`);
  const { partitions } = (JSON.parse(table.text) as PartitionTable).partitiontable;
  const placeOf = (number: number): { start: number; size: number } => {
    const place = partitions.find(({ node }) => node.endsWith(`${number}`) && /\D\d$/.test(node));
    if (place === undefined) throw new Error(`there is no partition ${number}: ${table.text}`);
    return { start: place.start * SECTOR, size: place.size * SECTOR };
  };

  const firmware = join(work, 'firmware');
  await disk.extract(placeOf(FIRMWARE), firmware);
  const before = await run('usr/sbin/fsck.fat', ['-n', firmware]);
  if (before.code !== 0) mended.push(`FAT: ${lastLines(before.text)}`);
  await run('usr/sbin/fsck.fat', ['-a', firmware]);
  const after = await run('usr/sbin/fsck.fat', ['-n', firmware]);
  if (after.code !== 0) wrong.push(`FAT: ${lastLines(after.text)}`);

  // A file of its own: of `DISK?offset=BYTES` e2fsck forgets the offset when it has replayed a journal.
  const data = join(work, 'data');
  await disk.extract(placeOf(DATA), data);
  // 1: mended without a question, which is what happens at boot. 4 and more: somebody would have been asked.
  const mend = await run('usr/sbin/e2fsck', ['-fp', data]);
  if (mend.code === 1) mended.push(`ext4: ${lastLines(mend.text)}`);
  else if (mend.code > 1) wrong.push(`ext4: ${lastLines(mend.text)}`);
  const clean = await run('usr/sbin/e2fsck', ['-fn', data]);
  if (clean.code !== 0) wrong.push(`ext4: ${lastLines(clean.text)}`);

  const database = join(work, 'pipit.db');
  for (const suffix of ['', '-wal']) {
    await run('usr/sbin/debugfs', ['-R', `dump /pipit/pipit.db${suffix} ${database}${suffix}`, data]);
  }
  const events = await databaseEvents(database).catch((error: Error) => {
    wrong.push(`database: ${error.message}`);
    return undefined;
  });
  return { wrong, mended, events, data };
}

/** A file of an ext4 file system that is not mounted; undefined when it is not there. */
export async function fileIn(toolbox: Toolbox, partition: string, path: string): Promise<string | undefined> {
  const { text } = await said(toolbox, 'usr/sbin/debugfs', ['-R', `cat ${path}`, partition]);
  const content = text.replace(/^debugfs \d.*\n/, '');
  return content.includes('File not found by ext2_lookup') ? undefined : content;
}

async function databaseEvents(file: string): Promise<number | undefined> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size === 0) return undefined;
  const database = new DatabaseSync(file);
  try {
    const rows = database.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[];
    const complaints = rows.map((row) => row.integrity_check).filter((line) => line !== 'ok');
    if (complaints.length > 0) throw new Error(complaints.slice(0, 3).join('; '));
    return Number((database.prepare('SELECT count(*) AS count FROM event').get() as { count: number }).count);
  } finally {
    database.close();
  }
}

/** Runs a program that may find something: what it says, and its exit code. */
async function said(toolbox: Toolbox, path: string, args: readonly string[]): Promise<{ code: number; text: string }> {
  const tool = toolOf(toolbox, path);
  const script = '"$@" 2>&1; echo "code=$?"';
  const text = await command('sh', ['-c', script, 'sh', tool.name, ...tool.before, ...args]);
  const at = text.lastIndexOf('code=');
  return { code: Number(text.slice(at + 5)), text: text.slice(0, at) };
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-4).join(' / ');
}
