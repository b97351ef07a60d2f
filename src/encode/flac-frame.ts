/** What a FLAC frame header says, as far as STREAMINFO repeats it. */
export interface FlacFrame {
  /** Samples per channel. */
  readonly blockSize: number;
  readonly variableBlockSize: boolean;
  /** Hz; 0 where the header leaves it to STREAMINFO. */
  readonly sampleRate: number;
  readonly channels: number;
  /** 0 where the header leaves it to STREAMINFO. */
  readonly bitsPerSample: number;
}

const RATES = [0, 88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
const SAMPLE_BITS = [0, 8, 12, undefined, 16, 20, 24, 32];

/**
 * Reads the header of a FLAC frame (RFC 9639, 9.1) and checks its CRC; undefined when `data` does not begin with
 * one.
 */
export function readFlacFrame(data: Uint8Array): FlacFrame | undefined {
  if (data.length < 6) return undefined;
  const [first, second, third, fourth, fifth] = data as unknown as [number, number, number, number, number];
  if (first !== 0xff || (second & 0xfe) !== 0xf8 || (fourth & 1) !== 0) return undefined;
  const blockCode = third >> 4;
  const rateCode = third & 0xf;
  const channelCode = fourth >> 4;
  const bitsPerSample = SAMPLE_BITS[(fourth >> 1) & 7];
  if (blockCode === 0 || rateCode === 15 || channelCode > 10 || bitsPerSample === undefined) return undefined;

  // The frame or sample number is coded like UTF-8: the leading ones of its first byte tell its length.
  const ones = Math.clz32(~(fifth << 24));
  if (ones === 1 || ones > 7) return undefined;
  let at = 4 + Math.max(1, ones);
  const bytes = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++) value = (value << 8) | (data[at++] ?? 0);
    return value;
  };
  const blockSize = blockSizeOf(blockCode, bytes);
  const sampleRate = sampleRateOf(rateCode, bytes);
  if (at >= data.length || crc8(data, at) !== data[at]) return undefined;
  // Codes 8 to 10 are the ways to store two channels as a difference.
  const channels = channelCode > 7 ? 2 : channelCode + 1;
  return { blockSize, variableBlockSize: (second & 1) === 1, sampleRate, channels, bitsPerSample };
}

/**
 * The STREAMINFO block (RFC 9639, 8.2) of a stream of such frames, 34 bytes without the block header. Length and
 * checksum are unknown, as they must be for a stream that goes on.
 */
export function streamInfoOf(frame: FlacFrame): Uint8Array {
  const info = new DataView(new ArrayBuffer(34));
  info.setUint16(0, frame.variableBlockSize ? 16 : frame.blockSize);
  info.setUint16(2, frame.variableBlockSize ? 65_535 : frame.blockSize);
  // Bytes 4 to 9 are the smallest and largest frame, unknown. Then 20 bits of rate, 3 of channels less one, 5 of
  // sample size less one, and the topmost 4 of the total length, which is unknown too.
  info.setUint32(10, ((frame.sampleRate << 12) | ((frame.channels - 1) << 9) | ((frame.bitsPerSample - 1) << 4)) >>> 0);
  return new Uint8Array(info.buffer);
}

function blockSizeOf(code: number, bytes: (count: number) => number): number {
  if (code === 1) return 192;
  if (code <= 5) return 144 << code;
  if (code === 6) return bytes(1) + 1;
  if (code === 7) return bytes(2) + 1;
  return 1 << code;
}

function sampleRateOf(code: number, bytes: (count: number) => number): number {
  if (code === 12) return bytes(1) * 1000;
  if (code === 13) return bytes(2);
  if (code === 14) return bytes(2) * 10;
  return RATES[code] as number;
}

/** CRC-8 with polynomial x⁸ + x² + x + 1 over the first `length` bytes. */
function crc8(data: Uint8Array, length: number): number {
  let crc = 0;
  for (let i = 0; i < length; i++) {
    crc ^= data[i] as number;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x80) !== 0 ? ((crc << 1) ^ 7) & 0xff : crc << 1;
  }
  return crc;
}
