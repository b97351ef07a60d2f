import { type Clock, sleep } from '../core/clock.ts';
import type { LevelReading } from '../core/level-reading.ts';
import { StationWatch } from '../telemetry/station-watch.ts';
import type { HouseDeps, HousePart } from './house.ts';
import { isMicrophone } from './programme.ts';

/** A source whose level can be followed. */
export interface MeteredSource {
  readonly name: string;
  readonly feed: { observeLevel(observer: (level: LevelReading) => void): () => void };
}

const LOOK_MS = 1_000;

/** The part of the house that notices what happens: sound and silence, what is lost and back, who comes and goes. */
export class StationWatching implements HousePart {
  readonly #clock: Clock;
  readonly #sight: HouseDeps['sight'];
  readonly #sources: readonly MeteredSource[];
  readonly #watch: StationWatch;
  readonly #stop = new AbortController();
  readonly #forget: (() => void)[] = [];

  constructor(
    { clock, events, sight }: Pick<HouseDeps, 'clock' | 'events' | 'sight'>,
    sources: readonly MeteredSource[],
  ) {
    this.#clock = clock;
    this.#sight = sight;
    this.#sources = sources;
    this.#watch = new StationWatch({ clock, events, isMicrophone });
  }

  async start(): Promise<void> {
    for (const { name, feed } of this.#sources) this.#forget.push(feed.observeLevel(this.#watch.levelsOf(name)));
    void this.#lookOn();
  }

  configure(): void {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    for (const forget of this.#forget.splice(0)) forget();
  }

  async #lookOn(): Promise<void> {
    do this.#watch.look(this.#sight());
    while (await sleep(this.#clock, LOOK_MS, this.#stop.signal));
  }
}
