import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { blockMap, rangesToWrite, sha256Of } from './block-map.ts';
import { placedPartitions, SMALLEST_CARD } from './layout.ts';

const test = suite('block map');

const MIB = 2 ** 20;

/** A sparse disk with the head of a squashfs of `used` bytes in its place. */
async function sparseDisk(used: number): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'pipit-block-map-')), 'disk.img');
  const partitions = placedPartitions();
  const superblock = Buffer.alloc(96);
  superblock.write('hsqs');
  superblock.writeBigUInt64LE(BigInt(used), 40);
  await using file = await open(path, 'w');
  await file.write(superblock, 0, 96, partitions.find((each) => each.name === 'rootA')?.start);
  const last = partitions.at(-1);
  await file.truncate((last?.start ?? 0) + (last?.size ?? 0));
  return path;
}

test('partitions are aligned, do not overlap, and fit on the smallest card', () => {
  let end = 0;
  for (const { start, size } of placedPartitions()) {
    assert.is(start % (4 * MIB), 0);
    assert.ok(start > end);
    end = start + size - 1;
  }
  assert.ok(end < SMALLEST_CARD);
});

test('whole file systems are written, of a squashfs what it uses, of the empty slot its head, and all tables', async () => {
  const ranges = await rangesToWrite(await sparseDisk(10_000));
  const inMib = ranges.map(({ start, end }) => [start / MIB, end / MIB]);
  assert.equal(inMib, [
    [0, 4 / 1024],
    [4, 133],
    [196, 196 + 4 / 1024],
    [200, 200 + 12 / 1024],
    [584, 584 + 4 / 1024],
    [588, 589],
    [972, 972 + 4 / 1024],
    [976, 1040],
  ]);
});

test('a disk without a squashfs in slot A has no map', async () => {
  const path = await sparseDisk(10_000);
  await using file = await open(path, 'r+');
  await file.write('nope', 200 * MIB);
  try {
    await rangesToWrite(path);
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), 'has no squashfs');
  }
});

test('the map counts blocks, sums each range, and sums itself with zeros in place of its own sum', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'pipit-block-map-')), 'small.img');
  await using file = await open(path, 'w');
  await file.write('x'.repeat(4_096), 8_192);
  await file.truncate(20_000);
  const map = await blockMap(path, [
    { start: 8_192, end: 12_288 },
    { start: 16_384, end: 20_480 },
  ]);
  assert.match(map, '<BlocksCount> 5 <');
  assert.match(map, '<MappedBlocksCount> 2 <');
  const sum = createHash('sha256').update('x'.repeat(4_096)).digest('hex');
  assert.match(map, `<Range chksum="${sum}"> 2 </Range>`);
  assert.match(map, `<Range chksum="${await sha256Of(path, { start: 16_384, end: 20_000 })}"> 4 </Range>`);
  const [, own = ''] = /<BmapFileChecksum> (\w{64}) </.exec(map) ?? [];
  assert.is(
    own,
    createHash('sha256')
      .update(map.replace(own, '0'.repeat(64)))
      .digest('hex'),
  );
  assert.is((await readFile(path)).length, 20_000);
});

test.run();
