import type { QuickSyncSettings } from '../core/quick-sync-settings.ts';
import type { Rung } from '../core/rung.ts';
import { ClientBuffer } from './client-buffer.ts';
import { Sends } from './client-buffer-sends.ts';
import { LinkEstimate } from './link-estimate.ts';
import { KernelAllowance } from './listener-quality-allowance.ts';
import { type RungLimits, rungLimits } from './listener-quality-limits.ts';
import { neededShare } from './listener-quality-need.ts';
import { Probe } from './listener-quality-probe.ts';
import { Rises } from './listener-quality-rises.ts';
import type {
  HoldReason,
  ListenerBelief,
  ListenerOrder,
  ListenerQualityOptions,
  ListenerSight,
  SwitchReason,
} from './listener-sight.ts';

/** Nothing arriving for so long is an outage. */
const OUTAGE_US = 1_000_000;
/** A player that takes nothing for so long is not full but paused. */
const PAUSE_US = 10_000_000;
/** A trial begins after so long without a backlog and without a change. */
const QUIET_US = 4_000_000;
/** After a rise it is looked at often for so long. */
const WATCH_US = 5_000_000;
/** It is looked at often until its player plays, but no longer than so. */
const START_US = 10_000_000;
/** The lowest rung is too much for a link that has been too slow for it for so long. */
const BELOW_US = 3_000_000;

/**
 * The controller of one listener: falls fast, rises slowly. What lies in the connection cannot be taken back, so it
 * falls at the first sign that the link is slower than its buffer can bear; the fuller that is, the more it bears. It
 * rises by one rung, when the buffer is filled again and the link has shown what it carries, or nothing speaks against
 * a trial. Knows no clock: time comes with what is seen.
 */
export class ListenerQuality {
  readonly #rungs: readonly Rung[];
  readonly #prefersQuality: boolean;
  readonly #sends = new Sends();
  #underwayUs = 0;
  readonly #link: LinkEstimate;
  readonly #buffer: ClientBuffer;
  readonly #allowance = new KernelAllowance();
  readonly #rises: Rises;
  readonly #probe = new Probe();
  #settings: QuickSyncSettings;
  #limits: RungLimits;
  #boxKbps = Number.POSITIVE_INFINITY;
  #hasNewLimits = false;
  #index: number;
  #reason: SwitchReason = 'start';
  #startUs: number | undefined;
  #changedUs: number | undefined;
  /** The last moment with a backlog, or of the beginning. */
  #unquietUs: number | undefined;
  #tooSlowSinceUs: number | undefined;
  #order: ListenerOrder;

  constructor(options: ListenerQualityOptions, settings: QuickSyncSettings) {
    this.#rungs = options.rungs;
    this.#prefersQuality = options.preferQuality;
    this.#settings = settings;
    this.#link = new LinkEstimate(settings);
    this.#buffer = new ClientBuffer(options);
    this.#rises = new Rises(options.rungs.map(({ bitrateKbps }) => bitrateKbps));
    this.#index = Math.max(0, options.rungs.indexOf(options.startRung));
    this.#limits = rungLimits(options.rungs, settings, this.#boxKbps);
    this.#order = {
      rung: this.rung,
      reason: 'start',
      hold: undefined,
      allowanceBytes: Number.POSITIVE_INFINITY,
      isAlert: true,
      isBelowLowest: false,
    };
  }

  /** Takes changed settings over, with the next look. */
  configure(settings: QuickSyncSettings): void {
    this.#settings = settings;
    this.#link.configure(settings);
    this.#hasNewLimits = true;
  }

  get rung(): Rung {
    return this.#rungs[this.#index] as Rung;
  }

  /** Times that its player has run dry. */
  get stalls(): number {
    return this.#buffer.stalls;
  }

  /** What it believes as of the last look. */
  get belief(): ListenerBelief {
    const link = this.#link;
    const { seconds, stalls, stalledSeconds } = this.#buffer;
    return {
      linkKbps: link.kbps(link.asOfUs),
      shownKbps: link.shownKbps(link.asOfUs),
      bufferS: seconds,
      underwayS: link.isKnown ? this.#underwayUs / 1e6 : undefined,
      stalls,
      stalledS: stalledSeconds,
    };
  }

  /** Looks at the listener, and says what is to be done: the same object as long as that does not change. */
  tick(sight: ListenerSight): ListenerOrder {
    const { nowUs } = sight;
    this.#startUs ??= nowUs;
    this.#changedUs ??= nowUs;
    this.#unquietUs ??= nowUs;
    this.#see(sight);
    this.#keepLimits(sight);
    let hold: HoldReason | undefined;
    if (this.#settings.enabled) {
      this.#fall(sight);
      hold = this.#rise(sight);
    } else if (this.#index < this.#rungs.length - 1) hold = 'limit';
    const allowanceBytes = this.#allow(sight);
    const isAlert = this.#isAlert(sight);
    return this.#say(hold, allowanceBytes, isAlert, this.#isBelowLowest(sight));
  }

  #see(sight: ListenerSight): void {
    const { nowUs } = sight;
    const link = this.#link;
    const buffer = this.#buffer;
    this.#sends.note(nowUs, sight.sentBytes, sight.sentMediaUs);
    link.observe(sight, this.#sends);
    const asOfUs = link.isKnown ? link.asOfUs : nowUs;
    const arrivedUs = Math.min(sight.sentMediaUs, this.#sends.mediaUsOf(link.arrivedBytes));
    this.#underwayUs = Math.max(0, this.#sends.mediaUsOf(this.#sends.bytesBy(asOfUs)) - arrivedUs);
    const { preloadThreshold, bufferTargetS } = this.#settings;
    buffer.observe(sight, asOfUs, arrivedUs, preloadThreshold * bufferTargetS * 1e6);
    this.#sends.forget(link.arrivedBytes, asOfUs - 1_000_000);
    if (link.hasBacklog) this.#unquietUs = nowUs;
    this.#probe.observe(nowUs, link, sight.sentBytes, (sight.lagUs * this.rung.bitrateKbps) / 8000);
  }

  #keepLimits({ nowUs, boxKbps }: ListenerSight): void {
    const hasNewSettings = this.#hasNewLimits;
    if (boxKbps !== this.#boxKbps || hasNewSettings) {
      this.#boxKbps = boxKbps;
      this.#hasNewLimits = false;
      this.#limits = rungLimits(this.#rungs, this.#settings, boxKbps);
    }
    const { lowest, highest, isBox } = this.#limits;
    if (this.#index > highest) this.#put(highest, isBox ? 'box' : 'settings', nowUs);
    else if (this.#index < lowest) this.#put(lowest, 'settings', nowUs);
  }

  #fall(sight: ListenerSight): void {
    const { nowUs } = sight;
    const link = this.#link;
    if (!link.hasBacklog || (link.safeKbps(nowUs) ?? 0) >= this.rung.bitrateKbps)
      this.#rises.settle(nowUs, link.isKnown);
    if (!link.hasBacklog || this.#index <= this.#limits.lowest) return;
    if (sight.isReceiverLimited) {
      // A player that is full leaves the rest in the connection: there it lies, and nothing is wrong, unless for long.
      if (link.silentUs > PAUSE_US) this.#fallTo(this.#limits.lowest, 'outage', nowUs);
      return;
    }
    const { bufferMinS, bufferTargetS, bufferMaxS, lowLinkKbps } = this.#settings;
    const { seconds, mostSeconds, isPlaying } = this.#buffer;
    if (isPlaying && seconds < Math.min(bufferMinS, mostSeconds) / 2) {
      this.#fallTo(this.#limits.lowest, 'buffer', nowUs);
      return;
    }
    const kbps = link.kbps(nowUs);
    if (kbps === undefined) return;
    // What its player has not got must not become more than a buffer either: the ring forgets.
    const need = neededShare(Math.min(seconds, bufferMaxS + bufferMinS - (mostSeconds - seconds)), this.#settings);
    if (this.rung.bitrateKbps * need <= kbps) return;
    const reason = link.silentUs > OUTAGE_US ? 'outage' : 'link';
    const isPoor = kbps <= lowLinkKbps && seconds < bufferTargetS && !this.#rises.isOnTrial;
    const to = isPoor ? this.#limits.lowest : this.#highestUpTo(Math.min(kbps, link.safeKbps(nowUs) ?? kbps) / need);
    this.#fallTo(to, reason, nowUs);
  }

  #highestUpTo(kbps: number): number {
    let index = this.#limits.lowest;
    while (index + 1 < this.#index && (this.#rungs[index + 1] as Rung).bitrateKbps <= kbps) index += 1;
    return index;
  }

  #fallTo(index: number, reason: SwitchReason, nowUs: number): void {
    const isTakenBack = this.#rises.onFall(
      index,
      nowUs,
      this.#link.safeKbps(nowUs),
      this.#mayProbe(this.#buffer.mostSeconds, index),
    );
    this.#put(index, isTakenBack && this.#reason === 'trial' ? 'trial-failed' : reason, nowUs);
  }

  #put(index: number, reason: SwitchReason, nowUs: number): void {
    this.#index = index;
    this.#reason = reason;
    this.#changedUs = nowUs;
    this.#probe.reset(nowUs);
  }

  /** Why it does not go up, if it does not. */
  #rise(sight: ListenerSight): HoldReason | undefined {
    const { nowUs } = sight;
    if (this.#index >= this.#rungs.length - 1) return undefined;
    if (this.#index >= this.#limits.highest) return this.#limits.isBox ? 'box' : 'limit';
    if (!sight.isBoxCalm) return 'box';
    const settings = this.#settings;
    const rises = this.#rises;
    const next = this.#index + 1;
    if (sight.isReceiverLimited) return 'receiver';
    if ((sight.lossShare ?? 0) > settings.lossThreshold) return 'loss';
    const extraMs = (sight.rttMs ?? 0) - (sight.minRttMs ?? sight.rttMs ?? 0);
    if (extraMs > settings.latencyThresholdMs) return 'latency';
    const { seconds, mostSeconds, isPlaying } = this.#buffer;
    // Without a backlog it has all that there is, however much that is; a chunk may be on its way.
    const hasAll = !this.#link.hasBacklog && !this.#allowance.isLimited;
    const isFilled = hasAll || seconds >= Math.min(settings.bufferTargetS, 0.8 * mostSeconds);
    if (!isFilled || !isPlaying) return 'buffer';
    if (nowUs - (this.#changedUs as number) < settings.adaptationIntervalMs * 1000) return 'dwell';
    // It does not get what it has risen to already: that says nothing about the next.
    if (sight.rung.bitrateKbps < this.rung.bitrateKbps) return 'box';
    if (rises.isCapped(nowUs)) return 'cap';
    const reason = this.#reasonToRise(next, nowUs);
    if (reason === undefined) return 'headroom';
    rises.onRise(next, nowUs, reason === 'headroom');
    this.#put(next, reason, nowUs);
    return next < this.#rungs.length - 1 ? 'dwell' : undefined;
  }

  #reasonToRise(next: number, nowUs: number): SwitchReason | undefined {
    const { hysteresis, preferenceWeight, highLinkKbps } = this.#settings;
    const spare = hysteresis * (this.#prefersQuality ? 1 - preferenceWeight : 1);
    const needKbps = (this.#rungs[next] as Rung).bitrateKbps * (1 + spare);
    const safeKbps = this.#link.safeKbps(nowUs);
    const shownKbps = this.#link.shownKbps(nowUs) ?? 0;
    if ((safeKbps ?? 0) >= needKbps) return 'headroom';
    const isShown = shownKbps >= Math.min(needKbps, highLinkKbps);
    if (isShown && this.#rises.mayTrust(next, this.#link.shownUs, nowUs)) return 'headroom';
    const quietUs = Math.min(nowUs - (this.#unquietUs as number), nowUs - (this.#changedUs as number));
    // Where nobody knows what arrives, it takes long until a mistake shows: what was measured once counts for longer.
    if (quietUs < QUIET_US || (!this.#link.isKnown && safeKbps !== undefined)) return undefined;
    if (this.#probe.isUnderway(nowUs)) return undefined;
    const { seconds, mostSeconds } = this.#buffer;
    const isProbed = this.#probe.hasShown(needKbps, nowUs) || !this.#mayProbe(mostSeconds, this.#index);
    if (isProbed) return this.#rises.mayTry(next, nowUs) ? 'trial' : undefined;
    if (this.#mayProbe(seconds, this.#index)) this.#probe.begin(nowUs, seconds);
    return undefined;
  }

  #mayProbe(bufferS: number, index: number): boolean {
    return this.#link.isKnown && this.#probe.isPossible(bufferS, (this.#rungs[index] as Rung).bitrateKbps);
  }

  /** There is something to find out. */
  #isAlert({ nowUs, isReceiverLimited }: ListenerSight): boolean {
    const link = this.#link;
    if (isReceiverLimited) return false;
    if (link.hasLate || link.hasBacklog || this.#allowance.isLimited || this.#probe.isUnderway(nowUs)) return true;
    if (nowUs - this.#rises.lastUs < WATCH_US) return true;
    return !this.#buffer.isPlaying && nowUs - (this.#startUs as number) < START_US;
  }

  #allow({ nowUs, lagUs, isReceiverLimited }: ListenerSight): number {
    if (!this.#settings.enabled || isReceiverLimited) return Number.POSITIVE_INFINITY;
    const bytes = this.#allowance.bytes(
      nowUs,
      this.#link,
      lagUs,
      this.rung.bitrateKbps,
      this.#index === this.#limits.lowest,
    );
    return this.#probe.isHolding(nowUs) ? 0 : bytes;
  }

  #isBelowLowest({ nowUs, isReceiverLimited }: ListenerSight): boolean {
    const link = this.#link;
    const kbps = link.hasBacklog && !isReceiverLimited ? link.kbps(nowUs) : undefined;
    const isTooSlow = this.#index === this.#limits.lowest && kbps !== undefined && kbps < this.rung.bitrateKbps * 0.95;
    if (!isTooSlow) this.#tooSlowSinceUs = undefined;
    else this.#tooSlowSinceUs ??= nowUs;
    return this.#tooSlowSinceUs !== undefined && nowUs - this.#tooSlowSinceUs >= BELOW_US;
  }

  #say(hold: HoldReason | undefined, allowanceBytes: number, isAlert: boolean, isBelowLowest: boolean): ListenerOrder {
    const { rung } = this;
    const last = this.#order;
    const isSame =
      last.rung === rung &&
      last.reason === this.#reason &&
      last.hold === hold &&
      last.allowanceBytes === allowanceBytes &&
      last.isAlert === isAlert &&
      last.isBelowLowest === isBelowLowest;
    if (!isSame) this.#order = { rung, reason: this.#reason, hold, allowanceBytes, isAlert, isBelowLowest };
    return this.#order;
  }
}
