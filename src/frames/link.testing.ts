import type { Clock } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import type { Frame, Picture } from '../core/picture.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { Audience, type AudienceOptions } from './audience.ts';
import type { PictureSink, ViewerWish } from './picture-sink.ts';
import type { Viewer } from './viewer.ts';

export interface SimulatedLinkOptions {
  /** Bytes that leave at once after a pause. */
  readonly burstBytes: number;
  /** The system's send buffer: what is unacknowledged lies in it. */
  readonly bufferBytes: number;
  readonly rttMs: number;
  /** How often the figure of unacknowledged bytes is taken; 0: it is not told. */
  readonly figureEveryMs: number;
}

const DEFAULTS: SimulatedLinkOptions = { burstBytes: 15_000, bufferBytes: 2_500_000, rttMs: 20, figureEveryMs: 50 };
const TICK_MS = 5;

/** A connection over a link of a given rate (a token bucket), behind a send buffer, with a way there and back. */
export class SimulatedLink implements PictureSink {
  onDrain = (): void => {};
  onClose = (): void => {};
  /** Called when the last byte of a picture arrives. */
  onArrival = (_picture: Picture, _nowUs: number): void => {};
  kbps: number;
  isClosed = false;
  bytesSent = 0;
  acknowledgedBytes = 0;
  readonly #clock: Clock;
  readonly #options: SimulatedLinkOptions;
  readonly #pictures: { readonly picture: Picture; readonly endBytes: number }[] = [];
  /** What has left the link, and when its acknowledgement comes. */
  readonly #acknowledgements: { readonly dueUs: number; readonly bytes: number }[] = [];
  #tokens = 0;
  #taken = 0;
  #served = 0;
  #isBlocked = false;
  #figure: number | undefined;
  #figureUs = 0;

  constructor(clock: Clock, kbps: number, options: Partial<SimulatedLinkOptions> = {}) {
    this.#clock = clock;
    this.kbps = kbps;
    this.#options = { ...DEFAULTS, ...options };
    this.#tick();
  }

  get unacknowledgedBytes(): number | undefined {
    return this.#figure === undefined ? undefined : this.bytesSent - this.#figure;
  }

  get acknowledgedUs(): number | undefined {
    return this.#figure === undefined ? undefined : this.#figureUs;
  }

  send(picture: Picture): boolean {
    if (this.#isBlocked) throw new Error('sent to while it had not drained');
    if (this.isClosed) return true;
    this.bytesSent += picture.data.length;
    this.#pictures.push({ picture, endBytes: this.bytesSent });
    this.#taken = Math.max(this.#taken, Math.min(this.bytesSent, this.acknowledgedBytes + this.#options.bufferBytes));
    this.#isBlocked = this.#taken < this.bytesSent;
    return !this.#isBlocked;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.onClose();
  }

  #tick(): void {
    const { burstBytes, bufferBytes, rttMs, figureEveryMs } = this.#options;
    const nowUs = this.#clock.nowUs();
    const perTick = (this.kbps * TICK_MS) / 8;
    this.#tokens = Math.min(this.#tokens + perTick, Math.max(burstBytes, perTick));
    // A full buffer takes more only when a third of it is free.
    const free = this.acknowledgedBytes + bufferBytes - this.#taken;
    if (free >= bufferBytes / 3) this.#taken = Math.min(this.bytesSent, this.#taken + free);
    const bytes = Math.max(0, Math.min(this.#tokens, this.#taken - this.#served));
    this.#tokens -= bytes;
    this.#served += bytes;
    if (bytes > 0) this.#acknowledgements.push({ dueUs: nowUs + rttMs * 1000, bytes: this.#served });
    for (; (this.#pictures[0]?.endBytes ?? Number.POSITIVE_INFINITY) <= this.#served + 0.5; this.#pictures.shift()) {
      this.onArrival(this.#pictures[0]?.picture as Picture, nowUs + rttMs * 500);
    }
    for (; (this.#acknowledgements[0]?.dueUs ?? Number.POSITIVE_INFINITY) <= nowUs; this.#acknowledgements.shift()) {
      this.acknowledgedBytes = this.#acknowledgements[0]?.bytes as number;
    }
    if (figureEveryMs > 0 && nowUs - this.#figureUs >= figureEveryMs * 1000) {
      this.#figure = this.bytesSent - this.acknowledgedBytes < 1 ? this.bytesSent : this.acknowledgedBytes;
      this.#figureUs = nowUs;
    }
    if (!this.isClosed) this.#clock.after(TICK_MS, () => this.#tick());
    if (this.#isBlocked && this.#taken === this.bytesSent) {
      this.#isBlocked = false;
      this.onDrain();
    }
  }
}

/** A random number in 0 to 1, the same in each run. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface SimulationOptions {
  readonly kbps: number;
  readonly fps: number;
  /** Bytes of a picture by level. */
  readonly costs: Readonly<Record<number, number>>;
  readonly wish: ViewerWish;
  readonly targetKbps: number;
  readonly link: Partial<SimulatedLinkOptions>;
  readonly encodeMs: number;
}

export const HD_COSTS = { 90: 150_000, 70: 95_000, 50: 70_000, 30: 48_000 };
export const VGA_COSTS = { 90: 50_000, 70: 32_000, 50: 23_000, 30: 16_000 };

const LEVELS: Omit<AudienceOptions, 'targetKbps'> = {
  isAdaptive: true,
  levels: [90, 70, 50],
  minQuality: 30,
  maxQuality: 95,
  stallTimeoutMs: 30_000,
};

/** One viewer of a camera behind a simulated link, and what came to it. */
export class Simulation {
  readonly clock = new FakeClock();
  readonly counters = new CounterSet();
  readonly link: SimulatedLink;
  readonly audience: Audience;
  readonly viewer: Viewer;
  readonly changes: {
    readonly seconds: number;
    readonly level: number;
    readonly from: number;
    readonly reason: string;
  }[] = [];
  readonly arrivals: {
    readonly seconds: number;
    readonly ageMs: number;
    readonly bytes: number;
    readonly level: number;
  }[] = [];
  readonly #options: SimulationOptions;
  readonly #random = seededRandom(7);
  readonly #startUs = this.clock.nowUs();
  readonly #estimates = new Map<number, number>();
  #sequence = 0;
  isCameraOn = true;

  constructor(options: Partial<SimulationOptions> = {}) {
    this.#options = {
      kbps: 5000,
      fps: 25,
      costs: HD_COSTS,
      wish: { level: 'auto', fps: Number.POSITIVE_INFINITY, width: 0 },
      targetKbps: 8000,
      link: {},
      encodeMs: 5,
      ...options,
    };
    const cache = {
      encodeFrame: (frame: Frame, level: number) => this.#encode(frame, level),
      costOf: (level: number) => this.#estimates.get(level) ?? this.#options.costs[level],
      forget: () => {},
    };
    this.audience = new Audience(
      { clock: this.clock, cache, counters: this.counters },
      { ...LEVELS, targetKbps: this.#options.targetKbps },
    );
    this.link = new SimulatedLink(this.clock, this.#options.kbps, this.#options.link);
    this.link.onArrival = ({ ptsUs, data, level }, nowUs) => {
      this.arrivals.push({
        seconds: this.#seconds(nowUs),
        ageMs: (nowUs - ptsUs) / 1000,
        bytes: data.length,
        level,
      });
    };
    const info = { id: 1, address: '192.0.2.1', userAgent: 'test', transport: 'mjpeg' };
    this.viewer = this.audience.join(this.link, this.#options.wish, info);
    this.#shoot();
  }

  get seconds(): number {
    return this.#seconds(this.clock.nowUs());
  }

  async run(seconds: number): Promise<void> {
    // In small steps: what timers resolve must have run before the level is looked at.
    let level = this.viewer.stats.level;
    for (const endUs = this.clock.nowUs() + seconds * 1e6; this.clock.nowUs() < endUs; ) {
      await this.clock.run(100);
      const now = this.viewer.stats;
      if (now.level !== level)
        this.changes.push({ seconds: this.seconds, level: now.level, from: level, reason: now.reason });
      level = now.level;
    }
  }

  /** What arrived in each whole span of `spanSeconds`, kbit/s. */
  bitrates(fromSeconds: number, toSeconds: number, spanSeconds = 5): number[] {
    const spans = Math.floor((toSeconds - fromSeconds) / spanSeconds);
    const kbits = new Array<number>(spans).fill(0);
    for (const { seconds, bytes } of this.arrivals) {
      const span = Math.floor((seconds - fromSeconds) / spanSeconds);
      if (span >= 0 && span < spans) kbits[span] = (kbits[span] as number) + (bytes * 8) / 1000;
    }
    return kbits.map((kbit) => kbit / spanSeconds);
  }

  /** The level at which most of the pictures arrived. */
  levelMostly(fromSeconds: number): number {
    const counts = new Map<number, number>();
    for (const { seconds, level } of this.arrivals) {
      if (seconds >= fromSeconds) counts.set(level, (counts.get(level) ?? 0) + 1);
    }
    return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0])[0];
  }

  /** Ages of the pictures that arrived, milliseconds, the lowest first. */
  ages(fromSeconds: number, toSeconds = Number.POSITIVE_INFINITY): number[] {
    return this.arrivals
      .filter(({ seconds }) => seconds >= fromSeconds && seconds < toSeconds)
      .map(({ ageMs }) => ageMs)
      .sort((a, b) => a - b);
  }

  #seconds(us: number): number {
    return (us - this.#startUs) / 1e6;
  }

  #shoot(): void {
    this.#sequence += 1;
    const jitterUs = (this.#random() - 0.5) * 4000;
    const ptsUs = this.#startUs + Math.round((this.#sequence * 1e6) / this.#options.fps + jitterUs);
    const waitMs = Math.max(1, (ptsUs - this.clock.nowUs()) / 1000);
    this.clock.after(waitMs, () => {
      const frame = { sequence: this.#sequence, ptsUs, width: 1280, height: 720 };
      this.#shoot();
      if (this.isCameraOn) this.audience.announce(frame);
    });
  }

  #encode(frame: Frame, level: number): Promise<Picture> {
    const cost = this.#options.costs[level] as number;
    const size = Math.round(cost * (0.85 + 0.3 * this.#random()));
    const known = this.#estimates.get(level) ?? size;
    this.#estimates.set(level, known + (size - known) / 5);
    const picture: Picture = { ...frame, level, encodeUs: 1, data: { length: size } as Buffer };
    const { promise, resolve } = Promise.withResolvers<Picture>();
    this.clock.after(this.#options.encodeMs, () => resolve(picture));
    return promise;
  }
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation as a part of the mean. */
export function variation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2))) / middle;
}

export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
