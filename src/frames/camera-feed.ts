import type { Clock, Timer } from '../core/clock.ts';
import type { Frame, Picture, StillFormat } from '../core/picture.ts';
import type { SourceStatus } from '../core/source-status.ts';
import type { VideoUnit } from '../core/video-unit.ts';
import type { Audience } from './audience.ts';
import { CameraLease } from './camera-lease.ts';
import type { CameraRunner } from './camera-runner.ts';
import type { FrameCache } from './frame-cache.ts';
import { NoSignalStill, noSignalText } from './no-signal-still.ts';
import type { PictureSink, ViewerWish } from './picture-sink.ts';
import { StillTaker, type StillWish } from './still-taker.ts';
import type { Viewer, ViewerInfo } from './viewer.ts';

export interface CameraFeedDeps {
  readonly clock: Clock;
  readonly runner: CameraRunner;
  readonly cache: FrameCache;
  readonly audience: Audience;
  /** CLOCK_MONOTONIC to the wall clock. */
  readonly wallTime: (us: number) => Date;
}

export interface CameraFeedOptions {
  readonly name: string;
  /** The most frames a second that are delivered. */
  readonly fps: number;
  /** So long after its last viewer the camera is closed … */
  readonly idleCloseMs: number;
  /** … unless this is true. */
  readonly keepOpen: boolean;
}

/** Pixels, as viewers see it. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** What the box can afford at present. */
export interface BoxLimit {
  readonly maxLevel: number;
  /** Part of the camera's width that is encoded, up to 1. */
  readonly widthShare: number;
  readonly maxFps: number;
}

/** One picture for whoever asks for a still. */
export interface FeedStill {
  readonly isLive: boolean;
  readonly sequence: number;
  /** Microseconds of CLOCK_MONOTONIC. */
  readonly ptsUs: number;
  readonly level: number;
  readonly format: StillFormat;
  readonly data: Buffer;
  /** Differs whenever `data` does. */
  readonly etag: string;
}

/** No frame for this long, and viewers are told so. */
const NO_SIGNAL_US = 3e6;
/** How often viewers are shown that there is none; a proxy would take longer silence for a dead connection. */
const STILL_EVERY_MS = 1_000;
const OPENING_US = 1.5e6;
/** Whoever asks for one still often asks for the next. */
const STILLS_US = 5e6;
/** Of a camera that is open for nobody. */
const LEAST_FPS = 1;
const NO_SIGNAL_LEVEL = 80;
/** Of what is shown before the first frame. */
const FIRST_SIZE: PictureSize = { width: 1280, height: 720 };

/**
 * One camera as the main process has it: it runs while somebody watches, as fast as the fastest of them wants, and its
 * frames go to all of them. While there is no picture they are shown that, and since when.
 */
export class CameraFeed {
  readonly name: string;
  readonly cache: FrameCache;
  readonly audience: Audience;
  readonly #deps: CameraFeedDeps;
  readonly #fps: number;
  readonly #lease: CameraLease;
  readonly #noSignal = new NoSignalStill();
  readonly #videoTakers = new Set<(unit: VideoUnit) => void>();
  readonly #stills: StillTaker;
  readonly #intervalUs: number;
  #newest: Frame | undefined;
  /** The last frame, or when the camera was last opened or muted. */
  #heardUs: number;
  #size: PictureSize | undefined;
  #frames = 0;
  #works: boolean | undefined;
  #isMuted = false;
  #isStopped = false;
  #limit: BoxLimit = { maxLevel: 100, widthShare: 1, maxFps: Number.POSITIVE_INFINITY };
  /** Until then the camera runs at full rate, for stills. */
  #stillsUntilUs = 0;
  #watch: Timer | undefined;
  #letGo = (): void => {};

  constructor(deps: CameraFeedDeps, { name, fps, ...lease }: CameraFeedOptions) {
    const { clock, runner, audience, cache } = deps;
    this.name = name;
    this.cache = cache;
    this.audience = audience;
    this.#deps = deps;
    this.#fps = fps;
    this.#intervalUs = 1e6 / fps;
    this.#lease = new CameraLease({ clock, camera: runner }, lease);
    this.#heardUs = clock.nowUs();
    const encodeStill: CameraRunner['encodeStill'] = (...args) => runner.encodeStill(...args);
    this.#stills = new StillTaker({ clock, source: this, cache, encodeStill }, this.#intervalUs);
  }

  get status(): SourceStatus {
    return this.#deps.runner.status;
  }

  get isMuted(): boolean {
    return this.#isMuted;
  }

  /** Frames come. */
  get isLive(): boolean {
    return this.#newest !== undefined;
  }

  /** It was opened and has failed, or is muted: no frame is to be expected soon. */
  get isHopeless(): boolean {
    const { state } = this.status;
    return this.#isMuted || state === 'retrying' || state === 'stalled';
  }

  /** The newest frame; undefined while there is no signal. */
  get newest(): Frame | undefined {
    return this.#newest;
  }

  /** Of the newest frame or the last one; undefined before the first. */
  get size(): PictureSize | undefined {
    return this.#size;
  }

  /** Frames come, or came when it was last open; undefined before the first and while it was never needed. */
  get works(): boolean | undefined {
    return this.#works;
  }

  /** Frames that the camera has delivered. */
  get frames(): number {
    return this.#frames;
  }

  /** Opens the camera, where it is kept open. */
  start(): void {
    this.#setRate();
    this.#lease.start();
  }

  /** Adds a viewer; it leaves by closing its sink. */
  join(sink: PictureSink, wish: ViewerWish, info: ViewerInfo): Viewer {
    const viewer = this.audience.join(sink, wish, info);
    // Whoever comes to a camera that delivers sees its newest picture at once, not its next one.
    if (this.#newest !== undefined) viewer.offer(this.#newest);
    else if (this.#isMuted) void this.#showNoSignal();
    return viewer;
  }

  /** The camera has delivered a frame. */
  onFrame(frame: Frame): void {
    if (this.#isMuted || this.#isStopped) return;
    this.#frames += 1;
    this.#works = true;
    this.#newest = frame;
    this.#heardUs = this.#deps.clock.nowUs();
    if (frame.width !== this.#size?.width || frame.height !== this.#size.height) {
      this.#size = { width: frame.width, height: frame.height };
      this.#applyWidth(frame);
    }
    this.#stills.onFrame(frame);
    this.audience.announce(frame);
  }

  /** The camera has delivered a coded picture. */
  onVideoUnit(unit: VideoUnit): void {
    if (this.#isMuted) return;
    for (const take of this.#videoTakers) take(unit);
  }

  /**
   * Coded pictures go to `take` as they come, where the camera delivers H.264 and nothing is done to its pictures; it
   * runs until the function that is returned has been called.
   */
  takeVideo(take: (unit: VideoUnit) => void): () => void {
    this.#videoTakers.add(take);
    this.#deps.runner.wantVideo(true);
    const letGo = this.#hold();
    return () => {
      this.#videoTakers.delete(take);
      if (this.#videoTakers.size === 0) this.#deps.runner.wantVideo(false);
      this.#setRate();
      letGo();
    };
  }

  /** `status` has changed. */
  onStatus(): void {
    const { state } = this.status;
    if (state === 'live') return;
    if (state === 'retrying' || state === 'stalled' || state === 'ended') this.#works = false;
    // Whoever comes to a camera that was closed would be shown a picture of long ago.
    this.#newest = undefined;
    if (this.isHopeless) this.#stills.onHopeless();
  }

  /** The first viewer has come. */
  onOccupied(): void {
    this.#letGo = this.#hold();
  }

  /** The last viewer has gone. */
  onEmpty(): void {
    this.#letGo();
  }

  /** Viewers wish for another rate. */
  onWantedFps(): void {
    this.#setRate();
  }

  /** A muted camera is closed, and its viewers are told so. Resolves when it is closed. */
  async mute(isMuted: boolean): Promise<void> {
    if (isMuted === this.#isMuted) return;
    this.#isMuted = isMuted;
    this.#newest = undefined;
    this.#heardUs = this.#deps.clock.nowUs();
    this.cache.clear();
    if (isMuted) {
      this.#stills.onHopeless();
      void this.#showNoSignal();
    }
    await this.#lease.lock(isMuted);
  }

  /** Closes the camera and opens it again, if anybody watches. */
  async restart(): Promise<void> {
    if (this.#isMuted) return;
    await this.#lease.lock(true);
    await this.#lease.lock(this.#isMuted);
  }

  /** What the box can afford from now on. */
  limit(limit: BoxLimit): void {
    this.#limit = limit;
    this.#applyWidth(this.#newest ?? this.#size ?? FIRST_SIZE);
    this.#setRate();
  }

  /**
   * The picture of now, never older than one frame interval; a camera that is closed is opened for it.
   * Rejects when `signal` aborts.
   */
  async still(wish: StillWish, signal: AbortSignal): Promise<FeedStill> {
    this.#stillsUntilUs = this.#deps.clock.nowUs() + STILLS_US;
    const letGo = this.#hold();
    try {
      const picture = await this.#stills.take(wish, signal);
      return picture === undefined ? await this.#noSignalStill() : this.#liveStill(picture, wish.format);
    } finally {
      letGo();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#watch?.cancel();
    this.audience.close();
    await this.#lease[Symbol.asyncDispose]();
  }

  #liveStill({ level, width, data, sequence, ptsUs }: Picture, format: StillFormat): FeedStill {
    const etag = [this.name, ptsUs, level, width, format].join('-');
    return { isLive: true, sequence, ptsUs, level, format, data, etag };
  }

  async #noSignalStill(): Promise<FeedStill> {
    const { data, ptsUs } = await this.#noSignalPicture();
    const etag = [this.name, 'none', ptsUs].join('-');
    return { isLive: false, sequence: 0, ptsUs, level: NO_SIGNAL_LEVEL, format: 'jpeg', data, etag };
  }

  #hold(): () => void {
    if (!this.#lease.isOpen && !this.#isMuted) this.#heardUs = this.#deps.clock.nowUs();
    this.#setRate();
    this.#watchSignal();
    return this.#lease.hold();
  }

  /** As fast as the fastest wants it; a camera that is open for nobody delivers just enough to know that it lives. */
  #setRate(): void {
    const isForStills = this.#deps.clock.nowUs() < this.#stillsUntilUs;
    const wanted = isForStills || this.#videoTakers.size > 0 ? this.#fps : this.audience.wantedFps;
    this.#deps.runner.setRate(Math.min(Math.max(wanted, LEAST_FPS), this.#fps, this.#limit.maxFps));
  }

  #applyWidth(frame: PictureSize): void {
    const { widthShare, maxLevel, maxFps } = this.#limit;
    this.audience.limit({ maxLevel, maxFps });
    this.audience.limitWidth(widthShare < 1 ? Math.round(frame.width * widthShare) : 0);
  }

  /** Once a second while the camera is wanted: is there a picture still? */
  #watchSignal(): void {
    if (this.#watch !== undefined || this.#isStopped) return;
    this.#watch = this.#deps.clock.after(STILL_EVERY_MS, () => {
      this.#watch = undefined;
      const silentUs = this.#deps.clock.nowUs() - this.#heardUs;
      if (silentUs > Math.max(NO_SIGNAL_US, 3 * this.#intervalUs)) this.#newest = undefined;
      // A camera needs a moment to open; a still that shows for half a second is worse than nothing.
      if (this.#newest === undefined && (silentUs > OPENING_US || this.#isMuted)) void this.#showNoSignal();
      this.#setRate();
      if (this.#lease.isWanted) this.#watchSignal();
    });
  }

  async #showNoSignal(): Promise<void> {
    if (this.audience.count === 0) return;
    const picture = await this.#noSignalPicture();
    if (this.#newest === undefined) this.audience.announceStill(picture);
  }

  async #noSignalPicture(): Promise<Picture> {
    const { clock, wallTime } = this.#deps;
    const text = noSignalText(this.name, this.status, this.#isMuted, wallTime(this.#heardUs));
    const { width, height } = this.#size ?? FIRST_SIZE;
    const data = await this.#noSignal.picture(text, width, height);
    return { sequence: 0, ptsUs: clock.nowUs(), width, height, level: NO_SIGNAL_LEVEL, data, encodeUs: 0 };
  }
}
