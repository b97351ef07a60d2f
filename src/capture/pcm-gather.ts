import type { Channels, PcmBlock } from '../core/pcm.ts';
import { SAMPLE_RATE } from '../core/pcm.ts';

/** The longest block there is: longer frames of a codec are cut. */
const MAX_BLOCK_FRAMES = SAMPLE_RATE / 10;

/** Collects decoded samples, which come in frames of a codec's own length, and cuts them into blocks. */
export class PcmGather {
  readonly #channels: Channels;
  readonly #minSamples: number;
  readonly #maxSamples: number;
  #samples: Int16Array;
  #start = 0;
  #end = 0;

  /** @param options.minFrames what a block has at least, but for the last one; at most a tenth of a second */
  constructor(options: { readonly channels: Channels; readonly minFrames: number }) {
    this.#channels = options.channels;
    this.#minSamples = Math.min(options.minFrames, MAX_BLOCK_FRAMES) * options.channels;
    this.#maxSamples = MAX_BLOCK_FRAMES * options.channels;
    this.#samples = new Int16Array(2 * this.#maxSamples);
  }

  /** Copies interleaved samples. */
  append(samples: Int16Array): void {
    if (this.#end + samples.length > this.#samples.length) this.#makeRoom(samples.length);
    this.#samples.set(samples, this.#end);
    this.#end += samples.length;
  }

  /** The next block, in memory of its own; undefined while there is too little for one. */
  take(): PcmBlock | undefined {
    return this.#end - this.#start < this.#minSamples ? undefined : this.#cut();
  }

  /** The same for what is left at the end. */
  takeRest(): PcmBlock | undefined {
    return this.#end === this.#start ? undefined : this.#cut();
  }

  #cut(): PcmBlock {
    const samples = this.#samples.slice(this.#start, Math.min(this.#end, this.#start + this.#maxSamples));
    this.#start += samples.length;
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
    }
    return { samples, channels: this.#channels };
  }

  #makeRoom(samples: number): void {
    const queued = this.#samples.subarray(this.#start, this.#end);
    const needed = queued.length + samples;
    const target = needed > this.#samples.length ? new Int16Array(needed * 2) : this.#samples;
    target.set(queued, 0);
    this.#samples = target;
    this.#start = 0;
    this.#end = queued.length;
  }
}
