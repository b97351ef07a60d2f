/** What is looked at to tell whether it is the listener's side that sets the pace. */
export interface ReceiverSight {
  readonly nowUs: number;
  /** By the last look, the other side had no room. */
  readonly isWindowClosed: boolean;
  readonly arrivedBytes: number;
  /** Sound that there is and that has not arrived, microseconds. */
  readonly behindUs: number;
  /** Its player has the least that it should have in hand. */
  readonly hasEnough: boolean;
}

/** A window that opens for moments, as each time that its player reads a little, is not open. */
const STICKY_US = 1_500_000;
/** Who falls no further behind than this keeps pace; what there is comes in chunks. */
const PACE_US = 1_000_000;
/** So long a drift of clocks may add up. */
const DRIFT_US = 60_000_000;
/** So long after something was read of what a closed window held up, its reader is slow, and not paused. */
const SLOW_READER_US = 20_000_000;

/**
 * Tells whether it is the listener's side that takes no more. Then its player is full, or paused, or reads no faster than
 * it plays, and nothing follows for the link. But what stands in between may speak for it, a proxy or a tunnel with a
 * slow link behind it: that goes on reading, falls further and further behind, and it is not enough to play from.
 */
export class FullReceiver {
  #closedUs = Number.NEGATIVE_INFINITY;
  #arrivedBytes = Number.POSITIVE_INFINITY;
  #readUs = Number.NEGATIVE_INFINITY;
  /** The least that it was behind, and since when that is kept. */
  #leastUs = Number.POSITIVE_INFINITY;
  #leastSinceUs = 0;

  /** Takes what is seen; whether it is the limit. */
  see({ nowUs, isWindowClosed, arrivedBytes, behindUs, hasEnough }: ReceiverSight): boolean {
    const wasClosed = nowUs - this.#closedUs <= STICKY_US;
    if (isWindowClosed) this.#closedUs = nowUs;
    else if (!wasClosed) return false;
    const keepsPace = this.#keepsPace(nowUs, behindUs, wasClosed);
    const before = this.#arrivedBytes;
    this.#arrivedBytes = arrivedBytes;
    if (hasEnough || keepsPace) return true;
    if (arrivedBytes > before) this.#readUs = nowUs;
    return nowUs - this.#readUs > SLOW_READER_US;
  }

  #keepsPace(nowUs: number, behindUs: number, wasClosed: boolean): boolean {
    const keepsPace = !wasClosed || behindUs - this.#leastUs < PACE_US;
    if (!wasClosed || behindUs < this.#leastUs || (keepsPace && nowUs - this.#leastSinceUs > DRIFT_US)) {
      this.#leastUs = behindUs;
      this.#leastSinceUs = nowUs;
    }
    return keepsPace;
  }
}
