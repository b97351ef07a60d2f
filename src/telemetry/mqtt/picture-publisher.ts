import type { Clock, Timer } from '../../core/clock.ts';
import type { Counter, CounterSet } from '../../core/counters.ts';
import type { Log } from '../../core/log.ts';
import type { StationEvents } from '../../core/station-event.ts';
import type { Outlet } from './station-publisher.ts';
import type { StationTopics } from './topics.ts';

export interface PicturePublisherDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  readonly outlet: Outlet;
  readonly topics: StationTopics;
  readonly events: StationEvents;
  /** A camera's picture of now, JPEG; undefined: it has none. */
  readonly picture: (camera: string, signal: AbortSignal) => Promise<Buffer | undefined>;
  readonly cameras: () => readonly string[];
  /** The cameras that see what a source hears. */
  readonly camerasOf: (source: string) => readonly string[];
  readonly isMuted: () => boolean;
}

/** Longer ones are left out: a broker's own limit is often there, and one of each camera is kept in memory. */
const MAX_PICTURE_BYTES = 1024 * 1024;
/** Between two pictures of a camera that something heard asks for. */
const SOUND_INTERVAL_US = 5e6;

/**
 * Tells pictures: each camera's at an interval, and what it saw when something was last heard. They are not retained: a
 * muted camera must leave no picture at the broker. One at a time is taken, and none while nobody can get it.
 */
export class PicturePublisher {
  readonly #deps: PicturePublisherDeps;
  readonly #intervalMs: number;
  readonly #stop = new AbortController();
  readonly #tooLong: Counter;
  readonly #soundUs = new Map<string, number>();
  readonly #waiting = new Set<string>();
  #timer: Timer | undefined;
  #unlisten: (() => void) | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(deps: PicturePublisherDeps, { intervalMs }: { intervalMs: number }) {
    this.#deps = deps;
    this.#intervalMs = intervalMs;
    this.#tooLong = deps.counters.counter('mqtt_long_pictures_total', 'Pictures that were too long for MQTT');
  }

  start(): void {
    this.#unlisten = this.#deps.events.listen(({ type, subject }) => {
      if (type === 'sound') this.#onSound(subject);
      else if (type === 'muted') this.#forgetMuted();
    });
    this.#tick();
  }

  /** Takes one of each camera now. */
  takeAll(): void {
    const { cameras, topics } = this.#deps;
    for (const camera of cameras()) this.#take(camera, topics.picture(camera));
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#unlisten?.();
    this.#stop.abort();
    await this.#work;
  }

  #tick(): void {
    this.#timer = this.#deps.clock.after(this.#intervalMs, () => {
      this.takeAll();
      this.#tick();
    });
  }

  #onSound(source: string): void {
    const { clock, camerasOf, topics } = this.#deps;
    const nowUs = clock.nowUs();
    for (const camera of camerasOf(source)) {
      if (nowUs - (this.#soundUs.get(camera) ?? Number.NEGATIVE_INFINITY) < SOUND_INTERVAL_US) continue;
      this.#soundUs.set(camera, nowUs);
      this.#take(camera, topics.soundPicture(camera));
    }
  }

  #take(camera: string, topic: string): void {
    if (!this.#deps.outlet.isUp || this.#waiting.has(topic)) return;
    this.#waiting.add(topic);
    this.#work = this.#work.then(async () => {
      this.#waiting.delete(topic);
      if (!this.#stop.signal.aborted) await this.#tell(camera, topic);
    });
  }

  async #tell(camera: string, topic: string): Promise<void> {
    const { outlet, log, picture, isMuted } = this.#deps;
    if (isMuted()) return this.#forgetMuted();
    let jpeg: Buffer | undefined;
    try {
      jpeg = await picture(camera, this.#stop.signal);
    } catch (error) {
      log.debug(`camera ${camera}: no picture for MQTT: ${error instanceof Error ? error.message : error}`);
    }
    if (jpeg === undefined || isMuted()) return;
    if (jpeg.length > MAX_PICTURE_BYTES) this.#tooLong.add();
    else outlet.set(topic, jpeg, false);
  }

  /** What was seen before must not be told again. */
  #forgetMuted(): void {
    const { outlet, topics, cameras, isMuted } = this.#deps;
    if (!isMuted()) return;
    for (const camera of cameras()) {
      outlet.forget(topics.picture(camera));
      outlet.forget(topics.soundPicture(camera));
    }
  }
}
