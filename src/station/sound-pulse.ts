import type { Clock } from '../core/clock.ts';
import type { LevelReading } from '../core/level-reading.ts';
import type { SourceStatus } from '../core/source-status.ts';

/** A source as its pulse is felt. */
export interface BeatingSource {
  readonly name: string;
  readonly feed: {
    readonly status: SourceStatus;
    /** Another object with each reading. */
    readonly level: LevelReading | undefined;
    /** What is encoded of it. */
    readonly wanted: readonly unknown[];
  };
}

/** A mount as its pulse is felt. */
export interface BeatingMount {
  readonly path: string;
  readonly activeSource: string | undefined;
  readonly ring: { readonly tracks: Iterable<{ readonly endSequence: number }> };
}

export interface BeatingStation {
  readonly sources: readonly BeatingSource[];
  readonly mounts: ReadonlyMap<string, BeatingMount>;
}

/** A process that starts is looked after by what started it, within this time: by far. */
const LOST_MS = 120_000;

/**
 * Whether sound is being made, told from one look to the next: a source that is live has to bring levels, and what is
 * wanted of it has to reach the rings of its mounts. A source that has no device, is retried, muted or not needed is
 * well; one that comes up for minutes is not, since its process would have been replaced.
 */
export class SoundPulse {
  readonly #clock: Clock;
  readonly #station: BeatingStation;
  readonly #levels = new Map<string, LevelReading | undefined>();
  readonly #units = new Map<string, number>();
  #lookedUs = Number.POSITIVE_INFINITY;

  constructor({ clock }: { readonly clock: Clock }, station: BeatingStation) {
    this.#clock = clock;
    this.#station = station;
  }

  /** What stands still since the last look, in a few words; undefined when nothing does. */
  stillSince(): string | undefined {
    const nowUs = this.#clock.nowUs();
    const still = [
      ...this.#station.sources.map((source) => this.#stillSource(source, nowUs)),
      ...[...this.#station.mounts.values()].map((mount) => this.#stillMount(mount)),
    ];
    this.#lookedUs = nowUs;
    return still.find((each) => each !== undefined);
  }

  #stillSource({ name, feed }: BeatingSource, nowUs: number): string | undefined {
    const { state, sinceUs } = feed.status;
    const last = this.#levels.get(name);
    this.#levels.set(name, feed.level);
    if ((state === 'starting' || state === 'stalled') && nowUs - sinceUs > LOST_MS * 1000) {
      return `source "${name}" is ${state} for minutes`;
    }
    return this.#hasBeenLive(feed.status) && feed.level === last ? `source "${name}" brings no sound` : undefined;
  }

  #stillMount({ path, activeSource, ring }: BeatingMount): string | undefined {
    let units = 0;
    for (const { endSequence } of ring.tracks) units += endSequence;
    const last = this.#units.get(path);
    this.#units.set(path, units);
    const feed = this.#station.sources.find(({ name }) => name === activeSource)?.feed;
    if (feed === undefined || !this.#hasBeenLive(feed.status) || feed.wanted.length === 0) return undefined;
    return units === last ? `nothing gets into the ring of ${path}` : undefined;
  }

  /** Since before the last look: what has come up after it may need a moment. */
  #hasBeenLive({ state, sinceUs }: SourceStatus): boolean {
    return state === 'live' && sinceUs < this.#lookedUs;
  }
}
