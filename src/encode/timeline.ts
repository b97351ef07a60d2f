import type { Clock } from '../core/clock.ts';
import { SAMPLE_RATE } from '../core/pcm.ts';

const NOMINAL_US = 1e6 / SAMPLE_RATE;
/** Farther off than this, time has jumped: a device was away, a clock was wrong. */
const REANCHOR_US = 200_000;
/** Smaller errors are spread over this much sound, so that jitter of arrival is averaged and drift followed. */
const SETTLE_US = 10e6;
/** After a jump backwards time can't be repeated: it runs this much slower until it is right again. */
const CATCH_UP = 0.5;

/**
 * When each sample was captured: maps absolute frame indices to microseconds of CLOCK_MONOTONIC. Every block
 * gets a segment that starts where the one before ended and is stretched a little towards what the source (or
 * the moment of arrival) says. Segments are never changed once made, so a sample keeps its time, and time never
 * runs backwards as the index grows.
 */
export class Timeline {
  readonly #clock: Clock;
  readonly #segments: number;
  // One entry per block, as a ring: first index, its time, microseconds per sample frame.
  readonly #index: Float64Array;
  readonly #us: Float64Array;
  readonly #slope: Float64Array;
  #count = 0;
  #end = 0;
  #jumps = 0;

  /** @param options.segments how many blocks it remembers: enough for the history that is encoded from. */
  constructor(deps: { readonly clock: Clock }, options: { readonly segments?: number } = {}) {
    this.#clock = deps.clock;
    this.#segments = options.segments ?? 4096;
    this.#index = new Float64Array(this.#segments);
    this.#us = new Float64Array(this.#segments);
    this.#slope = new Float64Array(this.#segments);
  }

  /** Index after the newest sample frame. */
  get end(): number {
    return this.#end;
  }

  /** How often time was set anew because it was too far off. */
  get jumps(): number {
    return this.#jumps;
  }

  /**
   * The next `frames` sample frames have come.
   * @param ptsUs when the first of them was captured; undefined takes the present minus their duration
   */
  append(frames: number, ptsUs?: number): void {
    if (frames <= 0) return;
    const nominalUs = frames * NOMINAL_US;
    const measuredUs = ptsUs ?? this.#clock.nowUs() - nominalUs;
    const expectedUs = this.#count === 0 ? measuredUs : this.#timeOf(this.#end);
    const errorUs = measuredUs - expectedUs;
    let startUs = expectedUs;
    let slope = NOMINAL_US;
    if (errorUs > REANCHOR_US) {
      startUs = measuredUs;
      this.#jumps++;
    } else if (errorUs < -REANCHOR_US) {
      slope *= CATCH_UP;
      // Only the first of a run of slowed blocks is a jump.
      if (this.#slope[(this.#count - 1) % this.#segments] !== slope) this.#jumps++;
    } else {
      slope *= 1 + errorUs / SETTLE_US;
    }
    const at = this.#count % this.#segments;
    this.#index[at] = this.#end;
    this.#us[at] = startUs;
    this.#slope[at] = slope;
    this.#count++;
    this.#end += frames;
  }

  /**
   * Capture time of sample frame `index`, whole microseconds. Exact for what was appended and is remembered,
   * extrapolated beyond; 0-based microseconds before anything came.
   */
  ptsUs(index: number): number {
    return Math.round(this.#timeOf(index));
  }

  #timeOf(index: number): number {
    if (this.#count === 0) return index * NOMINAL_US;
    // Nearly every question is about the newest blocks.
    const oldest = Math.max(0, this.#count - this.#segments);
    let segment = this.#count - 1;
    while (segment > oldest && (this.#index[segment % this.#segments] as number) > index) segment--;
    const at = segment % this.#segments;
    const offset = index - (this.#index[at] as number);
    return (this.#us[at] as number) + offset * (offset < 0 ? NOMINAL_US : (this.#slope[at] as number));
  }
}
