/** Sound is held back for so long, … */
const HOLD_S = 2;
/** … or for so much of what its player has in hand. */
const SHARE = 0.25;
/** Fewer bytes would say nothing. */
const LEAST_BYTES = 8_000;
/** What comes of it is known after so long. */
const WATCH_US = 2_000_000;
/** Between two probes, longer each time that nothing comes of one. */
const FIRST_PAUSE_US = 4_000_000;
const MAX_PAUSE_US = 16_000_000;

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

  /** Nothing is to be sent now. */
  isHolding(nowUs: number): boolean {
    return nowUs < this.#untilUs;
  }

  /** It is being held back, or what comes of it is being watched. */
  isUnderway(nowUs: number): boolean {
    return nowUs < this.#untilUs + WATCH_US;
  }

  /**
   * The last one brought no measure: that is no proof, but nothing speaks against a trial.
   *
   * @param measuredUs when the link was last measured
   */
  wasClean(nowUs: number, measuredUs: number): boolean {
    return this.#beganUs !== undefined && measuredUs < this.#beganUs && !this.isUnderway(nowUs);
  }

  /** So much in hand, and at such a rate, is enough to tell from. */
  isPossible(bufferS: number, rungKbps: number): boolean {
    return Math.min(HOLD_S, SHARE * bufferS) * rungKbps * 125 >= LEAST_BYTES;
  }

  /** Begins one, if it is time. */
  begin(nowUs: number, bufferS: number): void {
    if (nowUs < this.#nextUs) return;
    this.#beganUs = nowUs;
    this.#untilUs = nowUs + Math.min(HOLD_S, SHARE * bufferS) * 1e6;
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
