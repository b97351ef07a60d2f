import type { Sends } from './client-buffer-sends.ts';
import type { ListenerSight } from './listener-sight.ts';

export interface LinkEstimateSettings {
  /** Of an estimate, what a second of measuring leaves, 0 to 1. */
  readonly smoothing: number;
  /** What may lie on the way for this long and still be no backlog. */
  readonly burstAllowanceMs: number;
}

/** A measure spans so much time with a backlog; shorter ones say more about the figures' grain than about the link. */
const WINDOW_US = 300_000;
/** What it carried before a backlog counts as a measure of so long. */
const ASSUMED_US = 500_000;
/** What arrives lately is a mean over about so long. */
const THROUGHPUT_US = 300_000;
/** So long after its last measure an estimate says nothing any more. */
const FRESH_US = 15_000_000;
/** … where it takes a full kernel until there is one. */
const RARE_FRESH_US = 120_000_000;
/** … and what the link has shown. */
const SHOWN_FRESH_US = 20_000_000;
/** Shows nothing: what a router lets through at once after a pause. */
const ROUTER_BYTES = 4_000;
/** The last packet and one more may be acknowledged late (RFC 9293, 3.8.6.3: up to half a second). */
const LATE_BYTES = 3_000;
/** What is shown is shown within about so long. */
const BUSY_US = 1_000_000;
/** The newest measure's part in what a link carries just now. */
const RECENT = 0.5;
/** Delay of a link that nothing is known of, and the most that is believed of one. */
const DELAY_US = 60_000;
const MAX_DELAY_US = 800_000;
/** The part of the delay that it rises by when it seems longer. */
const DELAY_RISE = 4;
/** Looks that are further apart say nothing about it. */
const DENSE_US = 250_000;

/**
 * What a connection carries, learned from what arrived of what it was given. While something lies on the way for longer
 * than the way takes, the link is the bottleneck, and what arrives is all that it carries. Otherwise what arrives shows
 * only that it carries no less. A figure of arrivals is of the moment of the look; so is everything here. Times in
 * microseconds.
 */
export class LinkEstimate {
  #settings: LinkEstimateSettings;
  #asOfUs: number | undefined;
  #arrivedBytes = 0;
  #sentBytes = 0;
  #isKnown = false;
  #hasBacklog = false;
  #hasLate = false;
  #movedUs = 0;
  #delayUs: number | undefined;
  /** Since when something is on the way of which nothing has arrived yet; only after the link was idle. */
  #startUs: number | undefined;
  #sightUs = 0;
  #windowUs = 0;
  #windowBytes = 0;
  /** Since when it was busy without a pause, and what has arrived since. */
  #busySinceUs = 0;
  #busyBytes = 0;
  #meanKbps = 0;
  #weightUs = 0;
  /** Nothing was measured since that was assumed, or ever. */
  #isAssumed = true;
  #lastKbps = 0;
  /** The last ones of this backlog. */
  #recentKbps = 0;
  #measuredUs = 0;
  #shownKbps: number | undefined;
  #shownUs = 0;
  #throughputKbps = 0;

  constructor(settings: LinkEstimateSettings) {
    this.#settings = settings;
  }

  configure(settings: LinkEstimateSettings): void {
    this.#settings = settings;
  }

  /** By the last look, something that was sent long enough before had not arrived. */
  get hasBacklog(): boolean {
    return this.#hasBacklog;
  }

  /** A little of it: perhaps a backlog, which the next look would show. */
  get hasLate(): boolean {
    return this.#hasLate;
  }

  /** Of which moment all this is. */
  get asOfUs(): number {
    return this.#asOfUs ?? 0;
  }

  /** Somebody knows what arrives; otherwise it is taken for what the connection takes. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  get arrivedBytes(): number {
    return this.#arrivedBytes;
  }

  get outstandingBytes(): number {
    return Math.max(0, this.#sentBytes - this.#arrivedBytes);
  }

  /** Of what does not queue, there and back. */
  get delayUs(): number {
    return this.#delayUs ?? DELAY_US;
  }

  /** How long nothing has arrived although there was something on the way. */
  get silentUs(): number {
    return this.#hasBacklog ? this.asOfUs - this.#movedUs : 0;
  }

  /** What arrived lately, kbit/s. */
  get throughputKbps(): number {
    return this.#throughputKbps;
  }

  /** When it was last put to the test; -Infinity: never. */
  get measuredUs(): number {
    return this.#isAssumed ? Number.NEGATIVE_INFINITY : this.#measuredUs;
  }

  /** What it carries; undefined when it was not put to the test lately. */
  kbps(nowUs: number): number | undefined {
    if (this.#isAssumed) return undefined;
    if (nowUs - this.#measuredUs >= (this.#isKnown ? FRESH_US : RARE_FRESH_US)) return undefined;
    // What it has shown since then is no less true.
    const isOutdone = this.#shownUs > this.#measuredUs && this.#shownKbps !== undefined;
    return isOutdone ? Math.max(this.#meanKbps, this.#shownKbps as number) : this.#meanKbps;
  }

  /** What it carried just now, with caution. */
  safeKbps(nowUs: number): number | undefined {
    if (this.kbps(nowUs) === undefined) return undefined;
    return Math.min(this.#recentKbps, this.#lastKbps);
  }

  /** What it carries at least, which it has shown. */
  shownKbps(nowUs: number): number | undefined {
    return nowUs - this.#shownUs < SHOWN_FRESH_US ? this.#shownKbps : undefined;
  }

  /** When it showed that. */
  get shownUs(): number {
    return this.#shownUs;
  }

  /** Takes what is seen; `sends` has it already. */
  observe(sight: ListenerSight, sends: Sends): void {
    if (sight.minRttMs !== undefined) this.#delayUs = Math.min(MAX_DELAY_US, sight.minRttMs * 1000);
    else this.#timeStart(sight);
    const before = this.#asOfUs;
    const isIdle = this.#sentBytes <= this.#arrivedBytes + LATE_BYTES;
    this.#sentBytes = sight.sentBytes;
    let asOfUs = sight.nowUs;
    let arrivedBytes = sight.sentBytes;
    if (sight.acknowledgedBytes !== undefined && sight.asOfUs !== undefined) {
      if (!this.#isKnown) this.#know();
      asOfUs = sight.asOfUs;
      arrivedBytes = Math.min(sight.acknowledgedBytes, sight.sentBytes);
    } else if (this.#isKnown) return;
    const elapsedUs = asOfUs - (this.#asOfUs ?? asOfUs);
    if (before !== undefined && this.#asOfUs !== undefined && elapsedUs <= 0) return;
    const arrived = Math.max(0, arrivedBytes - this.#arrivedBytes);
    this.#asOfUs = asOfUs;
    this.#arrivedBytes += arrived;
    if (arrived > 0 || before === undefined) this.#movedUs = asOfUs;
    if (arrived > 0 && this.#startUs !== undefined) this.#learnDelay(asOfUs - this.#startUs, elapsedUs);
    const hadBacklog = this.#hasBacklog;
    const lateBytes = sends.bytesBy(asOfUs - this.#mayTakeUs) - this.#arrivedBytes;
    this.#hasLate = this.#isKnown && lateBytes > 0;
    this.#hasBacklog = this.#isKnown ? lateBytes > LATE_BYTES : sight.isBlocked;
    // What a full player leaves on the way says nothing about the link.
    const isHeldUp = this.#hasBacklog && !sight.isReceiverLimited;
    if (isHeldUp && !hadBacklog) this.#assume(asOfUs, sight.rung.bitrateKbps);
    if (elapsedUs <= 0) return;
    this.#throughputKbps +=
      Math.min(1, elapsedUs / THROUGHPUT_US) * (kbpsOf(arrived, elapsedUs) - this.#throughputKbps);
    if (this.#isKnown) this.#show(asOfUs, elapsedUs, arrived, isIdle);
    if (hadBacklog && isHeldUp) this.#gather(asOfUs, elapsedUs, arrived);
    else this.#windowUs = this.#windowBytes = 0;
  }

  /** Before anything has arrived, nobody knows how far it is. */
  get #mayTakeUs(): number {
    const delayUs = this.#delayUs ?? (this.#arrivedBytes > 0 ? DELAY_US : MAX_DELAY_US);
    return delayUs + this.#settings.burstAllowanceMs * 1000;
  }

  /** What was sent since the look before was sent then at the earliest. */
  #timeStart({ nowUs, sentBytes }: ListenerSight): void {
    const isResting = this.#sentBytes <= this.#arrivedBytes;
    if (isResting && sentBytes > this.#sentBytes) this.#startUs = this.#sightUs > 0 ? this.#sightUs : nowUs;
    this.#sightUs = nowUs;
  }

  /** A look is late, never early: so the shortest of what was seen counts, and what is longer only little by little. */
  #learnDelay(seenUs: number, elapsedUs: number): void {
    this.#startUs = undefined;
    if (elapsedUs > DENSE_US || seenUs < 0) return;
    const delayUs = Math.min(MAX_DELAY_US, seenUs);
    const before = this.#delayUs ?? delayUs;
    this.#delayUs = delayUs <= before ? delayUs : before + (delayUs - before) / DELAY_RISE;
  }

  /** The first look: what was taken for arrived until now need not have. */
  #know(): void {
    this.#isKnown = true;
    this.#asOfUs = undefined;
    this.#arrivedBytes = 0;
    this.#hasBacklog = false;
    this.#weightUs = 0;
    this.#isAssumed = true;
  }

  #gather(asOfUs: number, elapsedUs: number, arrived: number): void {
    this.#windowUs += elapsedUs;
    this.#windowBytes += arrived;
    if (this.#windowUs < WINDOW_US) return;
    this.#learn(asOfUs, kbpsOf(this.#windowBytes, this.#windowUs), this.#windowUs);
    this.#windowUs = this.#windowBytes = 0;
  }

  /** Each measure counts by its time, and less as it grows older. */
  #learn(asOfUs: number, kbps: number, spanUs: number): void {
    this.#weightUs = this.#weightLeftUs(asOfUs) + spanUs;
    this.#meanKbps += (spanUs / this.#weightUs) * (kbps - this.#meanKbps);
    this.#recentKbps = this.#isAssumed ? kbps : this.#recentKbps + RECENT * (kbps - this.#recentKbps);
    this.#lastKbps = kbps;
    this.#isAssumed = false;
    this.#measuredUs = asOfUs;
    if ((this.#shownKbps ?? 0) > this.#meanKbps) this.#shownKbps = this.#meanKbps;
  }

  #weightLeftUs(asOfUs: number): number {
    return this.#weightUs * this.#settings.smoothing ** (Math.max(0, asOfUs - this.#measuredUs) / 1e6);
  }

  /** A backlog begins: until then the link carried what it was given, which counts for something. */
  #assume(asOfUs: number, rungKbps: number): void {
    const leftUs = this.#weightLeftUs(asOfUs);
    if (leftUs >= ASSUMED_US) return;
    this.#meanKbps += (1 - leftUs / ASSUMED_US) * (rungKbps - this.#meanKbps);
    this.#weightUs = ASSUMED_US;
    this.#measuredUs = asOfUs;
    this.#isAssumed = true;
  }

  #show(asOfUs: number, elapsedUs: number, arrived: number, isIdle: boolean): void {
    const startUs = asOfUs - elapsedUs;
    if (isIdle || startUs - this.#busySinceUs >= BUSY_US) {
      this.#busySinceUs = startUs;
      this.#busyBytes = 0;
    }
    this.#busyBytes += arrived;
    const kbps = kbpsOf(this.#busyBytes - ROUTER_BYTES, asOfUs - this.#busySinceUs);
    if (kbps <= (this.shownKbps(asOfUs) ?? 0)) return;
    this.#shownKbps = kbps;
    this.#shownUs = asOfUs;
  }
}

function kbpsOf(bytes: number, us: number): number {
  return (bytes * 8000) / us;
}
