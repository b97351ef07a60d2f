/** What is known of a link as of a moment. */
interface LinkSight {
  readonly asOfUs: number;
  readonly arrivedBytes: number;
  readonly delayUs: number;
}

/** Sound is held back for a part of what its player has in hand, … */
const SHARE = 0.25;
/** … for no longer than this … */
const HOLD_S = 2;
/** … and if it can be for no less, which may then take more of it, … */
const GOOD_HOLD_S = 1;
const MOST_SHARE = 0.5;
/** … but shorter would say nothing. */
const LEAST_S = 0.9;
/** Fewer bytes would say nothing either. */
const LEAST_BYTES = 4_000;
/** The last of them may be acknowledged late. */
const LATE_BYTES = 3_000;
/** Nothing arrives faster than it can be told. */
const LEAST_US = 20_000;
/** What comes of it is known after so long. */
const WATCH_US = 2_000_000;
/** Between two probes, longer each time that nothing comes of one. */
const FIRST_PAUSE_US = 4_000_000;
const MAX_PAUSE_US = 10_000_000;

/**
 * Finds out what a link carries without changing anything that can be heard. A paced stream never puts its link to the
 * test, and live sound cannot be sent early. But a player with seconds in hand does not notice when it is sent nothing
 * for one or two of them and then all at once: how quickly that arrives is a measure. Times in microseconds.
 */
export class Probe {
  #untilUs = Number.NEGATIVE_INFINITY;
  #nextUs = Number.NEGATIVE_INFINITY;
  #pauseUs = FIRST_PAUSE_US;
  #beganUs: number | undefined;
  /** It is let go: when, and what must have arrived then. */
  #releasedUs = 0;
  #bytes = 0;
  #targetBytes: number | undefined;
  #lookUs = 0;
  #hasBegun = false;
  /** What came of it, kbit/s. */
  #kbps: number | undefined;

  /** Nothing is to be sent now. */
  isHolding(nowUs: number): boolean {
    return nowUs < this.#untilUs;
  }

  /** It is being held back, or what comes of it is being watched. */
  isUnderway(nowUs: number): boolean {
    return nowUs < this.#untilUs + WATCH_US;
  }

  /** The last one has shown that the link carries so much, or was too small to show anything that speaks against it. */
  hasShown(kbps: number, nowUs: number): boolean {
    return this.#beganUs !== undefined && !this.isUnderway(nowUs) && (this.#kbps ?? 0) >= kbps;
  }

  /** So much in hand, and at such a rate, is enough to tell from. */
  isPossible(bufferS: number, rungKbps: number): boolean {
    const holdS = holdOf(bufferS);
    return holdS >= LEAST_S && holdS * rungKbps * 125 >= LEAST_BYTES + LATE_BYTES;
  }

  /**
   * Takes what is seen while one is underway.
   *
   * @param heldBytes what waits to be sent
   */
  observe(nowUs: number, link: LinkSight, sentBytes: number, heldBytes: number): void {
    if (this.#beganUs === undefined || this.isHolding(nowUs) || this.#kbps !== undefined) return;
    if (this.#targetBytes === undefined) {
      this.#targetBytes = sentBytes + heldBytes - LATE_BYTES;
      this.#bytes = this.#targetBytes - link.arrivedBytes;
      this.#releasedUs = this.#lookUs = nowUs;
      if (this.#bytes < LEAST_BYTES) this.#kbps = Number.POSITIVE_INFINITY;
    } else if (link.arrivedBytes < this.#targetBytes) {
      const leftBytes = this.#targetBytes - link.arrivedBytes;
      // After a pause a router lets some through at once: what comes after that counts.
      if (!this.#hasBegun && leftBytes < this.#bytes) {
        this.#hasBegun = true;
        this.#bytes = leftBytes;
        this.#releasedUs = link.asOfUs - link.delayUs;
      }
      this.#lookUs = link.asOfUs;
    } else {
      // It arrived at some time between this look and the one before.
      const arrivedUs = (link.asOfUs + Math.max(this.#releasedUs, this.#lookUs)) / 2;
      this.#kbps = (this.#bytes * 8000) / Math.max(LEAST_US, arrivedUs - this.#releasedUs - link.delayUs);
    }
  }

  /** Begins one, if it is time. */
  begin(nowUs: number, bufferS: number): void {
    if (nowUs < this.#nextUs) return;
    this.#beganUs = nowUs;
    this.#targetBytes = this.#kbps = undefined;
    this.#hasBegun = false;
    this.#untilUs = nowUs + holdOf(bufferS) * 1e6;
    this.#nextUs = this.#untilUs + WATCH_US + this.#pauseUs;
    this.#pauseUs = Math.min(MAX_PAUSE_US, this.#pauseUs * 2);
  }

  /** Something has changed: what the link carries now is worth knowing soon. */
  reset(nowUs: number): void {
    this.#beganUs = undefined;
    this.#untilUs = Math.min(this.#untilUs, nowUs);
    this.#pauseUs = FIRST_PAUSE_US;
    this.#nextUs = Math.max(nowUs + FIRST_PAUSE_US, Math.min(this.#nextUs, nowUs + FIRST_PAUSE_US));
  }
}

function holdOf(bufferS: number): number {
  return Math.min(HOLD_S, Math.max(SHARE * bufferS, Math.min(GOOD_HOLD_S, MOST_SHARE * bufferS)));
}
