/** The share of the newest measure in the rate. */
const SMOOTHING = 0.5;
/** So long after its last measure the rate is unknown again. */
const FRESH_US = 10_000_000;
/** Waiting for longer than this is a measure before it ends. */
const LONG_US = 1_000_000;

/**
 * What a connection carries, where nothing but its draining tells: coarser than `LinkRate`, for the system's buffer
 * takes whole bursts at once. But whenever a connection that would take no more has drained, that buffer is about full:
 * so from one such moment to the next, as much has left it as was handed over between them. It tells nothing when the
 * connection did not wait for most of that time, for then the buffer may have run dry.
 */
export class LinkRateDrains {
  #drainedUs: number | undefined;
  #drainedBytes = 0;
  #blockedUs: number | undefined;
  #rate: number | undefined;
  #measuredUs = 0;

  /** kbit/s; undefined when nothing told lately. */
  kbps(nowUs: number, sentBytes: number): number | undefined {
    const known = this.#rate !== undefined && nowUs - this.#measuredUs < FRESH_US ? this.#rate : undefined;
    // While it waits, this is the most it can come to.
    if (this.#blockedUs === undefined || nowUs - this.#blockedUs < LONG_US) return known;
    const fromUs = this.#drainedUs ?? this.#blockedUs;
    const bound = ((sentBytes - this.#drainedBytes) * 8000) / (nowUs - fromUs);
    if (known !== undefined) return Math.min(known, bound);
    return this.#isMostlyWaiting(nowUs) ? bound : undefined;
  }

  /** A send was not taken whole. */
  onBlocked(nowUs: number): void {
    this.#blockedUs = nowUs;
  }

  /** All that was handed over has been taken. */
  onDrain(nowUs: number, sentBytes: number): void {
    const isTold = this.#isMostlyWaiting(nowUs);
    if (isTold) {
      const kbps = ((sentBytes - this.#drainedBytes) * 8000) / (nowUs - (this.#drainedUs as number));
      const isFresh = this.#rate !== undefined && nowUs - this.#measuredUs < FRESH_US;
      this.#rate = isFresh ? (this.#rate as number) + SMOOTHING * (kbps - (this.#rate as number)) : kbps;
      this.#measuredUs = nowUs;
    }
    this.#blockedUs = undefined;
    this.#drainedUs = nowUs;
    this.#drainedBytes = sentBytes;
  }

  #isMostlyWaiting(nowUs: number): boolean {
    if (this.#drainedUs === undefined || this.#blockedUs === undefined) return false;
    const waitedUs = nowUs - this.#blockedUs;
    return waitedUs > 0 && waitedUs * 2 > nowUs - this.#drainedUs;
  }
}
