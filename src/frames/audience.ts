import type { Clock, Timer } from '../core/clock.ts';
import type { CounterSet } from '../core/counters.ts';
import type { Frame, Picture } from '../core/picture.ts';
import type { PictureSink, ViewerWish } from './picture-sink.ts';
import { type PictureCache, Viewer, type ViewerInfo } from './viewer.ts';
import { type ViewerCounters, viewerCountersOf } from './viewer-counters.ts';
import { type QualityOptions, ViewerQuality } from './viewer-quality.ts';

export interface AudienceCache extends PictureCache {
  forget(clientId: number): void;
}

export interface AudienceDeps {
  readonly clock: Clock;
  readonly cache: AudienceCache;
  readonly counters: CounterSet;
  /** Called when the first viewer has come. */
  onOccupied?(): void;
  /** Called when the last one has gone. */
  onEmpty?(): void;
  /** A viewer has come; the function that is returned is called when it has gone. */
  onJoin?(viewer: Viewer): () => void;
  /** `wantedFps` has changed. */
  onWantedFps?(fps: number): void;
}

/** May change while viewers watch. */
export interface AudienceOptions extends QualityOptions {
  /** A viewer that takes nothing for so long is closed. */
  readonly stallTimeoutMs: number;
}

/** What the box can afford for each viewer at present. */
export interface AudienceLimit {
  readonly maxLevel: number;
  readonly maxFps: number;
}

/** Controllers are asked this often. */
const EVALUATE_MS = 500;

/** The viewers of one camera. Each frame is offered to all of them; one timer serves all their controllers. */
export class Audience {
  readonly #deps: AudienceDeps;
  readonly #counters: ViewerCounters;
  /** With whom to tell when each has gone. */
  readonly #viewers = new Map<Viewer, (() => void) | undefined>();
  #options: AudienceOptions;
  #limit = { maxLevel: 100, maxFps: Number.POSITIVE_INFINITY, maxWidth: 0 };
  #wantedFps = 0;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(deps: AudienceDeps, options: AudienceOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#counters = viewerCountersOf(deps.counters);
  }

  get count(): number {
    return this.#viewers.size;
  }

  viewers(): IterableIterator<Viewer> {
    return this.#viewers.keys();
  }

  /** Frames a second that the most demanding viewer wishes; 0 when there is none, Infinity: all. */
  get wantedFps(): number {
    return this.#wantedFps;
  }

  /** Holds for those who watch already, too. */
  configure(options: AudienceOptions): void {
    this.#options = options;
  }

  /** What the box can afford from now on. */
  limit({ maxLevel, maxFps }: AudienceLimit): void {
    this.#limit = { ...this.#limit, maxLevel, maxFps };
  }

  /** The widest pictures that the box can afford, pixels; 0: the camera's own. */
  limitWidth(maxWidth: number): void {
    if (maxWidth !== this.#limit.maxWidth) this.#limit = { ...this.#limit, maxWidth };
  }

  /** From now on frames go to `sink`, which belongs to the viewer, until either is closed. */
  join(sink: PictureSink, wish: ViewerWish, info: ViewerInfo): Viewer {
    const { clock, cache } = this.#deps;
    const viewer = new Viewer(
      {
        clock,
        cache,
        sink,
        quality: new ViewerQuality(() => this.#options),
        counters: this.#counters,
        limit: () => this.#limit,
        onWish: () => this.#updateWantedFps(),
        onLeave: (gone) => this.#leave(gone),
      },
      { info, wish, stallTimeoutMs: this.#options.stallTimeoutMs },
    );
    if (this.#isClosed) {
      viewer.close();
      return viewer;
    }
    this.#viewers.set(viewer, this.#deps.onJoin?.(viewer));
    if (this.#viewers.size === 1) {
      this.#evaluateLater();
      this.#deps.onOccupied?.();
    }
    this.#updateWantedFps();
    return viewer;
  }

  /** A new frame. */
  announce(frame: Frame): void {
    for (const viewer of this.#viewers.keys()) viewer.offer(frame);
  }

  /** A picture for while there is no frame. */
  announceStill(picture: Picture): void {
    for (const viewer of this.#viewers.keys()) viewer.sendStill(picture);
  }

  /** Closes all viewers, and whoever joins from now on. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const viewer of [...this.#viewers.keys()]) viewer.close();
  }

  #leave(viewer: Viewer): void {
    this.#deps.cache.forget(viewer.info.id);
    const onGone = this.#viewers.get(viewer);
    if (!this.#viewers.delete(viewer)) return;
    onGone?.();
    this.#updateWantedFps();
    if (this.#viewers.size > 0) return;
    this.#timer?.cancel();
    this.#deps.onEmpty?.();
  }

  #evaluateLater(): void {
    this.#timer?.cancel();
    if (this.#isClosed) return;
    this.#timer = this.#deps.clock.after(EVALUATE_MS, () => {
      this.#evaluateLater();
      for (const viewer of this.#viewers.keys()) viewer.evaluate();
    });
  }

  #updateWantedFps(): void {
    let wantedFps = 0;
    for (const { wish } of this.#viewers.keys()) wantedFps = Math.max(wantedFps, wish.fps);
    if (wantedFps === this.#wantedFps) return;
    this.#wantedFps = wantedFps;
    this.#deps.onWantedFps?.(wantedFps);
  }
}
