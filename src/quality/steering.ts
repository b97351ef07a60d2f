import type { QuickSyncSettings } from '../core/quick-sync-settings.ts';
import type { Codec, Rung } from '../core/rung.ts';
import { highestWithin } from './allowed-rungs.ts';
import { FullReceiver } from './full-receiver.ts';
import { ListenerQuality } from './listener-quality.ts';
import type { ListenerBelief, ListenerOrder, ListenerQualityOptions, SwitchReason } from './listener-sight.ts';
import type { SteeredListener, SteeringReport, SwitchRecord } from './steered-listener.ts';

/** What the box lets listeners have. */
export interface BoxAllowance {
  /** kbit/s; Infinity: any. */
  readonly boxKbps: number;
  readonly isCalm: boolean;
  /**
   * The rungs of the codec that may be encoded for listeners who leave the choice to Pipit, lowest bitrate first; the same
   * array until it changes.
   */
  allowed(codec: Codec): readonly Rung[];
}

/** Who is looked at seldom is thought about as seldom, but no more seldom than so. */
const UNSEEN_US = 4_000_000;
/** The same, for who stays on one rung: that serves reports alone. */
const UNMOVED_US = 10_000_000;
/** Changes that a session remembers. */
const MAX_SWITCHES = 20;
/** Who takes no more has enough when it has this part of the least that it should have in hand. */
const ENOUGH = 0.5;
/** Between two notes of what is known of its link. */
const NOTE_US = 5_000_000;
/** A link that was slow is expected to be so again for so long. */
const SLOW_US = 300_000_000;

/** One listener with its controller, and the record of its session. */
export class Steering {
  readonly listener: SteeredListener;
  readonly #controller: ListenerQuality;
  /** It may change rung. */
  readonly isAdaptive: boolean;
  readonly #lowest: Rung;
  readonly #receiver = new FullReceiver();
  readonly #joinedUs: number;
  readonly #switches: SwitchRecord[] = [];
  #settings: QuickSyncSettings;
  #order: ListenerOrder | undefined;
  /** The rung that it was last told to take, and why. */
  #target: Rung;
  #reason: SwitchReason = 'start';
  /** When something arrived, or nothing was on its way. */
  #movedUs: number;
  #arrivedBytes = 0;
  /** What had been sent at the last look. */
  #sentBytes = 0;
  #notedUs: number;
  /** What the box let it have when it was last thought about. */
  #boxKbps = Number.POSITIVE_INFINITY;
  #allowed: readonly Rung[] | undefined;
  /** What the last tick knew, and when that was. */
  #asOfUs: number | undefined;
  #tickedUs = 0;
  /** When its link was last seen to be slow. */
  #slowUs = Number.NEGATIVE_INFINITY;

  constructor(
    listener: SteeredListener,
    options: ListenerQualityOptions,
    settings: QuickSyncSettings,
    joinedUs: number,
  ) {
    this.listener = listener;
    this.#settings = settings;
    this.#controller = new ListenerQuality(options, settings);
    this.isAdaptive = options.rungs.length > 1;
    this.#lowest = options.rungs[0] as Rung;
    this.#joinedUs = joinedUs;
    this.#movedUs = joinedUs;
    this.#notedUs = joinedUs;
    this.#target = options.startRung;
  }

  configure(settings: QuickSyncSettings): void {
    this.#settings = settings;
    this.#controller.configure(settings);
  }

  /** Something must be found out, or done, soon; for who stays where it is, nothing ever must. */
  get isAlert(): boolean {
    const { isBlocked, isReceiverLimited } = this.listener;
    // What a connection does not take shows before anybody has looked up what arrives.
    return this.isAdaptive && ((this.#order?.isAlert ?? true) || (isBlocked && !isReceiverLimited));
  }

  get belief(): ListenerBelief {
    return this.#controller.belief;
  }

  /** Times that its player has run dry. */
  get stalls(): number {
    return this.#controller.stalls;
  }

  /**
   * There is something to think about. Who stays where it is can wait, and who has the best there is need not be thought
   * about at each look either, as long as nothing is late.
   */
  hasNews(nowUs: number, box: BoxAllowance): boolean {
    if (nowUs - this.#tickedUs >= (this.isAdaptive ? UNSEEN_US : UNMOVED_US)) return true;
    const { asOfUs, acknowledgedBytes, sentBytes } = this.listener;
    if (asOfUs === undefined || acknowledgedBytes === undefined) return this.isAdaptive;
    if (asOfUs === this.#asOfUs) return false;
    const sentBefore = this.#sentBytes;
    this.#asOfUs = asOfUs;
    this.#sentBytes = sentBytes;
    if (acknowledgedBytes < sentBefore) return true;
    if (!this.isAdaptive) return false;
    const isBoxNew = box.boxKbps !== this.#boxKbps || box.allowed(this.#target.codec) !== this.#allowed;
    return isBoxNew || this.#order === undefined || this.#order.hold !== undefined || this.#order.rung !== this.#target;
  }

  /** The last word on its link is to be noted: now and then while it listens. */
  isToNote(nowUs: number): boolean {
    return nowUs - this.#notedUs >= NOTE_US;
  }

  /** It was noted. */
  onNoted(nowUs: number): void {
    this.#notedUs = nowUs;
  }

  /** How long nothing of what is on its way has arrived. */
  stillUs(nowUs: number): number {
    return nowUs - this.#movedUs;
  }

  /**
   * Looks at the listener and carries the order out.
   * @param mayRise false: not now, others do
   * @returns why it changes rung; undefined when it does not
   */
  tick(nowUs: number, box: BoxAllowance, mayRise: boolean): SwitchReason | undefined {
    const { listener } = this;
    const { sentBytes, acknowledgedBytes, asOfUs, sentMediaUs, lagUs, isBlocked, rung, facts } = listener;
    this.#asOfUs = asOfUs;
    this.#sentBytes = sentBytes;
    this.#tickedUs = nowUs;
    const arrivedBytes = acknowledgedBytes ?? sentBytes;
    if (arrivedBytes !== this.#arrivedBytes || arrivedBytes === sentBytes) this.#movedUs = nowUs;
    this.#arrivedBytes = arrivedBytes;
    const isReceiverLimited = this.#isReceiverLimited(nowUs, arrivedBytes);
    const { boxKbps } = box;
    this.#boxKbps = boxKbps;
    this.#allowed = box.allowed(this.#target.codec);
    const isBoxCalm = mayRise && box.isCalm;
    const seen = { nowUs, sentBytes, acknowledgedBytes, asOfUs, sentMediaUs, lagUs, isBlocked, rung };
    const { rttMs, minRttMs, lossShare } = facts ?? {};
    const before = this.#order;
    const order = this.#controller.tick({
      ...seen,
      isReceiverLimited,
      boxKbps,
      isBoxCalm,
      rttMs,
      minRttMs,
      lossShare,
    });
    this.#order = order;
    if (!this.isAdaptive) return undefined;
    const reason = this.#steer(nowUs, order, order.rung === before?.rung, box);
    if (this.#mayNeedLowest(nowUs, order)) listener.keepReady(this.#lowest);
    // After the change: what may leave now is the new rung's.
    listener.allow(order.allowanceBytes);
    return reason;
  }

  report(): SteeringReport {
    const { id, quality, rung, facts } = this.listener;
    const { hold, isBelowLowest = false } = this.#order ?? {};
    return {
      id,
      quality,
      rung: rung.name,
      bitrateKbps: rung.bitrateKbps,
      reason: this.#reason,
      hold: hold ?? (this.#order !== undefined && this.#order.rung !== this.#target ? 'box' : undefined),
      ...this.belief,
      isBelowLowest,
      rttMs: facts?.rttMs,
      lossShare: facts?.lossShare,
      switches: this.#switches,
    };
  }

  #isReceiverLimited(nowUs: number, arrivedBytes: number): boolean {
    const { isReceiverLimited: isWindowClosed, lagUs, sentBytes, rung } = this.listener;
    const outstandingUs = ((sentBytes - arrivedBytes) * 8000) / Math.max(1, rung.bitrateKbps);
    const hasEnough = this.belief.bufferS >= this.#settings.bufferMinS * ENOUGH;
    return this.#receiver.see({ nowUs, isWindowClosed, arrivedBytes, behindUs: lagUs + outstandingUs, hasEnough });
  }

  /**
   * On a link that has been slow. What a rung has is only what was encoded since it was wanted: when a listener lags
   * already, it is too late to ask for it.
   */
  #mayNeedLowest(nowUs: number, { rung }: ListenerOrder): boolean {
    if ((this.belief.linkKbps ?? Number.POSITIVE_INFINITY) < this.#settings.highLinkKbps) this.#slowUs = nowUs;
    return rung !== this.#lowest && nowUs - this.#slowUs < SLOW_US;
  }

  /** @param isOldOrder the order was for the same rung before: then it is the box that has changed its mind */
  #steer(nowUs: number, order: ListenerOrder, isOldOrder: boolean, box: BoxAllowance): SwitchReason | undefined {
    const { listener } = this;
    const target = highestWithin(order.rung, box.allowed(order.rung.codec));
    // Said again until it has happened, for another listener's change of mind may have ended the rung meanwhile.
    if (listener.rung !== target) listener.switchTo(target);
    else if (listener.nextRung !== undefined) listener.switchTo(listener.rung);
    const from = this.#target;
    if (from === target) return undefined;
    this.#target = target;
    const reason = target === order.rung && !isOldOrder ? order.reason : 'box';
    this.#reason = reason;
    const atS = Math.round((nowUs - this.#joinedUs) / 1e5) / 10;
    this.#switches.push({ atS, from: from.name, to: target.name, reason });
    if (this.#switches.length > MAX_SWITCHES) this.#switches.shift();
    return reason;
  }
}
