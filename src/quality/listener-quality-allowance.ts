import type { LinkEstimate } from './link-estimate.ts';

/** What a connection may have before anything is known of it: about one second of sound, a moment on any fast link. */
const START_BYTES = 16_000;
/** Nobody knows what arrives there if nothing was heard for so long. */
const UNKNOWN_US = 1_000_000;
/** On a link that is slow, so much may wait in the kernel: it must last until the next look, which may be late. */
const QUEUE_S = 0.5;
/** … and no less: some packets, so that a link that is suddenly fast again shows it. */
const LEAST_BYTES = 8_000;

/**
 * How much may lie in the kernel. What lies there cannot be taken back: it leaves at the rung that it was made at,
 * before anything else. So on a link with a backlog it is kept to what lasts until the next look. A link that has
 * carried all of it by a look may have twice as much until the next, and so finds its way out of an outage.
 */
export class KernelAllowance {
  #windowBytes = START_BYTES;
  #isLimited = true;
  #sinceUs: number | undefined;
  #asOfUs = 0;

  /** It is kept short of what there is. */
  get isLimited(): boolean {
    return this.#isLimited;
  }

  /** Bytes that may be handed over now; to be asked after each look. */
  bytes(nowUs: number, link: LinkEstimate, lagUs: number, rungKbps: number, isLowest: boolean): number {
    this.#sinceUs ??= nowUs;
    if (!link.isKnown) {
      if (nowUs - this.#sinceUs < UNKNOWN_US) return Math.max(0, START_BYTES - link.arrivedBytes);
      this.#isLimited = false;
      return Number.POSITIVE_INFINITY;
    }
    const { outstandingBytes } = link;
    if (link.hasBacklog) {
      const kbps = Math.max(link.kbps(nowUs) ?? 0, link.throughputKbps);
      this.#windowBytes = Math.max(LEAST_BYTES, kbps * 125 * (QUEUE_S + link.delayUs / 1e6));
      this.#isLimited = true;
    } else if (this.#isLimited && link.asOfUs > this.#asOfUs) {
      this.#windowBytes *= 1.5;
      if (this.#windowBytes > outstandingBytes + (lagUs / 1e6) * rungKbps * 125) this.#isLimited = false;
    }
    this.#asOfUs = link.asOfUs;
    // There is no rung that could take the place of what lies there.
    if (!this.#isLimited || isLowest) return Number.POSITIVE_INFINITY;
    return Math.max(0, Math.round(this.#windowBytes - outstandingBytes));
  }
}
