import type { Clock, Timer } from '../core/clock.ts';
import type { Counter, CounterSet } from '../core/counters.ts';
import type { Frame, Picture } from '../core/picture.ts';
import { LinkRate } from './link-rate.ts';
import { LinkRateDrains } from './link-rate-drains.ts';
import type { PictureSink, ViewerWish } from './picture-sink.ts';
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

/** Counted over all viewers. */
export interface ViewerCounters {
  readonly sentFrames: Counter;
  readonly sentBytes: Counter;
  readonly skippedFrames: Counter;
  readonly levelChanges: Counter;
}

export function viewerCountersOf(counters: CounterSet): ViewerCounters {
  return {
    sentFrames: counters.counter('viewer_sent_frames_total', 'Pictures handed to the connections of viewers'),
    sentBytes: counters.counter('viewer_sent_bytes_total', 'Bytes of these pictures'),
    skippedFrames: counters.counter(
      'viewer_skipped_frames_total',
      'Frames left out for a viewer whose connection was not free',
    ),
    levelChanges: counters.counter('viewer_level_changes_total', 'Changes of the level of a viewer'),
  };
}

/** A connection that has just been given its first picture tells in this time what became of it, if it ever does. */
const FIRST_NEWS_US = 150_000;
/** Where there is room for a picture but for what is still under way, when to look again. */
const MIN_LOOK_MS = 10;
const MAX_LOOK_MS = 100;
/** Figures of the last seconds. */
const FIGURES_US = 2_000_000;

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
  readonly #link = new LinkRate();
  readonly #drains = new LinkRateDrains();
  #wish: ViewerWish;
  #waiting: Frame | undefined;
  #waitingStill: Picture | undefined;
  #isEncoding = false;
  #isBlocked = false;
  #isClosed = false;
  #look: Timer | undefined;
  #sentFrames = 0;
  #skippedFrames = 0;
  #ageMs: number | undefined;
  #sentUs = 0;
  /** Figures as of the last evaluation. */
  #evaluatedUs: number;
  #evaluatedFrames = 0;
  #evaluatedSkips = 0;
  #evaluatedBytes = 0;
  #fps = 0;
  #bitrateKbps = 0;
  /** When it last had nothing left to take, or took some of it, and how much had arrived then. */
  #movedUs: number;
  #arrivedBytes = 0;

  constructor(deps: ViewerDeps, { info, wish, stallTimeoutMs }: ViewerOptions) {
    this.#deps = deps;
    this.info = info;
    this.#wish = wish;
    this.#stallTimeoutUs = stallTimeoutMs * 1000;
    this.connectedUs = deps.clock.nowUs();
    this.#evaluatedUs = this.connectedUs;
    this.#movedUs = this.connectedUs;
    deps.sink.onDrain = this.#onDrain;
    deps.sink.onClose = this.#onClose;
  }

  get wish(): ViewerWish {
    return this.#wish;
  }

  set wish(wish: ViewerWish) {
    this.#wish = wish;
    this.#deps.onWish();
  }

  /** A new frame. Costs next to nothing when it is not wanted. */
  offer(frame: Frame): void {
    if (this.#isClosed) return;
    const { quality, limit } = this.#deps;
    this.#pace.seen(frame.ptsUs);
    const isDue = this.#pace.isDue(frame.ptsUs, Math.min(this.#wish.fps, quality.fps, limit().maxFps));
    if (this.#waiting !== undefined && isDue) {
      this.#skippedFrames += 1;
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
    if (sink.unacknowledgedBytes !== undefined) this.#link.observe(nowUs, sink.bytesSent, sink.unacknowledgedBytes);
    this.#measure(nowUs);
    if (this.#isStalled(nowUs)) {
      sink.close();
      return;
    }
    const { maxLevel, maxFps } = limit();
    const hasChanged = quality.evaluate({
      nowUs,
      linkKbps: this.#linkKbps(nowUs),
      fps: Math.min(this.#wish.fps, maxFps, this.#pace.offeredFps),
      isSkipping: this.#skippedFrames > this.#evaluatedSkips,
      wish: this.#wish.level,
      maxLevel,
      costOf: (level) => cache.costOf(level, this.#width(Number.POSITIVE_INFINITY)),
    });
    this.#evaluatedSkips = this.#skippedFrames;
    if (hasChanged) counters.levelChanges.add();
  }

  get stats(): ViewerStats {
    const { quality, sink, clock } = this.#deps;
    return {
      level: quality.level,
      reason: quality.reason,
      fps: this.#fps,
      bitrateKbps: this.#bitrateKbps,
      linkKbps: this.#linkKbps(clock.nowUs()),
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

  readonly #onDrain = (): void => {
    const { clock, sink } = this.#deps;
    this.#isBlocked = false;
    this.#drains.onDrain(clock.nowUs(), sink.bytesSent);
    this.#movedUs = clock.nowUs();
    this.#serve();
  };

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
    if (this.#isEncoding || this.#isBlocked || !this.#isRoom()) return;
    const frame = this.#waiting;
    const still = this.#waitingStill;
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
    const { clock, sink, counters } = this.#deps;
    const nowUs = clock.nowUs();
    const before = sink.bytesSent;
    if (sink.unacknowledgedBytes !== undefined) this.#link.observe(nowUs, before, sink.unacknowledgedBytes);
    this.#isBlocked = !sink.send(picture);
    this.#sentUs = nowUs;
    this.#link.onSent(nowUs, sink.bytesSent);
    if (this.#isBlocked) this.#drains.onBlocked(nowUs);
    counters.sentBytes.add(sink.bytesSent - before);
  }

  /** Little enough of what was sent is still on its way. Looks again soon when there is too much for what waits. */
  #isRoom(): boolean {
    const { clock, sink } = this.#deps;
    const outstanding = sink.unacknowledgedBytes;
    const nowUs = clock.nowUs();
    if (outstanding === undefined) return this.#sentFrames !== 1 || nowUs - this.#sentUs > FIRST_NEWS_US;
    this.#link.observe(nowUs, sink.bytesSent, outstanding);
    const excess = outstanding - this.#link.allowanceBytes(nowUs);
    if (excess <= 0) return true;
    if (this.#look === undefined && (this.#waiting ?? this.#waitingStill) !== undefined) {
      const waitMs = (excess * 8) / (this.#link.kbps(nowUs) ?? Number.POSITIVE_INFINITY);
      this.#look = clock.after(Math.min(Math.max(waitMs, MIN_LOOK_MS), MAX_LOOK_MS), this.#onLook);
    }
    return false;
  }

  readonly #onLook = (): void => {
    this.#look = undefined;
    this.#serve();
  };

  /** The width to ask for; 0 is the frame's own. */
  #width(ownWidth: number): number {
    const { maxWidth } = this.#deps.limit();
    const wished = this.#wish.width;
    const width = maxWidth === 0 ? wished : wished === 0 ? maxWidth : Math.min(wished, maxWidth);
    return width < ownWidth ? width : 0;
  }

  #linkKbps(nowUs: number): number | undefined {
    const { sink } = this.#deps;
    return sink.unacknowledgedBytes === undefined ? this.#drains.kbps(nowUs, sink.bytesSent) : this.#link.kbps(nowUs);
  }

  #measure(nowUs: number): void {
    const { sink } = this.#deps;
    const elapsedUs = nowUs - this.#evaluatedUs;
    if (elapsedUs <= 0) return;
    const share = elapsedUs / (FIGURES_US + elapsedUs);
    const fps = ((this.#sentFrames - this.#evaluatedFrames) * 1e6) / elapsedUs;
    const kbps = ((sink.bytesSent - this.#evaluatedBytes) * 8000) / elapsedUs;
    this.#fps += share * (fps - this.#fps);
    this.#bitrateKbps += share * (kbps - this.#bitrateKbps);
    this.#evaluatedUs = nowUs;
    this.#evaluatedFrames = this.#sentFrames;
    this.#evaluatedBytes = sink.bytesSent;
  }

  #isStalled(nowUs: number): boolean {
    const { sink } = this.#deps;
    const outstanding = sink.unacknowledgedBytes ?? 0;
    const arrived = sink.bytesSent - outstanding;
    if ((outstanding === 0 && !this.#isBlocked) || (arrived > this.#arrivedBytes && outstanding > 0))
      this.#movedUs = nowUs;
    this.#arrivedBytes = arrived;
    return nowUs - this.#movedUs >= this.#stallTimeoutUs;
  }
}
