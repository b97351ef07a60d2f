import { type Channels, type PcmBlock, SAMPLE_RATE } from '../core/pcm.ts';
import type { ByteReader } from './byte-input.ts';
import { PcmGather } from './pcm-gather.ts';

/** As much as fits the pipe that such sound comes through. */
const READ_BYTES = 64 * 1024;
const BLOCK_MS = 20;

/**
 * Blocks of the sound in bytes that need no decoder: interleaved S16_LE at SAMPLE_RATE, as the machine has it in memory too.
 * Ends with the bytes, or when `signal` aborts; part of a frame at the end is dropped.
 *
 * @param channels.from of the bytes
 * @param channels.to of the blocks: one becomes two at full level, two become one as their mean
 */
export async function* rawPcm(
  bytes: ByteReader,
  { from, to }: { readonly from: Channels; readonly to: Channels },
  signal: AbortSignal,
): AsyncGenerator<PcmBlock, void, undefined> {
  const gather = new PcmGather({ channels: to, minFrames: (BLOCK_MS * SAMPLE_RATE) / 1000 });
  const frameBytes = from * Int16Array.BYTES_PER_ELEMENT;
  let partFrame = new Uint8Array(0);
  for (;;) {
    const read = await bytes.read(READ_BYTES, signal);
    if (read === undefined) break;
    const given = partFrame.length === 0 ? read : Buffer.concat([partFrame, read]);
    const whole = given.length - (given.length % frameBytes);
    // A copy: what was read is its owner's again at the next read.
    partFrame = Uint8Array.from(given.subarray(whole));
    const samples = samplesOf(given.subarray(0, whole));
    gather.append(from === to ? samples : to === 2 ? doubled(samples) : mean(samples));
    for (let block = gather.take(); block !== undefined; block = gather.take()) yield block;
  }
  for (let block = gather.takeRest(); block !== undefined; block = gather.takeRest()) yield block;
}

function samplesOf(bytes: Uint8Array): Int16Array {
  const isAligned = bytes.byteOffset % Int16Array.BYTES_PER_ELEMENT === 0;
  const { buffer, byteOffset } = isAligned ? bytes : Uint8Array.from(bytes);
  return new Int16Array(buffer, byteOffset, bytes.length / Int16Array.BYTES_PER_ELEMENT);
}

function doubled(mono: Int16Array): Int16Array {
  const stereo = new Int16Array(2 * mono.length);
  for (let i = 0; i < mono.length; i += 1) {
    stereo[2 * i] = mono[i] as number;
    stereo[2 * i + 1] = mono[i] as number;
  }
  return stereo;
}

function mean(stereo: Int16Array): Int16Array {
  const mono = new Int16Array(stereo.length / 2);
  for (let i = 0; i < mono.length; i += 1) {
    mono[i] = ((stereo[2 * i] as number) + (stereo[2 * i + 1] as number)) >> 1;
  }
  return mono;
}
