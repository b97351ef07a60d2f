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
const FRESH_US = 3_000_000;
/** What has arrived lately, over about this time. */
const THROUGHPUT_US = 500_000;
/** Nothing arriving for longer than this, and the delay, is a measure too. */
const SILENCE_US = 250_000;
/** In so many spans one after the other; while a connection warms up it may starve in some. */
const STARVED_SPANS = 4;
const MAX_DELAY_US = 400_000;
/** The part of the delay that it rises by … */
const DELAY_RISE = 4;
/** … and what is left of it after each span without news: until less is let lie on the way, and it shows again. */
const DELAY_FADE = 0.98;
/** Proves nothing: what a router lets through at once after a pause. */
const BURST_BYTES = 16_000;
/** Beyond the delay: it varies. */
const GRAIN_US = 60_000;
/** Beyond the backlog that can be told apart at all. */
const QUEUE_US = 60_000;
/** The last packet that a picture came in, and one more, may be acknowledged late (RFC 9293, 3.8.6.3: up to half a second). */
const LATE_BYTES = 3_000;
/** About what a connection takes in its first round trip. */
const LEAST_ALLOWANCE_BYTES = 8_000;
/** The same, as long as nothing speaks against it: without it a fast link would miss frames until it is known. */
const TRUSTED_BYTES = 64_000;
/** What has arrived since the last figure is guessed for no longer than this. */
const MAX_GUESS_US = 200_000;
/** Sends that are remembered; more than leave while a backlog builds up. */
const MARKS = 32;

/**
 * What a connection carries, learned from what arrived of what it was given. Only times with a backlog count: a link
 * that has delivered everything is not slow, it was given no more. Every figure of arrivals comes with the moment that
 * it is of, so a backlog is what had been sent long enough before that moment and had not arrived by then, however old
 * the figure is. Times in microseconds.
 */
export class LinkRate {
  /** The last sends of which not all has arrived: when, the total of bytes after each, what was on its way then … */
  readonly #markUs = new Float64Array(MARKS);
  readonly #markBytes = new Float64Array(MARKS);
  readonly #markOutstanding = new Float64Array(MARKS);
  /** … and of which moment that figure was. */
  readonly #markAsOfUs = new Float64Array(MARKS);
  #firstMark = 0;
  #markCount = 0;
  #asOfUs: number | undefined;
  #sentBytes = 0;
  #arrivedBytes = 0;
  /** Since when something is on its way of which nothing has arrived yet; only after the link was idle. */
  #startUs: number | undefined;
  /** How long after a send from rest the first of it has arrived, and word of that has come back. */
  #delayUs = 50_000;
  #hasDelay = false;
  #isDelayNew = false;
  /** When something had last arrived. */
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

  /** By the last figure, something that was sent long enough before had not arrived. */
  get hasBacklog(): boolean {
    return this.#asOfUs !== undefined && this.#oldestUs(Number.POSITIVE_INFINITY) <= this.#asOfUs - this.#backlogUs;
  }

  /**
   * How long to wait before one more picture is sent; 0: it is time, Infinity: who knows. What arrives while that
   * picture is under way may lie there already, so that the link never runs dry, and no more, for whatever waits there
   * grows old.
   *
   * @param sentBytes handed over since the connection began
   */
  waitUs(nowUs: number, sentBytes: number): number {
    const isFresh = this.#isFresh(nowUs);
    const rate = Math.max(this.#throughput, isFresh ? (this.#rate as number) : 0);
    const least = isFresh || this.hasBacklog ? LEAST_ALLOWANCE_BYTES : TRUSTED_BYTES;
    const allowance = Math.max(least, (rate * (this.#backlogUs + QUEUE_US)) / 1e6);
    const guessUs = Math.min(MAX_GUESS_US, Math.max(0, nowUs - (this.#asOfUs ?? nowUs)));
    const excess = sentBytes - this.#arrivedBytes - (rate * guessUs) / 1e6 - allowance;
    return excess <= 0 ? 0 : (excess * 1e6) / rate;
  }

  /**
   * Takes a figure: right before each send, and whenever a picture might be sent.
   *
   * @param asOfUs the moment that it is of; one that is not later than the last is ignored
   * @param arrivedBytes by that moment, since the connection began
   */
  observe(asOfUs: number, arrivedBytes: number): void {
    const beforeUs = this.#asOfUs;
    if (beforeUs !== undefined && asOfUs <= beforeUs) return;
    const progress = Math.max(0, arrivedBytes - this.#arrivedBytes);
    this.#asOfUs = asOfUs;
    this.#arrivedBytes += progress;
    const elapsedUs = asOfUs - (beforeUs ?? asOfUs);
    if (elapsedUs > 0) {
      const share = elapsedUs / (THROUGHPUT_US + elapsedUs);
      this.#throughput += share * ((progress * 1e6) / elapsedUs - this.#throughput);
    }
    if (progress > 0) this.#onProgress(asOfUs);
    else if (asOfUs - this.#movedUs < SILENCE_US + this.#delayUs) return;
    // What has arrived by now was on its way all the time since the step before.
    if (this.#oldestUs(asOfUs) <= this.#movedUs - this.#backlogUs) {
      this.#gather(asOfUs, asOfUs - this.#movedUs, progress);
    }
    this.#movedUs = asOfUs;
  }

  /** Right after each send. */
  onSent(nowUs: number, sentBytes: number): void {
    if (this.#sentBytes <= this.#arrivedBytes) this.#startUs = nowUs;
    this.#sentBytes = sentBytes;
    if (this.#markCount === MARKS) this.#dropMark();
    const at = (this.#firstMark + this.#markCount) % MARKS;
    this.#markUs[at] = nowUs;
    this.#markBytes[at] = sentBytes;
    this.#markOutstanding[at] = sentBytes - this.#arrivedBytes;
    this.#markAsOfUs[at] = Math.min(nowUs, this.#asOfUs ?? nowUs);
    this.#markCount += 1;
  }

  /**
   * Ends a span of some hundred milliseconds. When the connection could not be given what was wanted in several of them,
   * the last is a measure whether or not there was a backlog: a small send buffer holds less than would show as one.
   */
  onSpan(nowUs: number, isStarved: boolean): void {
    const asOfUs = this.#asOfUs ?? 0;
    const spanUs = asOfUs - this.#spanUs;
    this.#starvedSpans = isStarved ? this.#starvedSpans + 1 : 0;
    if (this.#starvedSpans >= STARVED_SPANS && spanUs > 0) {
      this.#learn(nowUs, ((this.#arrivedBytes - this.#spanBytes) * 1e6) / spanUs);
    }
    if (!this.#isDelayNew && this.hasBacklog) this.#delayUs *= DELAY_FADE;
    this.#isDelayNew = false;
    this.#spanUs = asOfUs;
    this.#spanBytes = this.#arrivedBytes;
  }

  /** Age of the oldest send that is not a mere matter of distance. */
  get #backlogUs(): number {
    return this.#delayUs + GRAIN_US;
  }

  /** When the oldest send was made of which not all has arrived. */
  #oldestUs(otherwise: number): number {
    return this.#markCount > 0 ? (this.#markUs[this.#firstMark] as number) : otherwise;
  }

  #isFresh(nowUs: number): boolean {
    return this.#rate !== undefined && nowUs - this.#measuredUs < FRESH_US;
  }

  #onProgress(asOfUs: number): void {
    if (this.#startUs !== undefined) {
      this.#learnDelay(asOfUs - this.#startUs);
      this.#startUs = undefined;
    }
    while (this.#markCount > 0 && (this.#markBytes[this.#firstMark] as number) <= this.#arrivedBytes + LATE_BYTES) {
      const late = Math.max(0, (this.#markBytes[this.#firstMark] as number) - this.#arrivedBytes);
      const arrived = (this.#markOutstanding[this.#firstMark] as number) - late;
      const tookUs = asOfUs - (this.#markAsOfUs[this.#firstMark] as number);
      this.#dropMark();
      if (tookUs > 0) this.#prove(asOfUs, ((arrived - BURST_BYTES) * 1e6) / tookUs);
    }
  }

  /** A figure may be late, never early: so the shortest of what was seen counts, and what is longer only little by little. */
  #learnDelay(seenUs: number): void {
    const delayUs = Math.min(MAX_DELAY_US, Math.max(0, seenUs));
    const isNearer = !this.#hasDelay || delayUs < this.#delayUs;
    this.#delayUs = isNearer ? delayUs : this.#delayUs + (delayUs - this.#delayUs) / DELAY_RISE;
    this.#hasDelay = true;
    this.#isDelayNew = true;
  }

  /** All that was on its way at a send has arrived: the link carries no less than that. */
  #prove(nowUs: number, rate: number): void {
    if (!this.#isFresh(nowUs)) this.#throughput = Math.max(this.#throughput, rate);
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
