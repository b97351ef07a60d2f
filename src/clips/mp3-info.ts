const HEADER_BYTES = 4;
const MONO = 3;
/** Kilobits per second by the index in the header, and Hz (ISO/IEC 11172-3, 2.4.2.3). */
const BITRATES_KBPS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
const SAMPLE_RATES = [44_100, 48_000, 32_000];
/** The number of frames and the number of bytes follow. */
const FRAMES_AND_BYTES = 3;

/**
 * A frame without sound that tells players how long a file of constant bitrate is, in the form that LAME has made
 * customary: `Info` in the place of the sound data. Undefined where `first` is no frame of MPEG-1 Layer III.
 */
export function mp3Info(first: Uint8Array, frames: number, soundBytes: number): Buffer | undefined {
  const [sync, version, rates, mode] = first;
  if (sync !== 0xff || version === undefined || (version & 0xfe) !== 0xfa) return undefined;
  const kbps = BITRATES_KBPS[(rates as number) >> 4] as number;
  const sampleRate = SAMPLE_RATES[((rates as number) >> 2) & 3];
  if (kbps === 0 || sampleRate === undefined) return undefined;
  const sideInfoBytes = (mode as number) >> 6 === MONO ? 17 : 32;
  const frame = Buffer.alloc(Math.floor((144_000 * kbps) / sampleRate));
  frame.set(first.subarray(0, HEADER_BYTES));
  // Without checksum, and without padding.
  frame[1] = version | 1;
  frame[2] = (rates as number) & ~2;
  const at = HEADER_BYTES + sideInfoBytes;
  frame.write('Info', at, 'latin1');
  frame.writeUInt32BE(FRAMES_AND_BYTES, at + 4);
  frame.writeUInt32BE(frames, at + 8);
  frame.writeUInt32BE(frame.length + soundBytes, at + 12);
  return frame;
}
