import { mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../core/clock.ts';
import { type HostStorage, UNKNOWN_STORAGE } from '../core/host-storage.ts';
import { until } from '../testkit/until.ts';
import { HostStorageSampler } from './host-storage.ts';

const test = suite('host-storage');

/** One look at a machine with these files, and at the disk that `directory` is on. */
async function look(files: Readonly<Record<string, string>>, directory?: string): Promise<HostStorage> {
  const folder = await mkdtemp(join(tmpdir(), 'storage-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const roots = { proc: join(folder, 'proc'), sys: join(folder, 'sys'), dev: join(folder, 'dev') };
  await using sampler = new HostStorageSampler(
    { clock: systemClock },
    { intervalMs: 10_000, directory: directory ?? folder, roots },
  );
  assert.is(sampler.storage, UNKNOWN_STORAGE);
  sampler.start(new AbortController().signal);
  await until('a look', () => sampler.storage !== UNKNOWN_STORAGE);
  await rm(folder, { recursive: true });
  return sampler.storage;
}

const io = (written: number, cancelled = 0): string =>
  `rchar: 9\nwchar: 9\nsyscr: 1\nsyscw: 1\nread_bytes: 4096\nwrite_bytes: ${written}\ncancelled_write_bytes: ${cancelled}\n`;

test('the disk that the directory is on is told as df tells it', async () => {
  const { diskBytes, freeBytes, usedRatio = -1 } = await look({});
  const { blocks, bsize } = await statfs(tmpdir());
  assert.is(diskBytes, blocks * bsize);
  assert.ok(freeBytes !== undefined && freeBytes > 0 && freeBytes < blocks * bsize);
  assert.ok(usedRatio > 0 && usedRatio < 1);
});

test('a directory that is not there has no disk', async () => {
  const { diskBytes, freeBytes, usedRatio } = await look({}, '/nowhere/at/all');
  assert.equal([diskBytes, freeBytes, usedRatio], [undefined, undefined, undefined]);
});

test('of cards that tell their wear the most worn counts, in tenths', async () => {
  const wearOf = async (files: Record<string, string>) => (await look(files)).cardWearRatio;
  const card = (n: number, file = 'life_time') => `sys/block/mmcblk${n}/device/${file}`;
  assert.is(await wearOf({}), undefined);
  assert.is(await wearOf({ [card(0, 'name')]: 'SC32G' }), undefined, 'an SD card tells nothing');
  assert.is(await wearOf({ [card(0)]: '0x01 0x01\n' }), 0.1);
  assert.is(await wearOf({ [card(0)]: '0x02 0x04\n' }), 0.4);
  assert.is(await wearOf({ [card(0)]: '0x00 0x00\n' }), undefined, 'not told');
  assert.is(await wearOf({ [card(0)]: '0x0b 0x0a\n' }), 1, 'more than all of it');
  assert.is(await wearOf({ [card(0)]: '0xff 0x02\n' }), 0.2, 'nonsense does not count');
  assert.is(await wearOf({ [card(0)]: '0x01 0x01', [card(1)]: '0x03 0x01' }), 0.3);
  assert.is(await wearOf({ 'sys/block/mmcblk0boot0/device/life_time': '0x05 0x05' }), undefined);
});

test('what was written is summed over the program and all below it', async () => {
  const { writtenBytes } = await look({
    'proc/self/stat': '10 (node) S 1',
    'proc/self/io': io(1000, 200),
    'proc/self/task/10/children': '20 21 ',
    'proc/20/io': io(50),
    'proc/20/task/20/children': '30 ',
    'proc/30/io': io(7),
    'proc/99/io': io(100_000),
  });
  assert.is(writtenBytes, 857);
  assert.is((await look({ 'proc/self/stat': '10 (node) S 1' })).writtenBytes, undefined);
});

test('this machine counts what is written to its disk', async () => {
  const directory = await mkdtemp(join(process.cwd(), '.written-'));
  await using sampler = new HostStorageSampler({ clock: systemClock }, { intervalMs: 20, directory });
  sampler.start(new AbortController().signal);
  await until('a look', () => sampler.storage !== UNKNOWN_STORAGE);
  const before = sampler.storage.writtenBytes;
  if (before !== undefined) {
    await writeFile(join(directory, 'some'), Buffer.alloc(1_000_000, 1), { flush: true });
    await until('a megabyte', () => (sampler.storage.writtenBytes ?? 0) >= before + 1_000_000);
  }
  await rm(directory, { recursive: true });
});

test.run();
