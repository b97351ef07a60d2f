import type { Codec } from './rung.ts';

/**
 * How the windows of a frame run into the next frame, one number for all channels: equal ones fit together. NaN,
 * which equals nothing, where that can't be told.
 */
export type Overlap = number;

/** What one channel hands over; each has its two bits of an Overlap. */
const LONG = 1;
const SHORT = 2;
/** Layer III alone: the lowest two subbands long, the others short. */
const MIXED = 3;

const START = 1;
const EIGHT_SHORT = 2;

/**
 * How this frame overlaps the one after it; undefined for what is no frame, and for codecs whose frames do not.
 *
 * MP3 and AAC frames are transformed in blocks that overlap by half, and what one half folds back the other takes
 * out again, as long as both were windowed alike. Encoders choose windows to suit the sound, and two bitrates do
 * not always choose the same; a listener that changes between them where they differ hears what is folded back.
 */
export function overlapOf(codec: Codec, frame: Uint8Array): Overlap | undefined {
  if (codec === 'mp3') return overlapOfMp3(frame);
  return codec === 'aac' ? overlapOfAac(frame) : undefined;
}

/**
 * The block types of the frame's second granule (ISO/IEC 11172-3, 2.4.1.7 and 2.4.2.7): blocks of type 1 and 2 end
 * with a short window.
 */
function overlapOfMp3(frame: Uint8Array): Overlap | undefined {
  if (frame.length < 6 || frame[0] !== 0xff || ((frame[1] as number) & 0xfe) !== 0xfa) return undefined;
  const hasCrc = ((frame[1] as number) & 1) === 0;
  const channels = (frame[3] as number) >> 6 === 3 ? 1 : 2;
  // main_data_begin, private_bits, scfsi; then 59 bits for each granule and channel.
  const head = 9 + (channels === 1 ? 5 : 3) + 4 * channels;
  const bits = new Bits(frame, hasCrc ? 6 : 4);
  bits.skip(head + 59 * channels);
  let overlap = 0;
  for (let channel = 0; channel < channels; channel += 1) {
    // part2_3_length, big_values, global_gain, scalefac_compress
    bits.skip(12 + 9 + 8 + 4);
    const isSwitched = bits.take(1) === 1;
    const type = bits.take(2);
    const isMixed = bits.take(1) === 1;
    bits.skip(59 - 37);
    // A switched window of type 0 is reserved. Without switching, these bits are part of something else.
    if (isSwitched && type === 0) return Number.NaN;
    const isShort = isSwitched && (type === START || type === EIGHT_SHORT);
    const half = isMixed ? MIXED : SHORT;
    overlap = overlap * 4 + (isShort ? half : LONG);
  }
  return bits.isOver ? Number.NaN : overlap;
}

const FILL = 6;
const PAIR = 1;
const SINGLE = 0;

/**
 * window_sequence and window_shape of the first channel element (ISO/IEC 14496-3, 4.4.2.1 and 4.4.2.7) in an ADTS
 * frame. A pair whose channels have windows of their own (common_window 0) is not told: the second one's stand
 * behind the first one's whole spectrum.
 */
function overlapOfAac(frame: Uint8Array): Overlap | undefined {
  if (frame.length < 7 || frame[0] !== 0xff || ((frame[1] as number) & 0xf6) !== 0xf0) return undefined;
  const hasCrc = ((frame[1] as number) & 1) === 0;
  const bits = new Bits(frame, hasCrc ? 9 : 7);
  let element = bits.take(3);
  while (element === FILL && !bits.isOver) {
    const count = bits.take(4);
    bits.skip(8 * (count === 15 ? count + bits.take(8) - 1 : count));
    element = bits.take(3);
  }
  // element_instance_tag
  bits.skip(4);
  if (element === PAIR) {
    if (bits.take(1) === 0) return Number.NaN;
  } else if (element === SINGLE) {
    // global_gain
    bits.skip(8);
  } else {
    return Number.NaN;
  }
  // ics_reserved_bit
  bits.skip(1);
  const sequence = bits.take(2);
  const shape = bits.take(1);
  if (bits.isOver) return Number.NaN;
  return (sequence === START || sequence === EIGHT_SHORT ? SHORT : LONG) * 2 + shape;
}

/** Reads bits, the highest first. Beyond the end it reads zeros, and tells. */
class Bits {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, fromByte: number) {
    this.#bytes = bytes;
    this.#at = fromByte * 8;
  }

  get isOver(): boolean {
    return this.#at > this.#bytes.length * 8;
  }

  skip(bits: number): void {
    this.#at += bits;
  }

  take(bits: number): number {
    let value = 0;
    for (const end = this.#at + bits; this.#at < end; this.#at += 1) {
      value = (value << 1) | (((this.#bytes[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1);
    }
    return value;
  }
}
