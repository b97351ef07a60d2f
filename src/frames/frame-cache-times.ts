/** How long encodes took lately, milliseconds; undefined before the first. */
export interface EncodeMs {
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  /** Smoothed over the last dozen or so: what it takes now. */
  readonly recent: number | undefined;
}

const KEPT = 256;
const SMOOTHING = 1 / 8;

/** The time that each of the last encodes took. */
export class FrameCacheTimes {
  readonly #us = new Float64Array(KEPT);
  #count = 0;
  #recentUs = 0;

  /** Encodes since the start. */
  get count(): number {
    return this.#count;
  }

  add(encodeUs: number): void {
    this.#us[this.#count % KEPT] = encodeUs;
    this.#recentUs = this.#count === 0 ? encodeUs : this.#recentUs + (encodeUs - this.#recentUs) * SMOOTHING;
    this.#count += 1;
  }

  /** Sorts a few hundred figures: for whoever asks about once a second. */
  snapshot(): EncodeMs {
    if (this.#count === 0) return { p50: undefined, p95: undefined, recent: undefined };
    const sorted = this.#us.slice(0, Math.min(this.#count, KEPT)).sort();
    // The smallest that as large a share of the encodes did not exceed.
    const share = (of: number): number => (sorted[Math.ceil(sorted.length * of) - 1] as number) / 1000;
    return { p50: share(0.5), p95: share(0.95), recent: this.#recentUs / 1000 };
  }
}
