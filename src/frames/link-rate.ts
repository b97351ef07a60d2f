/** The share of the newest measure in the rate. */
const SMOOTHING = 0.5;
/** … and of the newest proof that the link carries more. */
const PROOF_SMOOTHING = 0.3;
/** A proof of so many times the rate stands by itself: the link is another one than it was. */
const FAR = 2;
/** A measure spans so much time with a backlog; shorter ones say more about the figures' grain than about the link. */
const WINDOW_US = 500_000;
/** A measure that has not come together in this time never will. */
const GATHER_US = 4_000_000;
/** So long after its last measure the rate is unknown again. */
const FRESH_US = 5_000_000;
/** What has arrived lately, over about this time. */
const THROUGHPUT_US = 500_000;
/** Nothing arriving for longer than this, and the usual delay, is a measure too. */
const SILENCE_US = 250_000;
/** In so many spans one after the other; while a connection warms up it may starve in some. */
const STARVED_SPANS = 4;
const MAX_DELAY_US = 400_000;
/** Beyond twice the usual delay of news. */
const GRAIN_US = 60_000;
/** Beyond the backlog that can be told apart at all. */
const QUEUE_US = 90_000;
/** About what a connection takes in its first round trip. */
const LEAST_ALLOWANCE_BYTES = 8_000;
/** Sends that are remembered; more than leave while a backlog builds up. */
const MARKS = 32;

/**
 * What a connection carries, learned from what arrived of what it was given. Only times with a backlog count: a link
 * that has delivered everything is not slow, it was given no more. A figure of arrivals is some time old, so that what
 * was sent a moment ago always looks as if it were on its way; a backlog is what was sent longer ago than that.
 * Times in microseconds.
 */
export class LinkRate {
  /** When the last sends were made, the total of bytes after each, and how much was on its way then. */
  readonly #markUs = new Float64Array(MARKS);
  readonly #markBytes = new Float64Array(MARKS);
  readonly #markOutstanding = new Float64Array(MARKS);
  #firstMark = 0;
  #markCount = 0;
  #observedUs: number | undefined;
  #arrivedBytes = 0;
  #outstandingBytes = 0;
  /** Since when something is on its way of which nothing has arrived yet; only after the link was idle. */
  #startUs: number | undefined;
  /** How long after a send from rest the first of it is seen to have arrived: the way there and back, and old figures. */
  #delayUs = 50_000;
  #hasDelay = false;
  /** When something was last seen to have arrived. */
  #movedUs = 0;
  #windowStartUs = 0;
  #windowUs = 0;
  #windowBytes = 0;
  #spanUs = 0;
  #spanBytes = 0;
  #starvedSpans = 0;
  #throughput = 0;
  #rate: number | undefined;
  #measuredUs = 0;

  /** kbit/s; undefined when there was no backlog lately to tell from. */
  kbps(nowUs: number): number | undefined {
    return this.#isFresh(nowUs) ? kbpsOf(this.#rate as number) : undefined;
  }

  /**
   * Bytes that may be on their way when one more picture is sent: what arrives while that is under way, so that the
   * link never runs dry, and no more, for whatever waits there grows old.
   */
  allowanceBytes(nowUs: number): number {
    const rate = Math.max(this.#throughput, this.#isFresh(nowUs) ? (this.#rate as number) : 0);
    return Math.max(LEAST_ALLOWANCE_BYTES, (rate * (this.#backlogUs + QUEUE_US)) / 1e6);
  }

  /**
   * Looks at the connection: right before each send, and whenever a picture might be sent.
   *
   * @param sentBytes handed over since the connection began
   * @param outstandingBytes of these, what has not arrived
   */
  observe(nowUs: number, sentBytes: number, outstandingBytes: number): void {
    const arrivedBytes = sentBytes - outstandingBytes;
    const beforeUs = this.#observedUs ?? nowUs;
    const elapsedUs = nowUs - beforeUs;
    const progress = Math.max(0, arrivedBytes - this.#arrivedBytes);
    this.#observedUs = nowUs;
    this.#arrivedBytes = Math.max(this.#arrivedBytes, arrivedBytes);
    this.#outstandingBytes = outstandingBytes;
    if (elapsedUs <= 0) return;
    const share = elapsedUs / (THROUGHPUT_US + elapsedUs);
    this.#throughput += share * ((progress * 1e6) / elapsedUs - this.#throughput);
    if (progress > 0) this.#onProgress(nowUs);
    else if (nowUs - this.#movedUs < SILENCE_US + this.#delayUs) return;
    // All that has arrived by now was on its way when the step before was seen, even if figures were old by then.
    const oldestUs = this.#markCount > 0 ? (this.#markUs[this.#firstMark] as number) : nowUs;
    if (oldestUs <= this.#movedUs - this.#backlogUs) this.#gather(nowUs, nowUs - this.#movedUs, progress);
    this.#movedUs = nowUs;
  }

  /** Right after each send. */
  onSent(nowUs: number, sentBytes: number): void {
    if (this.#outstandingBytes === 0) this.#startUs = nowUs;
    this.#outstandingBytes = sentBytes - this.#arrivedBytes;
    if (this.#markCount === MARKS) this.#dropMark();
    const at = (this.#firstMark + this.#markCount) % MARKS;
    this.#markUs[at] = nowUs;
    this.#markBytes[at] = sentBytes;
    this.#markOutstanding[at] = this.#outstandingBytes;
    this.#markCount += 1;
  }

  /**
   * Ends a span of some hundred milliseconds. When the connection could not be given what was wanted in several of them,
   * the last is a measure whether or not there was a backlog: a small send buffer holds less than would show as one.
   */
  onSpan(nowUs: number, isStarved: boolean): void {
    const spanUs = nowUs - this.#spanUs;
    this.#starvedSpans = isStarved ? this.#starvedSpans + 1 : 0;
    if (this.#starvedSpans >= STARVED_SPANS && spanUs > 0) {
      this.#learn(nowUs, ((this.#arrivedBytes - this.#spanBytes) * 1e6) / spanUs);
    }
    this.#spanUs = nowUs;
    this.#spanBytes = this.#arrivedBytes;
  }

  /** Age of the oldest send that is not a mere matter of old figures and distance. */
  get #backlogUs(): number {
    return 2 * this.#delayUs + GRAIN_US;
  }

  #isFresh(nowUs: number): boolean {
    return this.#rate !== undefined && nowUs - this.#measuredUs < FRESH_US;
  }

  #onProgress(nowUs: number): void {
    if (this.#startUs !== undefined) {
      const delayUs = Math.min(MAX_DELAY_US, nowUs - this.#startUs);
      this.#delayUs += (delayUs - this.#delayUs) / (this.#hasDelay ? 5 : 2);
      this.#hasDelay = true;
      this.#startUs = undefined;
    }
    while (this.#markCount > 0 && (this.#markBytes[this.#firstMark] as number) <= this.#arrivedBytes) {
      const outstanding = this.#markOutstanding[this.#firstMark] as number;
      const tookUs = nowUs - (this.#markUs[this.#firstMark] as number);
      this.#dropMark();
      // Part of it may have arrived before, and was not known then.
      if (tookUs > 0) this.#prove((outstanding * 1e6) / (tookUs + this.#delayUs));
    }
  }

  /** All that was on its way at a send has arrived: the link carries no less than that. */
  #prove(rate: number): void {
    if (this.#rate === undefined || rate <= this.#rate) return;
    this.#rate += (rate > FAR * this.#rate ? 1 : PROOF_SMOOTHING) * (rate - this.#rate);
  }

  /** From one step of the figure to the next, for between them it says nothing. */
  #gather(nowUs: number, spanUs: number, progress: number): void {
    if (nowUs - this.#windowStartUs > GATHER_US) {
      this.#windowStartUs = nowUs;
      this.#windowUs = 0;
      this.#windowBytes = 0;
    }
    this.#windowUs += spanUs;
    this.#windowBytes += progress;
    if (this.#windowUs < Math.max(WINDOW_US, 4 * this.#delayUs)) return;
    this.#learn(nowUs, (this.#windowBytes * 1e6) / this.#windowUs);
    this.#windowStartUs = nowUs;
    this.#windowUs = 0;
    this.#windowBytes = 0;
  }

  #learn(nowUs: number, rate: number): void {
    this.#rate = this.#isFresh(nowUs) ? (this.#rate as number) + SMOOTHING * (rate - (this.#rate as number)) : rate;
    this.#measuredUs = nowUs;
  }

  #dropMark(): void {
    this.#firstMark = (this.#firstMark + 1) % MARKS;
    this.#markCount -= 1;
  }
}

function kbpsOf(bytesPerSecond: number): number {
  return (bytesPerSecond * 8) / 1000;
}
