import type { Clock, Timer } from '../core/clock.ts';
import type { Frame, Picture } from '../core/picture.ts';
import type { PictureSink, ViewerWish } from './picture-sink.ts';
import type { ViewerCounters } from './viewer-counters.ts';
import { ViewerLink } from './viewer-link.ts';
import { ViewerMeter } from './viewer-meter.ts';
import { ViewerPace } from './viewer-pace.ts';
import type { LevelReason, ViewerQuality } from './viewer-quality.ts';

/** What the outside may know of a viewer. */
export interface ViewerInfo {
  readonly id: number;
  readonly address: string;
  readonly userAgent: string;
  /** How it is connected. */
  readonly transport: string;
}

/** What a viewer needs of the frame cache. */
export interface PictureCache {
  encodeFrame(frame: Frame, quality: number, clientId: number, width: number): Promise<Picture | undefined>;
  costOf(level: number, width: number): number | undefined;
}

/** What the box can afford for each viewer. */
export interface ViewerLimit {
  readonly maxLevel: number;
  readonly maxFps: number;
  /** Pixels; 0: no limit. */
  readonly maxWidth: number;
}

export interface ViewerDeps {
  readonly clock: Clock;
  readonly cache: PictureCache;
  readonly sink: PictureSink;
  readonly quality: ViewerQuality;
  readonly counters: ViewerCounters;
  /** Asked whenever it matters. */
  readonly limit: () => ViewerLimit;
  /** Its wish has changed. */
  onWish(): void;
  /** It has gone, whoever ended it; once. */
  onLeave(viewer: Viewer): void;
}

export interface ViewerOptions {
  readonly info: ViewerInfo;
  readonly wish: ViewerWish;
  /** Closed when it takes nothing for so long. */
  readonly stallTimeoutMs: number;
}

/** A viewer's figures of one moment. */
export interface ViewerStats {
  readonly level: number;
  readonly reason: LevelReason;
  /** Pictures that it was sent in a second, and kbit/s, over the last seconds. */
  readonly fps: number;
  readonly bitrateKbps: number;
  /** What its link was measured to carry; undefined when it was not put to the test lately. */
  readonly linkKbps: number | undefined;
  readonly sentFrames: number;
  /** Frames that it wanted and never got because its connection was not free. */
  readonly skippedFrames: number;
  readonly bytesSent: number;
  /** How old the last frame was when it was handed over, milliseconds; undefined before the first. */
  readonly ageMs: number | undefined;
  readonly connectedUs: number;
  readonly wish: ViewerWish;
}

/**
 * One connection that watches one camera. It holds one frame at most, the newest that it wants, and asks for its picture
 * when the connection is free: has taken the one before, and has delivered so much of it that the next will not lie
 * about on the way and grow old.
 */
export class Viewer {
  readonly info: ViewerInfo;
  readonly connectedUs: number;
  readonly #deps: ViewerDeps;
  readonly #stallTimeoutUs: number;
  readonly #pace = new ViewerPace();
  readonly #link: ViewerLink;
  #wish: ViewerWish;
  #waiting: Frame | undefined;
  #waitingStill: Picture | undefined;
  #isEncoding = false;
  /** A frame was left out since the last evaluation because the connection was behind, not because of an encode. */
  #hasStarved = false;
  #isClosed = false;
  #look: Timer | undefined;
  #sentFrames = 0;
  #skippedFrames = 0;
  #ageMs: number | undefined;
  readonly #meter: ViewerMeter;
  #evaluatedSkips = 0;
  #isStalled = false;
  #levelChanges = 0;

  constructor(deps: ViewerDeps, { info, wish, stallTimeoutMs }: ViewerOptions) {
    this.#deps = deps;
    this.info = info;
    this.#wish = wish;
    this.#stallTimeoutUs = stallTimeoutMs * 1000;
    this.connectedUs = deps.clock.nowUs();
    this.#meter = new ViewerMeter(this.connectedUs);
    this.#link = new ViewerLink(deps.clock, deps.sink, () => this.#serve());
    deps.sink.onClose = this.#onClose;
    this.#settle();
  }

  get wish(): ViewerWish {
    return this.#wish;
  }

  set wish(wish: ViewerWish) {
    this.#wish = wish;
    this.#settle();
    this.#deps.onWish();
  }

  /** It was closed because it took nothing. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** Times that another level was chosen for it. */
  get levelChanges(): number {
    return this.#levelChanges;
  }

  /** A new frame. Costs next to nothing when it is not wanted. */
  offer(frame: Frame): void {
    if (this.#isClosed) return;
    const { quality, limit } = this.#deps;
    this.#pace.seen(frame.ptsUs);
    const isDue = this.#pace.isDue(frame.ptsUs, Math.min(this.#wish.fps, quality.fps, limit().maxFps));
    if (this.#waiting !== undefined && isDue) {
      this.#skippedFrames += 1;
      if (!this.#isEncoding && this.#link.isBehind) this.#hasStarved = true;
      this.#deps.counters.skippedFrames.add();
    }
    // One that waits is replaced by the newest, even if that is early.
    if (this.#waiting === undefined && !isDue) return;
    this.#waiting = frame;
    this.#waitingStill = undefined;
    this.#serve();
  }

  /** A picture for while there is no frame. It is sent as soon as the connection is free, unless a frame comes first. */
  sendStill(picture: Picture): void {
    if (this.#isClosed) return;
    this.#waiting = undefined;
    this.#waitingStill = picture;
    this.#serve();
  }

  /** To be called about twice a second: chooses the level, and closes a connection that takes nothing. */
  evaluate(): void {
    if (this.#isClosed) return;
    const { clock, sink, quality, cache, limit, counters } = this.#deps;
    const nowUs = clock.nowUs();
    this.#link.endSpan(this.#hasStarved);
    this.#hasStarved = false;
    this.#meter.measure(nowUs, this.#sentFrames, sink.bytesSent);
    const stalledUs = this.#meter.stalledUs(nowUs, this.#link.arrivedBytes, this.#link.isIdle);
    if (stalledUs >= this.#stallTimeoutUs) {
      this.#isStalled = true;
      sink.close();
      return;
    }
    const { maxLevel, maxFps } = limit();
    const hasChanged = quality.evaluate({
      nowUs,
      linkKbps: this.#link.kbps,
      fps: Math.min(this.#wish.fps, maxFps, this.#pace.offeredFps),
      isSkipping: this.#skippedFrames > this.#evaluatedSkips,
      wish: this.#wish.level,
      maxLevel,
      costOf: (level) => cache.costOf(level, this.#width(Number.POSITIVE_INFINITY)),
    });
    this.#evaluatedSkips = this.#skippedFrames;
    if (!hasChanged) return;
    this.#levelChanges += 1;
    counters.levelChanges.add();
  }

  get stats(): ViewerStats {
    const { quality, sink } = this.#deps;
    return {
      level: quality.level,
      reason: quality.reason,
      fps: this.#meter.fps,
      bitrateKbps: this.#meter.bitrateKbps,
      linkKbps: this.#link.kbps,
      sentFrames: this.#sentFrames,
      skippedFrames: this.#skippedFrames,
      bytesSent: sink.bytesSent,
      ageMs: this.#ageMs,
      connectedUs: this.connectedUs,
      wish: this.#wish,
    };
  }

  close(): void {
    this.#deps.sink.close();
  }

  readonly #onClose = (): void => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = undefined;
    this.#waitingStill = undefined;
    this.#look?.cancel();
    this.#deps.onLeave(this);
  };

  readonly #onEncoded = (picture: Picture | undefined): void => {
    this.#isEncoding = false;
    if (this.#isClosed) return;
    if (picture !== undefined) {
      this.#sentFrames += 1;
      this.#deps.counters.sentFrames.add();
      this.#ageMs = (this.#deps.clock.nowUs() - picture.ptsUs) / 1000;
      this.#send(picture);
    }
    this.#serve();
  };

  readonly #onEncodeFailed = (): void => this.#onEncoded(undefined);

  /** Sends what waits, if the connection is free. */
  #serve(): void {
    const frame = this.#waiting;
    const still = this.#waitingStill;
    if (this.#isEncoding || (frame ?? still) === undefined) return;
    if (!this.#link.isFree) {
      this.#lookLater();
      return;
    }
    this.#waiting = undefined;
    this.#waitingStill = undefined;
    if (still !== undefined) this.#send(still);
    if (frame === undefined) return;
    const { cache, quality } = this.#deps;
    this.#isEncoding = true;
    cache
      .encodeFrame(frame, quality.level, this.info.id, this.#width(frame.width))
      .then(this.#onEncoded, this.#onEncodeFailed);
  }

  #send(picture: Picture): void {
    this.#deps.counters.sentBytes.add(this.#link.send(picture));
  }

  #lookLater(): void {
    const lookMs = this.#link.lookMs;
    if (lookMs !== undefined) this.#look ??= this.#deps.clock.after(lookMs, this.#onLook);
  }

  readonly #onLook = (): void => {
    this.#look = undefined;
    this.#serve();
  };

  /** A wish holds at once; the rest is for the next evaluation. */
  #settle(): void {
    const { quality, limit } = this.#deps;
    quality.settle(this.#wish.level, limit().maxLevel);
  }

  /** The width to ask for; 0 is the frame's own. */
  #width(ownWidth: number): number {
    const { maxWidth } = this.#deps.limit();
    const wished = this.#wish.width;
    const width = maxWidth === 0 ? wished : wished === 0 ? maxWidth : Math.min(wished, maxWidth);
    return width < ownWidth ? width : 0;
  }
}
