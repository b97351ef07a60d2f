import type { Clock, Timer } from '../core/clock.ts';
import type { Counter, CounterSet } from '../core/counters.ts';
import type { QuickSyncSettings } from '../core/quick-sync-settings.ts';
import {
  type ListenerBelief,
  type ListenerQualityOptions,
  SWITCH_REASONS,
  type SwitchReason,
} from './listener-sight.ts';
import type { SteeredListener, SteeringReport } from './steered-listener.ts';
import { type BoxAllowance, Steering } from './steering.ts';

export interface ListenerLoopDeps {
  readonly clock: Clock;
  readonly counters: CounterSet;
  readonly box: BoxAllowance;
  /** Where what has arrived is looked up: how often from now on, milliseconds, and the part of the time that may take. */
  readonly lookEvery: (ms: number, share?: number) => void;
  /** Where what is seen of links is kept, by address. */
  readonly noteLink: (address: string, kbps: number, isLowerBound: boolean) => void;
}

export interface ListenerLoopSettings {
  readonly quickSync: QuickSyncSettings;
  /** A connection that takes nothing for so long is closed. */
  readonly stallTimeoutMs: number;
}

/** Between two looks at a listener about whom something must be found out … */
const ALERT_MS = 100;
/** … and at any other. */
const CALM_MS = 1_000;
/** Those others come in turns, so that thousands do not come at once; so few come each time. */
const SLICES = 4;
const SLICE_MS = CALM_MS / SLICES;
const FEW = 200;
/** Of those who are alert, so many at a time: with thousands who come at once each is looked at less often. */
const MOST_ALERT = 200;
/** While nobody can be moved, looks serve reports alone. */
const IDLE_MS = 5_000;
/** While nothing must be found out, looking may take this part of the time: it happens more often where it costs little. */
const CALM_SHARE = 0.005;
/** Timers may be early by a fraction of a millisecond. */
const SLICE_US = (SLICE_MS - 5) * 1000;
/** Of all listeners, how many may go up in one such turn: what that costs the box shows before everybody has done so. */
const RISING_SHARE = 0.005;
const LEAST_RISING = 2;
/** A link that carries less than this is not there, or its player is paused. */
const OUTAGE_KBPS = 16;

/**
 * The loop over all listeners: looks at each, asks its controller, and does what that orders. Each connection is watched;
 * but only who leaves the choice of quality to Pipit, with a codec whose rungs can change in mid-stream, is moved.
 */
export class ListenerLoop {
  readonly #deps: ListenerLoopDeps;
  readonly #settings: () => ListenerLoopSettings;
  readonly #all = new Map<number, Steering>();
  readonly #alert = new Set<Steering>();
  readonly #calm: readonly Set<Steering>[] = Array.from({ length: SLICES }, () => new Set());
  readonly #switches: Readonly<Record<SwitchReason, Counter>>;
  readonly #stalls: Counter;
  /** Turns so far. */
  #slices = 0;
  #mayRise = LEAST_RISING;
  #slicedUs = 0;
  #timer: Timer | undefined;
  #isTimerSoon = false;
  #isDisposed = false;
  #lookEveryMs = 0;
  /** Of all, those who may change rung. */
  #adaptive = 0;

  /** @param settings asked anew each time */
  constructor(deps: ListenerLoopDeps, settings: () => ListenerLoopSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#switches = Object.fromEntries(
      SWITCH_REASONS.map((reason) => {
        const name = `rung_switches_${reason.replace('-', '_')}_total`;
        return [reason, deps.counters.counter(name, `Changes of a listener's rung, reason: ${reason}`)];
      }),
    ) as Record<SwitchReason, Counter>;
    const help = "Times that a listener's player ran dry, by what had arrived";
    this.#stalls = deps.counters.counter('listener_stalls_total', help);
  }

  /** Follows a listener from now on; call the returned function when it has gone. */
  add(listener: SteeredListener, options: ListenerQualityOptions): () => void {
    if (this.#isDisposed) return () => {};
    const nowUs = this.#deps.clock.nowUs();
    const steering = new Steering(listener, options, this.#settings().quickSync, nowUs);
    // What it has been sent at once is what its link shows best on.
    const reason = steering.tick(nowUs, this.#deps.box, false);
    if (reason !== undefined) this.#switches[reason].add();
    this.#all.set(listener.id, steering);
    if (steering.isAdaptive) this.#adaptive += 1;
    (steering.isAlert ? this.#alert : this.#sliceOf(steering)).add(steering);
    this.#setLooks();
    this.#tickLater();
    return () => this.#remove(steering);
  }

  /** Takes changed settings over. */
  configure(): void {
    const { quickSync } = this.#settings();
    for (const steering of this.#all.values()) steering.configure(quickSync);
  }

  /** What its controller believes of a listener: what a report holds that changes all the time. */
  beliefOf(id: number): ListenerBelief | undefined {
    return this.#all.get(id)?.belief;
  }

  /** What is known of a listener. */
  reportOf(id: number): SteeringReport | undefined {
    return this.#all.get(id)?.report();
  }

  /** Of all listeners from that address, the newest last. */
  reportsOf(address: string): SteeringReport[] {
    return [...this.#all.values()]
      .filter(({ listener }) => listener.address === address)
      .map((steering) => steering.report());
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#timer?.cancel();
    this.#all.clear();
    this.#alert.clear();
    for (const slice of this.#calm) slice.clear();
  }

  #remove(steering: Steering): void {
    if (!this.#all.delete(steering.listener.id)) return;
    this.#note(steering);
    this.#alert.delete(steering);
    this.#sliceOf(steering).delete(steering);
    if (steering.isAdaptive) this.#adaptive -= 1;
    if (this.#all.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #sliceOf({ listener }: Steering): Set<Steering> {
    return this.#calm[listener.id % SLICES] as Set<Steering>;
  }

  #tickLater(): void {
    const isSoon = this.#alert.size > 0;
    // Put off each time that somebody joins, it would never come.
    if (this.#timer !== undefined && (this.#isTimerSoon || !isSoon)) return;
    this.#timer?.cancel();
    this.#isTimerSoon = isSoon;
    this.#timer = this.#deps.clock.after(isSoon ? ALERT_MS : SLICE_MS, () => {
      this.#timer = undefined;
      this.#tick();
      if (this.#all.size > 0) this.#tickLater();
    });
  }

  #tick(): void {
    const nowUs = this.#deps.clock.nowUs();
    const isTurn = nowUs - this.#slicedUs >= SLICE_US;
    if (isTurn) this.#beginSlice(nowUs);
    this.#tickAlert(nowUs);
    if (isTurn) this.#tickCalm(nowUs);
    this.#setLooks();
  }

  /** Those that were served least lately: who is served goes to the end. */
  #tickAlert(nowUs: number): void {
    let left = Math.min(MOST_ALERT, this.#alert.size);
    for (const steering of this.#alert) {
      if (left === 0) break;
      left -= 1;
      this.#serve(steering, nowUs);
      if (!this.#alert.delete(steering)) continue;
      (steering.isAlert ? this.#alert : this.#sliceOf(steering)).add(steering);
    }
  }

  #beginSlice(nowUs: number): void {
    this.#slicedUs = nowUs;
    this.#slices += 1;
    this.#mayRise = Math.max(LEAST_RISING, this.#all.size * RISING_SHARE);
  }

  #tickCalm(nowUs: number): void {
    if (this.#all.size <= FEW) for (const slice of this.#calm) this.#tickSlice(slice, nowUs);
    else this.#tickSlice(this.#calm[this.#slices % SLICES] as Set<Steering>, nowUs);
  }

  #tickSlice(slice: Set<Steering>, nowUs: number): void {
    for (const steering of slice) {
      // Where many listen, a look at all their connections costs so much that there is one every few seconds only.
      if (steering.hasNews(nowUs, this.#deps.box)) this.#serve(steering, nowUs);
      if (!steering.isAlert || !slice.delete(steering)) continue;
      this.#alert.add(steering);
    }
  }

  #serve(steering: Steering, nowUs: number): void {
    const stalls = steering.stalls;
    const reason = steering.tick(nowUs, this.#deps.box, this.#mayRise > 0);
    if (steering.stalls > stalls) this.#stalls.add(steering.stalls - stalls);
    if (reason !== undefined) this.#switches[reason].add();
    if (reason !== undefined || steering.isToNote(nowUs)) this.#note(steering);
    if (reason === 'headroom' || reason === 'trial') this.#mayRise -= 1;
    if (steering.stillUs(nowUs) > this.#settings().stallTimeoutMs * 1000) steering.listener.closeStalled();
  }

  #note(steering: Steering): void {
    const { belief, listener } = steering;
    const { linkKbps, shownKbps } = belief;
    const kbps = linkKbps ?? shownKbps;
    // What an outage or a full player lets through says nothing about the link when it is there.
    if ((linkKbps ?? Number.POSITIVE_INFINITY) < OUTAGE_KBPS || listener.isReceiverLimited) return;
    if (kbps === undefined) return;
    this.#deps.noteLink(listener.address, kbps, linkKbps === undefined);
    steering.onNoted(this.#deps.clock.nowUs());
  }

  /** How often what has arrived is looked up: by the one who needs it soonest. */
  #setLooks(): void {
    const everyMs = this.#alert.size > 0 ? ALERT_MS : this.#adaptive > 0 ? SLICE_MS : IDLE_MS;
    if (everyMs === this.#lookEveryMs) return;
    this.#lookEveryMs = everyMs;
    if (everyMs === ALERT_MS) this.#deps.lookEvery(everyMs);
    else this.#deps.lookEvery(everyMs, CALM_SHARE);
  }
}
