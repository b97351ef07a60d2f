import { Broadcaster, type BroadcasterOptions } from '../broadcast/broadcaster.ts';
import { IcyTitle } from '../broadcast/icy-sink.ts';
import type { AccessUnit, TrackMetadata } from '../core/access-unit.ts';
import { NO_METADATA } from '../core/access-unit.ts';
import type { Clock } from '../core/clock.ts';
import type { CounterSet } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { Rung } from '../core/rung.ts';
import { Ring } from '../ring/ring.ts';
import type { Feed, FeedUser } from './feed.ts';
import { type Framing, framingFor } from './framing.ts';
import { SourceChain } from './source-chain.ts';

export interface MountDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  readonly random: () => number;
}

export interface MountOptions {
  readonly path: string;
  readonly sizeBytes: number;
  /** The rung that is always encoded, for the ring's past, and the share of the ring that is its own; null: none. */
  readonly defaultRung: Rung | null;
  readonly defaultRungShare: number;
  readonly broadcaster: BroadcasterOptions;
}

/** Units of one rung overlap or leave a hole by less than this when rounding alone is at work. */
const ROUNDING_US = 5_000;

/**
 * A path that listeners open: its chain of sources on one side, its ring and listeners on the other. Whatever
 * happens to sources, listeners stay; what they hear never goes back in time.
 */
export class Mount implements FeedUser {
  readonly path: string;
  readonly ring: Ring;
  readonly broadcaster: Broadcaster;
  readonly icyTitle = new IcyTitle();
  readonly feeds: readonly Feed[];
  readonly #log: Log;
  readonly #chain: SourceChain;
  readonly #defaultRung: Rung | null;
  readonly #framings = new Map<Rung, Framing>();
  readonly #random: () => number;
  readonly #late;
  #metadata = NO_METADATA;

  /**
   * @param feeds in order of preference
   * @param primary the mount's own source among them, which runs even while one before it is on the air
   */
  constructor(deps: MountDeps, options: MountOptions, feeds: readonly Feed[], primary?: Feed) {
    const { clock, log, counters, random } = deps;
    this.path = options.path;
    this.feeds = feeds;
    this.#log = log;
    this.#random = random;
    this.#defaultRung = options.defaultRung;
    this.#late = counters.counter('units_out_of_order_total', 'Units left out because they were of the past');
    const { sizeBytes, defaultRung, defaultRungShare } = options;
    this.ring = new Ring(
      defaultRung === null ? { sizeBytes } : { sizeBytes, reserved: { rung: defaultRung, share: defaultRungShare } },
    );
    this.broadcaster = new Broadcaster(
      {
        ring: this.ring,
        clock,
        log,
        counters,
        headerOf: (rung) => this.headerOf(rung),
        onDemand: (rungs) => this.#want(rungs),
      },
      options.broadcaster,
    );
    this.#chain = new SourceChain({ clock, user: this, onActive: (feed) => this.#onActive(feed) }, feeds, primary);
  }

  /** The source that is heard; undefined while none is. */
  get activeSource(): string | undefined {
    return this.#chain.active?.name;
  }

  get metadata(): TrackMetadata {
    return this.#metadata;
  }

  start(): void {
    if (this.#defaultRung !== null) this.broadcaster.keepWarm(this.#defaultRung);
    this.#chain.start();
  }

  /** What a stream or file of that rung begins with; undefined where nothing does, or nothing yet. */
  headerOf(rung: Rung): Uint8Array | undefined {
    return this.#framing(rung).header;
  }

  /** Shows another title, until the source tells one. */
  setMetadata(metadata: TrackMetadata): void {
    this.#metadata = metadata;
    this.icyTitle.set(metadata);
  }

  onUnit(feed: Feed, unit: AccessUnit): void {
    if (feed !== this.#chain.active) return;
    const track = this.ring.track(unit.rung);
    // A source that takes over brings some seconds of its past with it, which listeners have heard from another.
    if (unit.ptsUs < track.endPtsUs - ROUNDING_US) {
      this.#late.add();
      return;
    }
    const framed = this.#framing(unit.rung).frame(unit);
    if (framed !== undefined) this.broadcaster.append(unit.rung, framed);
  }

  onRung(feed: Feed, rung: Rung, config: Uint8Array): void {
    if (feed === this.#chain.active && config.length > 0) this.#framing(rung).configure(config);
  }

  onMetadata(feed: Feed): void {
    if (feed === this.#chain.active) this.setMetadata(feed.metadata);
  }

  onStatus(): void {
    this.#chain.onStatus();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chain[Symbol.asyncDispose]();
    await this.broadcaster[Symbol.asyncDispose]();
  }

  #onActive(feed: Feed | undefined): void {
    this.#log.notice(
      feed === undefined ? `${this.path}: no source` : `${this.path}: source "${feed.name}" is on the air`,
    );
    for (const [rung, config] of feed?.configs ?? []) if (config.length > 0) this.#framing(rung).configure(config);
    this.setMetadata(feed?.metadata ?? NO_METADATA);
  }

  #want(rungs: readonly Rung[]): void {
    this.#log.debug(`${this.path}: rungs wanted: ${rungs.map((rung) => rung.name).join(', ') || 'none'}`);
    this.#chain.want(rungs);
  }

  #framing(rung: Rung): Framing {
    let framing = this.#framings.get(rung);
    if (framing === undefined) {
      framing = framingFor(rung.codec, Math.floor(this.#random() * 2 ** 32));
      this.#framings.set(rung, framing);
    }
    return framing;
  }
}
