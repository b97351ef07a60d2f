import type { Clock, Timer } from '../../core/clock.ts';
import type { StationEvent, StationEvents } from '../../core/station-event.ts';
import type { StationSight } from '../../core/station-sight.ts';
import type { RetainedBook } from './retained-book.ts';
import { type StationChoices, stationMessages } from './station-messages.ts';
import type { StationTopics } from './topics.ts';

/** What the publisher needs of the way to the broker. */
export interface Outlet {
  readonly isUp: boolean;
  set(topic: string, payload: string | Buffer, retain: boolean): void;
  forget(topic: string): void;
  tell(topic: string, payload: string, options?: { retain?: boolean; onSent?: () => void }): void;
}

export interface StationPublisherDeps {
  readonly clock: Clock;
  readonly outlet: Outlet;
  readonly topics: StationTopics;
  readonly book: RetainedBook;
  readonly events: StationEvents;
  readonly sight: () => StationSight;
  readonly choices: () => StationChoices;
}

export interface StationPublisherOptions {
  /** Between two looks at the figures. */
  readonly intervalMs: number;
}

/** However much happens, no more often than this. */
const THROTTLE_MS = 250;
/** A sample was cut off so long ago at most: it is clipping. */
const CLIPPING_MS = 10_000;

/** Tells the state of the station: figures at an interval, and at once when something has happened. */
export class StationPublisher {
  readonly #deps: StationPublisherDeps;
  readonly #options: StationPublisherOptions;
  readonly #clipped = new Map<string, { readonly samples: number; readonly sinceUs: number }>();
  #timer: Timer | undefined;
  #dueUs = 0;
  #lookedUs = Number.NEGATIVE_INFINITY;
  #unlisten: (() => void) | undefined;

  constructor(deps: StationPublisherDeps, options: StationPublisherOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  start(): void {
    this.#unlisten = this.#deps.events.listen((event) => this.#onEvent(event));
    this.#schedule(this.#options.intervalMs);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#unlisten?.();
    this.#unlisten = undefined;
  }

  /** Looks soon. */
  look(): void {
    const sinceMs = (this.#deps.clock.nowUs() - this.#lookedUs) / 1000;
    this.#schedule(Math.max(0, THROTTLE_MS - sinceMs));
  }

  /** Looks, and says what it sees. */
  publish(): void {
    const { clock, outlet, topics, book, sight, choices } = this.#deps;
    this.#lookedUs = clock.nowUs();
    const seen = sight();
    this.#followClipping(seen);
    const messages = stationMessages(seen, choices(), topics, (name) => this.#isClipping(name));
    book.add([topics.availability, ...messages.keys()]);
    for (const [topic, json] of messages) outlet.set(topic, json, true);
  }

  /** Takes away what lies at the broker and has no place there any more. */
  tidy(): void {
    const { outlet, topics, book, sight, choices } = this.#deps;
    const wanted = stationMessages(sight(), choices(), topics, () => false);
    for (const topic of book.topics) {
      if (wanted.has(topic) || topic === topics.availability) continue;
      outlet.forget(topic);
      outlet.tell(topic, '', { retain: true, onSent: () => book.remove(topic) });
    }
  }

  #onEvent({ type, subject, detail, timeMs }: StationEvent): void {
    const { outlet, topics } = this.#deps;
    if (!outlet.isUp) return;
    this.look();
    const time = new Date(timeMs).toISOString();
    outlet.tell(topics.event, JSON.stringify({ event_type: type, subject, detail, time }));
  }

  #schedule(afterMs: number): void {
    const { clock, outlet } = this.#deps;
    const dueUs = clock.nowUs() + afterMs * 1000;
    if (this.#timer !== undefined && this.#dueUs <= dueUs) return;
    this.#timer?.cancel();
    this.#dueUs = dueUs;
    this.#timer = clock.after(afterMs, () => {
      this.#timer = undefined;
      // Nobody hears it: with the connection, all is told anyway.
      if (outlet.isUp) this.publish();
      this.#schedule(this.#options.intervalMs);
    });
  }

  #followClipping({ sources }: StationSight): void {
    const nowUs = this.#deps.clock.nowUs();
    for (const { name, level } of sources) {
      if (level === undefined) continue;
      const known = this.#clipped.get(name);
      const samples = level.clippedSamples;
      // Less than before: its process was started again.
      if (known === undefined || samples < known.samples) {
        this.#clipped.set(name, { samples, sinceUs: Number.NEGATIVE_INFINITY });
      } else if (samples > known.samples) this.#clipped.set(name, { samples, sinceUs: nowUs });
    }
  }

  #isClipping(name: string): boolean {
    const sinceUs = this.#clipped.get(name)?.sinceUs ?? Number.NEGATIVE_INFINITY;
    return this.#deps.clock.nowUs() - sinceUs < CLIPPING_MS * 1000;
  }
}
