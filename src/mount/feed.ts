import type { AccessUnit, TrackMetadata } from '../core/access-unit.ts';
import { NO_METADATA } from '../core/access-unit.ts';
import type { LevelReading } from '../core/level-reading.ts';
import { type Rung, rungNamed } from '../core/rung.ts';
import type { EncoderEffort } from '../core/source-settings.ts';
import type { SourceStatus } from '../core/source-status.ts';

/** What a feed needs of whatever runs a source. */
export interface FeedWorker {
  readonly status: SourceStatus;
  start(): void;
  stop(): Promise<void>;
  want(rungs: readonly Rung[]): void;
  setEffort(effort: EncoderEffort): void;
}

/** What the worker tells its feed. */
export interface FeedEvents {
  onUnit(unit: AccessUnit): void;
  onRung(rungName: string, config: Uint8Array): void;
  onMetadata(metadata: TrackMetadata): void;
  onLevel(level: LevelReading): void;
  onStatus(): void;
}

/** A mount as its feeds see it. */
export interface FeedUser {
  onUnit(feed: Feed, unit: AccessUnit): void;
  onRung(feed: Feed, rung: Rung, config: Uint8Array): void;
  onMetadata(feed: Feed): void;
  onStatus(feed: Feed): void;
}

/**
 * A source as mounts see it: several may use it, and it runs while one of them needs it. It encodes what any of
 * them wants.
 */
export class Feed implements FeedEvents {
  readonly name: string;
  readonly #worker: FeedWorker;
  readonly #wants = new Map<FeedUser, readonly Rung[]>();
  readonly #configs = new Map<Rung, Uint8Array>();
  readonly #levelObservers: ((level: LevelReading) => void)[] = [];
  #metadata = NO_METADATA;
  #level: LevelReading | undefined;

  /** @param run makes the worker, given whom it is to tell. */
  constructor(name: string, run: (events: FeedEvents) => FeedWorker) {
    this.name = name;
    this.#worker = run(this);
  }

  get status(): SourceStatus {
    return this.#worker.status;
  }

  /** The last reading of the level meter; undefined while there is no sound. */
  get level(): LevelReading | undefined {
    return this.#level;
  }

  /** Sound flows. */
  get isLive(): boolean {
    return this.#worker.status.state === 'live';
  }

  /** Sound may be expected within moments: better to wait than to turn to another source. */
  get isPromising(): boolean {
    const { state } = this.#worker.status;
    return state === 'starting' || state === 'opening';
  }

  get metadata(): TrackMetadata {
    return this.#metadata;
  }

  /** Codec configurations of the rungs that run or have run. */
  get configs(): ReadonlyMap<Rung, Uint8Array> {
    return this.#configs;
  }

  /** The rungs that any of its users wants. */
  get wanted(): readonly Rung[] {
    return this.#union();
  }

  /** Calls `observer` with each reading of the level meter, until the returned function is called. */
  observeLevel(observer: (level: LevelReading) => void): () => void {
    this.#levelObservers.push(observer);
    return () => {
      const at = this.#levelObservers.indexOf(observer);
      if (at >= 0) this.#levelObservers.splice(at, 1);
    };
  }

  /** Encodes with another effort from now on, and whenever it starts again. */
  setEffort(effort: EncoderEffort): void {
    this.#worker.setEffort(effort);
  }

  /** Makes sure that it runs, and says which rungs `user` wants from it. */
  need(user: FeedUser, rungs: readonly Rung[]): void {
    this.#wants.set(user, rungs);
    this.#worker.want(this.#union());
    this.#worker.start();
  }

  /** Ends its process and starts another, if anybody needs it. */
  async restart(): Promise<void> {
    await this.#worker.stop();
    if (this.#wants.size === 0) return;
    this.#worker.want(this.#union());
    this.#worker.start();
  }

  /** `user` needs it no more; it stops when nobody does. */
  async release(user: FeedUser): Promise<void> {
    if (!this.#wants.delete(user)) return;
    if (this.#wants.size > 0) this.#worker.want(this.#union());
    else await this.#worker.stop();
  }

  onUnit(unit: AccessUnit): void {
    for (const user of this.#wants.keys()) user.onUnit(this, unit);
  }

  onRung(rungName: string, config: Uint8Array): void {
    const rung = rungNamed(rungName);
    if (rung === undefined) return;
    this.#configs.set(rung, config);
    for (const user of this.#wants.keys()) user.onRung(this, rung, config);
  }

  onMetadata(metadata: TrackMetadata): void {
    this.#metadata = metadata;
    for (const user of this.#wants.keys()) user.onMetadata(this);
  }

  onLevel(level: LevelReading): void {
    this.#level = level;
    for (const observer of this.#levelObservers) observer(level);
  }

  onStatus(): void {
    if (!this.isLive) this.#level = undefined;
    for (const user of this.#wants.keys()) user.onStatus(this);
  }

  #union(): Rung[] {
    return [...new Set([...this.#wants.values()].flat())];
  }
}
