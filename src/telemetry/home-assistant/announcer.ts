import type { Clock, Timer } from '../../core/clock.ts';
import type { RetainedBook } from '../mqtt/retained-book.ts';
import type { Outlet } from '../mqtt/station-publisher.ts';
import type { DeviceDiscovery } from './discovery.ts';

export interface AnnouncerDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly outlet: Outlet;
  readonly book: RetainedBook;
  /** What Home Assistant is to know; undefined: nothing, and what it knows is taken back. */
  readonly discovery: () => DeviceDiscovery | undefined;
  /** Tells everything again. */
  readonly tellAgain: () => void;
}

/** Home Assistant has just started: everybody tells it everything, so not all at the same moment. */
const MIN_BIRTH_DELAY_MS = 500;
const MAX_BIRTH_DELAY_MS = 5_000;

/** Has Home Assistant find the station, and takes away there what the station has no more. */
export class Announcer {
  readonly #deps: AnnouncerDeps;
  readonly #topic: string;
  #birth: Timer | undefined;

  /** @param topic where Home Assistant looks for the device */
  constructor(deps: AnnouncerDeps, topic: string) {
    this.#deps = deps;
    this.#topic = topic;
  }

  /** Tells what there is. Components that were there once are removed first, as Home Assistant documents it. */
  announce(): void {
    const { outlet, book } = this.#deps;
    const discovery = this.#deps.discovery();
    const before = book.announced;
    if (before !== undefined && (discovery === undefined || before.topic !== this.#topic)) {
      outlet.forget(before.topic);
      const onSent = () => {
        if (book.announced === before) book.announce(undefined);
      };
      outlet.tell(before.topic, '', { retain: true, onSent });
    }
    if (discovery === undefined) return;
    const components = Object.fromEntries(Object.entries(discovery.cmps).map(([id, { p }]) => [id, p]));
    const gone = before?.topic === this.#topic ? without(before.components, components) : {};
    const announced = { topic: this.#topic, components };
    if (Object.keys(gone).length === 0) book.announce(announced);
    else {
      const removals = Object.fromEntries(Object.entries(gone).map(([id, p]) => [id, { p }]));
      const payload = JSON.stringify({ ...discovery, cmps: { ...discovery.cmps, ...removals } });
      outlet.tell(this.#topic, payload, { retain: true, onSent: () => book.announce(announced) });
    }
    outlet.set(this.#topic, JSON.stringify(discovery), true);
  }

  /** Home Assistant has said something of itself. */
  onStatus(payload: string, isRetained: boolean): void {
    // What was retained says nothing about now.
    if (payload !== 'online' || isRetained || this.#birth !== undefined) return;
    const { clock, random, tellAgain } = this.#deps;
    const delayMs = MIN_BIRTH_DELAY_MS + random() * (MAX_BIRTH_DELAY_MS - MIN_BIRTH_DELAY_MS);
    this.#birth = clock.after(delayMs, () => {
      this.#birth = undefined;
      tellAgain();
    });
  }

  stop(): void {
    this.#birth?.cancel();
    this.#birth = undefined;
  }
}

function without(
  all: Readonly<Record<string, string>>,
  kept: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([id]) => !Object.hasOwn(kept, id)));
}
