/**
 * What happens to the station and around it. `…_ended` and `…_back` follow what they name; the others stand alone.
 * One name in API, MQTT and history.
 */
export const EVENT_TYPES = [
  'started',
  'sound',
  'sound_ended',
  'silence',
  'silence_ended',
  'clipping',
  'source_lost',
  'source_back',
  'camera_lost',
  'camera_back',
  'throttled',
  'throttled_ended',
  'audience_came',
  'audience_left',
  'motion',
  'motion_ended',
  'door_opened',
  'door_closed',
  'muted',
  'unmuted',
  'settings_changed',
  'broker_lost',
  'broker_back',
  'clip_saved',
  'update_installed',
  'update_undone',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

export interface StationEvent {
  /** Counts from 1 in each run. */
  readonly id: number;
  /** Wall clock, milliseconds. */
  readonly timeMs: number;
  readonly type: EventType;
  /** Name of the source, camera or input that it is about; empty: the station. */
  readonly subject: string;
  /** A few words for people; may be empty. No secrets. */
  readonly detail: string;
}

/** How many are kept in memory. */
const KEPT = 200;

/** Tells whoever wants to know what happens. Nobody's failure keeps another from hearing of it. */
export class StationEvents {
  readonly #wallTime: () => Date;
  readonly #onFailure: (error: unknown) => void;
  readonly #listeners = new Set<(event: StationEvent) => void>();
  readonly #recent: StationEvent[] = [];
  #count = 0;

  constructor({ wallTime, onFailure }: { wallTime: () => Date; onFailure: (error: unknown) => void }) {
    this.#wallTime = wallTime;
    this.#onFailure = onFailure;
  }

  /** The last ones, oldest first. */
  get recent(): readonly StationEvent[] {
    return this.#recent;
  }

  emit(type: EventType, subject = '', detail = ''): void {
    const event = { id: ++this.#count, timeMs: this.#wallTime().getTime(), type, subject, detail };
    this.#recent.push(event);
    if (this.#recent.length > KEPT) this.#recent.shift();
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }

  /** Calls `listener` with each event from now on, until the returned function is called. */
  listen(listener: (event: StationEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
