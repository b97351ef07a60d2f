import type { Channels } from '../core/pcm.ts';

/**
 * The last seconds of decoded sound, addressed by absolute frame index: sample frames (one sample a channel)
 * since the worker started. Appending never fails and never grows it: the oldest samples give way.
 */
export class PcmHistory {
  readonly channels: Channels;
  /** Sample frames it holds at most. */
  readonly capacity: number;
  readonly #ring: Int16Array;
  #end = 0;

  /** @param options.frames how many sample frames stay readable */
  constructor(options: { readonly channels: Channels; readonly frames: number }) {
    this.channels = options.channels;
    this.capacity = options.frames;
    this.#ring = new Int16Array(options.frames * options.channels);
  }

  /** Index after the newest sample frame. */
  get end(): number {
    return this.#end;
  }

  /** Index of the oldest sample frame that is still readable; equals `end` while it is empty. */
  get oldest(): number {
    return Math.max(0, this.#end - this.capacity);
  }

  /** Copies interleaved samples in; what does not fill a whole sample frame is ignored. */
  append(samples: Int16Array): void {
    const frames = Math.floor(samples.length / this.channels);
    const kept = Math.min(frames, this.capacity);
    const from = (frames - kept) * this.channels;
    this.#end += frames;
    const at = ((this.#end - kept) % this.capacity) * this.channels;
    const first = Math.min(kept * this.channels, this.#ring.length - at);
    this.#ring.set(samples.subarray(from, from + first), at);
    this.#ring.set(samples.subarray(from + first, frames * this.channels), 0);
  }

  /**
   * Copies `count` sample frames from index `start` on into `into`, interleaved. A copy, because a codec frame
   * seldom lies in one piece and its encoder wants one.
   * @throws RangeError when a part of that range is not held
   */
  read(start: number, count: number, into: Int16Array): void {
    if (start < this.oldest || start + count > this.#end) {
      throw new RangeError(`samples ${start}..${start + count} asked for, ${this.oldest}..${this.#end} held`);
    }
    const at = (start % this.capacity) * this.channels;
    const length = count * this.channels;
    const first = Math.min(length, this.#ring.length - at);
    into.set(this.#ring.subarray(at, at + first), 0);
    if (first < length) into.set(this.#ring.subarray(0, length - first), first);
  }
}
