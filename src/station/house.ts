import type { Settings } from '../config/settings.ts';
import type { Clock } from '../core/clock.ts';
import type { CounterSet } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { StationControl } from '../core/station-control.ts';
import type { StationEvents } from '../core/station-event.ts';
import type { StationSight } from '../core/station-sight.ts';

/** What the parts of the house are given of the station. */
export interface HouseDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly counters: CounterSet;
  readonly wallTime: () => Date;
  /** The station at this moment; costs about a millisecond, so ask when something is to be told. */
  readonly sight: () => StationSight;
  readonly events: StationEvents;
  readonly control: StationControl;
  /** As they are now. */
  readonly settings: () => Settings;
}

/** A part of the house: it sees the station, may command it, and can be absent. */
export interface HousePart extends AsyncDisposable {
  /** Never fails for want of a device, a broker or a disk: those are states. */
  start(): Promise<void>;
  /** Takes changed settings over. */
  configure(): void;
}

/** What stands around the station and lives on what it tells: history, broker, pins. */
export class House implements AsyncDisposable {
  readonly #parts: readonly HousePart[];

  constructor(parts: readonly HousePart[]) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.start()));
  }

  configure(): void {
    for (const part of this.#parts) part.configure();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#parts.map((part) => part[Symbol.asyncDispose]()));
  }
}
