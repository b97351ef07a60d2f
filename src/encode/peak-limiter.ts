/** Nothing leaves above this: 1 dB below full scale, room for what lossy codecs add. */
const CEILING = 32_767 * 10 ** (-1 / 20);
/** How fast gain may fall ahead of a peak, where the block lets it be seen coming, and rise after it; a step. */
const ATTACK = 10 ** (2 / 20);
const RELEASE = 10 ** (0.01 / 20);

/**
 * Holds peaks below full scale. It sees the steps of a block beforehand and lowers the gain ahead of a peak, without
 * delaying the sound; only a peak at the very start of a block makes it fall at once.
 */
export class PeakLimiter {
  /** What is held back at present: 1 is nothing. */
  #held = 1;

  /** Nothing is held back. */
  get isIdle(): boolean {
    return this.#held === 1;
  }

  /**
   * Lowers gains so that no sample exceeds the ceiling.
   * @param peaks of each step; overwritten
   * @param gains one more: at the start of each step and at the end of the last, between which they go in a line.
   *   Changed in place; the first has been heard already: `firstAbove` says where in its step it must have fallen.
   */
  limit(peaks: Float64Array, gains: Float64Array, steps: number): void {
    gains[0] = (gains[0] as number) * this.#held;
    let cap = 1;
    let after = 0;
    // Backwards: each gain bears the steps on both of its sides, and leads down to the next.
    for (let step = steps; step > 0; step -= 1) {
      const before = peaks[step - 1] as number;
      const allowed = CEILING / (Math.max(before, after) * (gains[step] as number));
      after = before;
      cap = Math.min(1, cap * ATTACK, allowed);
      peaks[step - 1] = cap;
    }
    for (let step = 1; step <= steps; step += 1) {
      this.#held = Math.min(this.#held * RELEASE, peaks[step - 1] as number);
      if (this.#held > 0.9999) this.#held = 1;
      gains[step] = (gains[step] as number) * this.#held;
    }
  }
}

/** The first sample, of all channels, that `gain` would bring above the ceiling; `to` when there is none. */
export function firstAbove(planes: readonly Float32Array[], to: number, gain: number): number {
  const limit = CEILING / gain;
  for (let i = 0; i < to; i += 1) {
    for (const plane of planes) {
      const sample = plane[i] as number;
      if (sample > limit || -sample > limit) return i;
    }
  }
  return to;
}
