import type { Clock } from '../core/clock.ts';
import type { Picture } from '../core/picture.ts';
import { LinkRate } from './link-rate.ts';
import { LinkRateDrains } from './link-rate-drains.ts';
import type { PictureSink } from './picture-sink.ts';

/** A connection that has just been given its first bytes tells in this time what became of them, if it ever does. */
const FIRST_NEWS_US = 150_000;
/** When to look again whether enough has arrived. */
const MIN_LOOK_MS = 10;
const MAX_LOOK_MS = 100;

/** A viewer's connection: when it is free for the next picture, and what it carries. */
export class ViewerLink {
  readonly #clock: Clock;
  readonly #sink: PictureSink;
  readonly #rate = new LinkRate();
  readonly #drains = new LinkRateDrains();
  #isBlocked = false;
  #drainedBytes = 0;
  #firstSentUs: number | undefined;

  /** @param onFree called when the connection has taken what it would not take at once */
  constructor(clock: Clock, sink: PictureSink, onFree: () => void) {
    this.#clock = clock;
    this.#sink = sink;
    sink.onDrain = () => {
      this.#isBlocked = false;
      this.#drainedBytes = sink.bytesSent;
      this.#drains.onDrain(clock.nowUs(), sink.bytesSent);
      onFree();
    };
  }

  /** It has taken everything, and little enough of that is still on its way. */
  get isFree(): boolean {
    // Blocked or not: each figure is of use.
    const isTold = this.#observe();
    if (this.#isBlocked) return false;
    if (isTold) return this.#rate.waitUs(this.#clock.nowUs(), this.#sink.bytesSent) === 0;
    return this.#firstSentUs === undefined || this.#clock.nowUs() - this.#firstSentUs > FIRST_NEWS_US;
  }

  /** When to look whether it is free, milliseconds; undefined: it will say so. */
  get lookMs(): number | undefined {
    if (this.#isBlocked) return undefined;
    return Math.min(
      Math.max(this.#rate.waitUs(this.#clock.nowUs(), this.#sink.bytesSent) / 1000, MIN_LOOK_MS),
      MAX_LOOK_MS,
    );
  }

  /** kbit/s; undefined when the link was not put to the test lately. */
  get kbps(): number | undefined {
    const nowUs = this.#clock.nowUs();
    const { unacknowledgedBytes, bytesSent } = this.#sink;
    return unacknowledgedBytes === undefined ? this.#drains.kbps(nowUs, bytesSent) : this.#rate.kbps(nowUs);
  }

  /** What it was given is more than it can deliver at once; not merely too fresh to have been heard of again. */
  get isBehind(): boolean {
    return this.#isBlocked || (this.#observe() && this.#rate.hasBacklog);
  }

  /** Everything that was sent has arrived, as far as the system tells. */
  get isIdle(): boolean {
    return !this.#isBlocked && (this.#sink.unacknowledgedBytes ?? 0) === 0;
  }

  /** Bytes that have arrived since the connection began; where that is not told, what the system has taken. */
  get arrivedBytes(): number {
    const { unacknowledgedBytes, bytesSent } = this.#sink;
    return unacknowledgedBytes === undefined ? this.#drainedBytes : bytesSent - unacknowledgedBytes;
  }

  /** Only while it is free. Says how many bytes it came to. */
  send(picture: Picture): number {
    const before = this.#sink.bytesSent;
    this.#observe();
    this.#isBlocked = !this.#sink.send(picture);
    const nowUs = this.#clock.nowUs();
    this.#firstSentUs ??= nowUs;
    this.#rate.onSent(nowUs, this.#sink.bytesSent);
    if (this.#isBlocked) this.#drains.onBlocked(nowUs);
    return this.#sink.bytesSent - before;
  }

  /**
   * To be called about twice a second.
   *
   * @param isStarved since the last time it was behind when something was wanted
   */
  endSpan(isStarved: boolean): void {
    const isTold = this.#observe();
    this.#rate.onSpan(this.#clock.nowUs(), isStarved && isTold);
  }

  /** False where nobody tells what has arrived. */
  #observe(): boolean {
    const { unacknowledgedBytes, bytesSent, acknowledgedUs = this.#clock.nowUs() } = this.#sink;
    if (unacknowledgedBytes === undefined) return false;
    this.#rate.observe(acknowledgedUs, bytesSent - unacknowledgedBytes);
    return true;
  }
}
