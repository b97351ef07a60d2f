import type { Counter, CounterSet } from '../core/counters.ts';
import type { Frame, Picture, PictureEncoder, PictureWish } from '../core/picture.ts';
import { type ClientAsks, FrameCacheClients } from './frame-cache-clients.ts';
import { FrameCacheCosts } from './frame-cache-costs.ts';
import { type EncodeMs, FrameCacheTimes } from './frame-cache-times.ts';

export interface FrameCacheDeps {
  readonly encoder: PictureEncoder;
  readonly counters: CounterSet;
}

export interface FrameCacheOptions {
  /** JPEG qualities that pictures are made at, each once, the highest first; at least one. */
  readonly levels: readonly number[];
  /** Frames of which pictures are kept; 5 when left out. */
  readonly maxFrames?: number;
  /** What these pictures may take together; 24 MiB when left out. */
  readonly maxBytes?: number;
}

export interface FrameCacheStats {
  /** Frames and bytes of pictures that are in it now. */
  readonly frames: number;
  readonly bytes: number;
  /** Asks that cost no encode: the picture was there, or on its way for somebody else. */
  readonly hits: number;
  readonly misses: number;
  /** 0 to 1; 0 before the first ask. */
  readonly hitRate: number;
  /** Pictures that had to be encoded since the start; the camera's own JPEGs are none. */
  readonly encodes: number;
  readonly encodeMs: EncodeMs;
}

/** The pictures of one frame, by level and width. */
interface CachedFrame {
  readonly sequence: number;
  readonly slots: Map<number, Slot>;
}

interface Slot {
  /** The same for all who ask. */
  readonly answer: Promise<Picture | undefined>;
  /** Undefined while it is being encoded. */
  picture: Picture | undefined;
}

const DEFAULT_MAX_FRAMES = 5;
const DEFAULT_MAX_BYTES = 24 * 1024 * 1024;
/** More than there are qualities. */
const LEVEL_SPAN = 128;

/**
 * Sees to it that a picture is encoded once however many want it: the first who asks starts the encode, the others
 * wait for it or find it here. Keeps the pictures of the few frames that were asked for last, within a bound of bytes.
 */
export class FrameCache {
  readonly #encoder: PictureEncoder;
  #options: FrameCacheOptions;
  /** The one asked for last is at the end. */
  #frames = new Map<number, CachedFrame>();
  /** Evicted, with encodes on their way: whoever asks again meanwhile joins these. */
  #leaving = new Map<number, CachedFrame>();
  #latest: CachedFrame | undefined;
  #bytes = 0;
  #hits = 0;
  #misses = 0;
  readonly #times = new FrameCacheTimes();
  readonly #costs = new FrameCacheCosts();
  readonly #clients = new FrameCacheClients();
  readonly #hitCounter: Counter;
  readonly #missCounter: Counter;

  constructor({ encoder, counters }: FrameCacheDeps, options: FrameCacheOptions) {
    this.#encoder = encoder;
    this.#options = options;
    this.#hitCounter = counters.counter('frame_cache_hits_total', 'Asks for a picture that cost no encode');
    this.#missCounter = counters.counter('frame_cache_misses_total', 'Asks for a picture that had to be made');
  }

  /** Holds from the next ask on. */
  configure(options: FrameCacheOptions): void {
    this.#options = options;
    this.#shrink();
  }

  /**
   * The frame as a JPEG of the level nearest to `quality`; undefined when it is gone: a newer one will do. Never
   * rejects.
   *
   * @param quality 1 to 100, libjpeg's scale; the highest level when left out
   * @param clientId who asks, for `clientStats`
   * @param width pixels; 0, or more than the frame has: its own
   */
  encodeFrame(frame: Frame, quality?: number, clientId?: string | number, width = 0): Promise<Picture | undefined> {
    const wish: PictureWish = {
      level: this.levelFor(quality ?? Number.POSITIVE_INFINITY),
      width: width > 0 && width < frame.width ? Math.max(1, Math.round(width)) : 0,
    };
    const cached = this.#use(frame.sequence);
    const key = keyOf(wish.level, wish.width);
    const known = cached.slots.get(key);
    this.#count(known !== undefined, clientId);
    if (known !== undefined) return known.answer;
    const answer = this.#encode(frame, wish, cached, key);
    cached.slots.set(key, { answer, picture: undefined });
    return answer;
  }

  /** Levels at which the frame is here in its own width, the highest first. */
  cachedQualities({ sequence }: Frame): number[] {
    const slots = this.#frames.get(sequence)?.slots;
    return this.#options.levels.filter((level) => slots?.get(keyOf(level, 0))?.picture !== undefined);
  }

  /** The level nearest to a quality; of two as near, the lower. */
  levelFor(quality: number): number {
    const { levels } = this.#options;
    const wanted = Math.min(Math.max(quality, 0), 100);
    let nearest = levels[0] as number;
    for (const level of levels) if (Math.abs(level - wanted) <= Math.abs(nearest - wanted)) nearest = level;
    return nearest;
  }

  /**
   * What a picture takes, bytes, smoothed; where none was made lately it is estimated from those that were. Undefined
   * before the first picture.
   *
   * @param width pixels; 0: the camera's own
   */
  costOf(level: number, width: number): number | undefined {
    return this.#costs.of(level, width);
  }

  clientStats(clientId: string | number): ClientAsks | undefined {
    return this.#clients.of(clientId);
  }

  /** The client has gone. */
  forget(clientId: string | number): void {
    this.#clients.forget(clientId);
  }

  /**
   * Drops every picture. Encodes on their way are still answered to those who asked, but nobody joins them any more:
   * what is asked for from now on is encoded after this call.
   */
  clear(): void {
    this.#frames = new Map();
    this.#leaving = new Map();
    this.#latest = undefined;
    this.#bytes = 0;
  }

  stats(): FrameCacheStats {
    const asks = this.#hits + this.#misses;
    return {
      frames: this.#frames.size,
      bytes: this.#bytes,
      hits: this.#hits,
      misses: this.#misses,
      hitRate: asks === 0 ? 0 : this.#hits / asks,
      encodes: this.#times.count,
      encodeMs: this.#times.snapshot(),
    };
  }

  #count(isHit: boolean, clientId: string | number | undefined): void {
    if (isHit) {
      this.#hits += 1;
      this.#hitCounter.add();
    } else {
      this.#misses += 1;
      this.#missCounter.add();
    }
    if (clientId !== undefined) this.#clients.count(clientId, isHit);
  }

  /** The frame, as the one that was asked for last. */
  #use(sequence: number): CachedFrame {
    if (this.#latest?.sequence === sequence) return this.#latest;
    const cached = this.#frames.get(sequence) ?? this.#leaving.get(sequence) ?? { sequence, slots: new Map() };
    this.#leaving.delete(sequence);
    this.#frames.delete(sequence);
    this.#frames.set(sequence, cached);
    this.#latest = cached;
    this.#shrink();
    return cached;
  }

  async #encode(frame: Frame, wish: PictureWish, cached: CachedFrame, key: number): Promise<Picture | undefined> {
    const picture = await this.#encoder.encode(frame, wish);
    if (picture !== undefined) this.#learn(frame, picture);
    const slot = cached.slots.get(key) as Slot;
    const isHere = this.#frames.get(cached.sequence) === cached;
    if (isHere && picture !== undefined && picture.data.length <= this.#maxBytes) {
      slot.picture = picture;
      this.#bytes += picture.data.length;
      this.#shrink();
    } else {
      cached.slots.delete(key);
      if (cached.slots.size === 0) this.#remove(cached);
    }
    return picture;
  }

  #learn(frame: Frame, picture: Picture): void {
    this.#costs.add(frame, picture);
    if (picture.encodeUs === 0) return;
    this.#times.add(picture.encodeUs);
  }

  /** Evicts what was not asked for the longest until the bounds hold. */
  #shrink(): void {
    const maxFrames = this.#options.maxFrames ?? DEFAULT_MAX_FRAMES;
    for (const cached of this.#frames.values()) {
      const isLast = this.#frames.size === 1;
      if (this.#frames.size <= maxFrames && this.#bytes <= this.#maxBytes) return;
      if (!isLast) this.#evict(cached);
      else this.#dropPictures(cached, this.#maxBytes);
    }
  }

  #evict(cached: CachedFrame): void {
    this.#dropPictures(cached, this.#bytes - bytesOf(cached));
    this.#remove(cached);
    if (cached.slots.size > 0) this.#leaving.set(cached.sequence, cached);
  }

  /** Drops pictures of one frame, the oldest first, until all together take no more than `maxBytes`. */
  #dropPictures({ slots }: CachedFrame, maxBytes: number): void {
    for (const [key, { picture }] of slots) {
      if (this.#bytes <= maxBytes) return;
      if (picture === undefined) continue;
      slots.delete(key);
      this.#bytes -= picture.data.length;
    }
  }

  #remove(cached: CachedFrame): void {
    const { sequence } = cached;
    if (this.#frames.get(sequence) === cached) this.#frames.delete(sequence);
    if (this.#leaving.get(sequence) === cached) this.#leaving.delete(sequence);
    if (this.#latest === cached) this.#latest = undefined;
  }

  get #maxBytes(): number {
    return this.#options.maxBytes ?? DEFAULT_MAX_BYTES;
  }
}

function keyOf(level: number, width: number): number {
  return width * LEVEL_SPAN + level;
}

function bytesOf({ slots }: CachedFrame): number {
  let bytes = 0;
  for (const { picture } of slots.values()) bytes += picture?.data.length ?? 0;
  return bytes;
}
