import type { QuickSyncSettings } from '../core/quick-sync-settings.ts';
import type { Codec, Rung } from '../core/rung.ts';
import { ListenerQuality } from './listener-quality.ts';
import type { ListenerBelief, ListenerOrder, ListenerQualityOptions, SwitchReason } from './listener-sight.ts';
import type { SteeredListener, SteeringReport, SwitchRecord } from './steered-listener.ts';

/** What the box lets listeners have. */
export interface BoxAllowance {
  /** kbit/s; Infinity: any. */
  readonly boxKbps: number;
  readonly isCalm: boolean;
  /** The rungs of the codec that may be encoded for listeners who leave the choice to Pipit. */
  allowed(codec: Codec): readonly Rung[];
}

/** Changes that a session remembers. */
const MAX_SWITCHES = 20;

/** One listener with its controller, and the record of its session. */
export class Steering {
  readonly listener: SteeredListener;
  readonly #controller: ListenerQuality;
  /** It may change rung. */
  readonly #isAdaptive: boolean;
  readonly #joinedUs: number;
  readonly #switches: SwitchRecord[] = [];
  #order: ListenerOrder | undefined;
  /** The rung that it was last told to take. */
  #target: Rung;
  /** When something arrived, or nothing was on its way. */
  #movedUs: number;
  #arrivedBytes = 0;

  constructor(
    listener: SteeredListener,
    options: ListenerQualityOptions,
    settings: QuickSyncSettings,
    joinedUs: number,
  ) {
    this.listener = listener;
    this.#controller = new ListenerQuality(options, settings);
    this.#isAdaptive = options.rungs.length > 1;
    this.#joinedUs = joinedUs;
    this.#movedUs = joinedUs;
    this.#target = options.startRung;
  }

  configure(settings: QuickSyncSettings): void {
    this.#controller.configure(settings);
  }

  get isAlert(): boolean {
    return this.#order?.isAlert ?? true;
  }

  get belief(): ListenerBelief {
    return this.#controller.belief;
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
    const { isReceiverLimited } = listener;
    const arrivedBytes = acknowledgedBytes ?? sentBytes;
    if (arrivedBytes !== this.#arrivedBytes || arrivedBytes === sentBytes) this.#movedUs = nowUs;
    this.#arrivedBytes = arrivedBytes;
    const { boxKbps } = box;
    const isBoxCalm = mayRise && box.isCalm;
    const seen = { nowUs, sentBytes, acknowledgedBytes, asOfUs, sentMediaUs, lagUs, isBlocked, rung };
    const { rttMs, minRttMs, lossShare } = facts ?? {};
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
    if (!this.#isAdaptive) return undefined;
    const reason = this.#steer(nowUs, order, box);
    // After the change: what may leave now is the new rung's.
    listener.allow(order.allowanceBytes);
    return reason;
  }

  report(): SteeringReport {
    const { id, quality, rung, facts } = this.listener;
    const { reason = 'start', hold, isBelowLowest = false } = this.#order ?? {};
    return {
      id,
      quality,
      rung: rung.name,
      bitrateKbps: rung.bitrateKbps,
      reason,
      hold: hold ?? (this.#order !== undefined && this.#order.rung !== this.#target ? 'box' : undefined),
      ...this.belief,
      isBelowLowest,
      rttMs: facts?.rttMs,
      lossShare: facts?.lossShare,
      switches: this.#switches,
    };
  }

  #steer(nowUs: number, order: ListenerOrder, box: BoxAllowance): SwitchReason | undefined {
    const { listener } = this;
    const target = within(order.rung, box.allowed(order.rung.codec));
    // Said again until it has happened, for another listener's change of mind may have ended the rung meanwhile.
    if (listener.rung !== target) listener.switchTo(target);
    else if (listener.nextRung !== undefined) listener.switchTo(listener.rung);
    const from = this.#target;
    if (from === target) return undefined;
    this.#target = target;
    const reason = target === order.rung ? order.reason : 'box';
    const atS = Math.round((nowUs - this.#joinedUs) / 1e5) / 10;
    this.#switches.push({ atS, from: from.name, to: target.name, reason });
    if (this.#switches.length > MAX_SWITCHES) this.#switches.shift();
    return reason;
  }
}

/** The highest of those allowed that is not above the one wanted; else the lowest of them. */
function within(wanted: Rung, allowed: readonly Rung[]): Rung {
  let best: Rung | undefined;
  let lowest: Rung | undefined;
  for (const rung of allowed) {
    if (lowest === undefined || rung.bitrateKbps < lowest.bitrateKbps) lowest = rung;
    if (rung.bitrateKbps > wanted.bitrateKbps) continue;
    if (best === undefined || rung.bitrateKbps > best.bitrateKbps) best = rung;
  }
  return best ?? lowest ?? wanted;
}
