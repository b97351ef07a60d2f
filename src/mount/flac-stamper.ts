import type { AccessUnit } from '../core/access-unit.ts';
import type { WireUnit } from '../ring/segment.ts';
import type { Framing } from './framing.ts';

const STREAMINFO_BYTES = 34;
const SAMPLE_RATE = 48_000;
/** Two bytes of sync code and strategy, two of block size, rate, channels and sample size. */
const FIXED_BYTES = 4;

/**
 * Numbers FLAC frames (RFC 9639, 9.1) anew. Each encoder counts its frames from 0 and may have its own block size;
 * the stream that listeners hear outlives encoders, workers and sources. So every frame leaves with the number of
 * its first sample, counted on through all of them, as streams of variable block size have it.
 */
export class FlacStamper implements Framing {
  #header: Uint8Array | undefined;
  #samples = 0;

  get header(): Uint8Array | undefined {
    return this.#header;
  }

  /** @param config STREAMINFO without its block header. */
  configure(config: Uint8Array): void {
    if (config.length < STREAMINFO_BYTES) return;
    const info = Buffer.from(config.subarray(0, STREAMINFO_BYTES));
    // The block size may change with the source: 16 to 65535, whatever this encoder does. Frame sizes and the
    // checksum are unknown, and so is the length, the low 36 bits from byte 13 on.
    info.writeUInt16BE(16, 0);
    info.writeUInt16BE(65_535, 2);
    info.fill(0, 4, 10);
    info.writeUInt8((info[13] as number) & 0xf0, 13);
    info.fill(0, 14);
    // The last metadata block (0x80) of type 0.
    this.#header = Buffer.concat([Buffer.from('fLaC'), Buffer.from([0x80, 0, 0, STREAMINFO_BYTES]), info]);
  }

  frame(unit: AccessUnit): WireUnit {
    const { ptsUs, durationUs, sync, data } = unit;
    const bytes = renumber(data, this.#samples);
    this.#samples += Math.round((durationUs * SAMPLE_RATE) / 1e6);
    return { ptsUs, durationUs, sync, bytes };
  }
}

/** A copy of a frame that says its first sample is another. */
export function renumber(frame: Uint8Array, sample: number): Buffer {
  const oldNumberBytes = numberBytes(frame);
  const blockCode = (frame[2] as number) >> 4;
  const rateCode = (frame[2] as number) & 0xf;
  const extraBytes = (blockCode === 6 ? 1 : blockCode === 7 ? 2 : 0) + (rateCode === 12 ? 1 : rateCode > 12 ? 2 : 0);
  const extra = frame.subarray(FIXED_BYTES + oldNumberBytes, FIXED_BYTES + oldNumberBytes + extraBytes);
  const body = frame.subarray(FIXED_BYTES + oldNumberBytes + extraBytes + 1, frame.length - 2);
  const number = codedNumber(sample);

  const bytes = Buffer.allocUnsafe(FIXED_BYTES + number.length + extraBytes + 1 + body.length + 2);
  bytes.set(frame.subarray(0, FIXED_BYTES));
  bytes[1] = (frame[1] as number) | 1;
  bytes.set(number, FIXED_BYTES);
  bytes.set(extra, FIXED_BYTES + number.length);
  const headerBytes = FIXED_BYTES + number.length + extraBytes;
  bytes[headerBytes] = crc8(bytes.subarray(0, headerBytes));
  bytes.set(body, headerBytes + 1);
  bytes.writeUInt16BE(crc16(bytes.subarray(0, bytes.length - 2)), bytes.length - 2);
  return bytes;
}

/** The number of its first sample, of a frame that a FlacStamper has numbered. */
export function sampleOf(frame: Uint8Array): number {
  const bytes = numberBytes(frame);
  const first = frame[FIXED_BYTES] as number;
  let sample = bytes === 1 ? first : first & (0x7f >> bytes);
  for (let i = 1; i < bytes; i += 1) sample = sample * 64 + ((frame[FIXED_BYTES + i] as number) & 0x3f);
  return sample;
}

/** How many bytes the number of a frame takes: as many as its first byte has leading ones. */
function numberBytes(frame: Uint8Array): number {
  return Math.max(1, Math.clz32(~((frame[FIXED_BYTES] as number) << 24)));
}

/** A number of up to 36 bits, coded as UTF-8 codes characters, carried on to seven bytes. */
export function codedNumber(value: number): number[] {
  if (value < 0x80) return [value];
  const tail: number[] = [];
  let rest = value % 2 ** 36;
  let count = 1;
  // With `count` bytes in all, the first has room for 7 - count bits (none at seven).
  while (count < 7 && (count === 1 || rest >= 2 ** (7 - count))) {
    tail.unshift(0x80 | (rest % 64));
    rest = Math.floor(rest / 64);
    count += 1;
  }
  return [((0xff00 >> count) & 0xff) | rest, ...tail];
}

const CRC8 = Uint8Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
  return crc;
});

const CRC16 = Uint16Array.from({ length: 256 }, (_, index) => {
  let crc = index << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x8005) & 0xffff : (crc << 1) & 0xffff;
  return crc;
});

function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = CRC8[crc ^ byte] as number;
  return crc;
}

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (CRC16[(crc >> 8) ^ byte] as number);
  return crc;
}
