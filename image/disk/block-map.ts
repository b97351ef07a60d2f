import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { EXTENDED, placedPartitions } from './layout.ts';

/** Bytes from `start` up to `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const BLOCK = 4_096;

/** So much of an empty slot is written, with zeros: what was on the card before must not be taken for a slot. */
const EMPTY_HEAD = 2 ** 20;

/**
 * Bytes of the disk that must be written to a card; what lies between may keep what was there. Whole file systems are
 * in, for zeros in them mean something, and nothing that only looks empty in the sparse file is left out.
 *
 * @param disk the path of the disk
 */
export async function rangesToWrite(disk: string): Promise<readonly ByteRange[]> {
  const ranges: ByteRange[] = [{ start: 0, end: BLOCK }];
  for (const { number, name, start, size } of placedPartitions()) {
    const table = start - (placedPartitions()[0]?.start ?? 0);
    if (number > EXTENDED) ranges.push({ start: table, end: table + BLOCK });
    if (name === 'rootA') ranges.push({ start, end: start + (await squashfsSize(disk, start)) });
    else if (name.endsWith('B')) ranges.push({ start, end: start + EMPTY_HEAD });
    else ranges.push({ start, end: start + size });
  }
  return joined(ranges);
}

/** Bytes that a squashfs uses, up to a whole block: bytes_used of its superblock (fs/squashfs/squashfs_fs.h). */
async function squashfsSize(disk: string, start: number): Promise<number> {
  const superblock = Buffer.alloc(48);
  const file = await open(disk);
  try {
    await file.read(superblock, 0, superblock.length, start);
  } finally {
    await file.close();
  }
  if (superblock.toString('latin1', 0, 4) !== 'hsqs') throw new Error(`${disk} has no squashfs at ${start}.`);
  return Math.ceil(Number(superblock.readBigUInt64LE(40)) / BLOCK) * BLOCK;
}

function joined(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const result: ByteRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last !== undefined && range.start <= last.end) {
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    } else result.push(range);
  }
  return result;
}

/**
 * A block map, format 2.0, as bmaptool(1) reads it: with it, a card is written without the holes, and what was read
 * from the image is checked. bmaptool's own `create` maps what the file system of the building machine stored, which
 * differs from one machine to the next.
 *
 * @param ranges in order, starting at multiples of 4096
 */
export async function blockMap(disk: string, ranges: readonly ByteRange[]): Promise<string> {
  const { size } = await stat(disk);
  const lines: string[] = [];
  let mapped = 0;
  for (const range of ranges) {
    const end = Math.min(range.end, size);
    const [first, last] = [range.start / BLOCK, Math.ceil(end / BLOCK) - 1];
    const span = first === last ? `${first}` : `${first}-${last}`;
    lines.push(`    <Range chksum="${await sha256Of(disk, { start: range.start, end })}"> ${span} </Range>`);
    mapped += last - first + 1;
  }
  const text = (ownChecksum: string) => `<?xml version="1.0" ?>
<bmap version="2.0">
  <ImageSize> ${size} </ImageSize>
  <BlockSize> ${BLOCK} </BlockSize>
  <BlocksCount> ${Math.ceil(size / BLOCK)} </BlocksCount>
  <MappedBlocksCount> ${mapped} </MappedBlocksCount>
  <ChecksumType> sha256 </ChecksumType>
  <BmapFileChecksum> ${ownChecksum} </BmapFileChecksum>
  <BlockMap>
${lines.join('\n')}
  </BlockMap>
</bmap>
`;
  // The file's own checksum is of itself with zeros in the checksum's place.
  return text(
    createHash('sha256')
      .update(text('0'.repeat(64)))
      .digest('hex'),
  );
}

/** SHA-256 of a file, or of a part of it. */
export async function sha256Of(path: string, range?: ByteRange): Promise<string> {
  const hash = createHash('sha256');
  const part = range === undefined ? {} : { start: range.start, end: range.end - 1 };
  for await (const chunk of createReadStream(path, { ...part, highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
