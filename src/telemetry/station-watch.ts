import type { Clock } from '../core/clock.ts';
import type { LevelReading } from '../core/level-reading.ts';
import type { SourceStatus } from '../core/source-status.ts';
import type { StationEvents } from '../core/station-event.ts';
import type { CameraSight, SourceSight, StationSight } from '../core/station-sight.ts';
import { Steady } from '../core/steady.ts';
import { SoundWatch } from './sound-watch.ts';

export interface StationWatchDeps {
  readonly clock: Clock;
  readonly events: Pick<StationEvents, 'emit'>;
  /** Whether a source of that type is closed when microphones are muted. */
  readonly isMicrophone: (type: string) => boolean;
}

/** A process that is replaced and a cable that is loose for a moment are no loss; what is back must stay. */
const SOURCE_LOST = { onMs: 5_000, offMs: 1_500 };
/** A camera takes some seconds to open. */
const CAMERA_LOST = { onMs: 10_000, offMs: 1_500 };
/** A board that is too hot goes back and forth. */
const THROTTLED = { onMs: 0, offMs: 30_000 };
/** Who changes the quality or the network comes back. */
const AUDIENCE = { onMs: 0, offMs: 10_000 };

interface WatchedSource {
  readonly sound: SoundWatch;
  readonly onLevel: (level: LevelReading) => void;
  readonly lost: Steady;
  /** Sound has come from it since it was last at rest. */
  hasDelivered: boolean;
  /** What it delivers is Pipit's own silence, which is nothing to tell of. */
  isOwnSilence: boolean;
}

/** Notices what happens to the station, from level readings and from looks at the whole, and tells it as events. */
export class StationWatch {
  readonly #deps: StationWatchDeps;
  readonly #sources = new Map<string, WatchedSource>();
  readonly #cameras = new Map<string, Steady>();
  readonly #throttled = new Steady(THROTTLED);
  readonly #audience = new Steady(AUDIENCE);
  #muted: StationSight['muted'] | undefined;

  constructor(deps: StationWatchDeps) {
    this.#deps = deps;
  }

  /** Is to be called with each reading of that source. */
  levelsOf(source: string): (level: LevelReading) => void {
    return this.#source(source).onLevel;
  }

  /** A look at the station; to be had once a second. */
  look(sight: StationSight): void {
    const nowUs = this.#deps.clock.nowUs();
    this.#seeMuted(sight.muted);
    for (const source of sight.sources) this.#seeSource(source, sight.muted.microphone, nowUs);
    for (const camera of sight.cameras) this.#seeCamera(camera, sight.muted.camera, nowUs);
    this.#seeThrottling(sight.figures, nowUs);
    this.#seeAudience(sight.listeners, sight.viewers, nowUs);
  }

  #source(name: string): WatchedSource {
    let source = this.#sources.get(name);
    if (source === undefined) {
      const sound = new SoundWatch(this.#deps, name);
      const lost = new Steady(SOURCE_LOST);
      const made: WatchedSource = {
        sound,
        lost,
        hasDelivered: false,
        isOwnSilence: false,
        onLevel: (level) => made.isOwnSilence || sound.onLevel(level),
      };
      source = made;
      this.#sources.set(name, source);
    }
    return source;
  }

  #seeSource({ name, type, status }: SourceSight, areMuted: boolean, nowUs: number): void {
    const source = this.#source(name);
    source.isOwnSilence = type === 'silence' || (areMuted && this.#deps.isMicrophone(type));
    const isLive = status.state === 'live';
    if (isLive) source.hasDelivered = true;
    if (!isLive || source.isOwnSilence) source.sound.rest();
    // A fallback that rests and a place that no source client has taken are missed by nobody; a slow card takes its
    // time to start a process.
    if (status.state === 'stopped') source.hasDelivered = false;
    const isStarting = status.state === 'starting' || status.state === 'opening' || status.state === 'waiting';
    if (status.state === 'stopped' || (isStarting && !source.hasDelivered)) {
      source.lost.set(source.lost.isOn);
      return;
    }
    if (!source.lost.see(!isLive, nowUs)) return;
    this.#deps.events.emit(source.lost.isOn ? 'source_lost' : 'source_back', name, isLive ? '' : reasonOf(status));
  }

  /** A camera is open only while somebody watches: then its pictures should come. */
  #seeCamera({ name, status, hasSignal }: CameraSight, areMuted: boolean, nowUs: number): void {
    let lost = this.#cameras.get(name);
    if (lost === undefined) {
      lost = new Steady(CAMERA_LOST);
      this.#cameras.set(name, lost);
    }
    const isOpen = status.state !== 'stopped' && !areMuted;
    if (!isOpen) {
      // What is being waited for begins anew when it is opened again.
      lost.set(lost.isOn);
      return;
    }
    if (!lost.see(!hasSignal, nowUs)) return;
    this.#deps.events.emit(lost.isOn ? 'camera_lost' : 'camera_back', name, hasSignal ? '' : reasonOf(status));
  }

  #seeThrottling(figures: StationSight['figures'], nowUs: number): void {
    const weak = figures.find(({ name }) => name === 'under_voltage')?.value;
    const slow = figures.find(({ name }) => name === 'throttled')?.value;
    if (weak === undefined && slow === undefined) return;
    if (!this.#throttled.see(weak === 1 || slow === 1, nowUs)) return;
    if (!this.#throttled.isOn) this.#deps.events.emit('throttled_ended');
    else this.#deps.events.emit('throttled', '', weak === 1 ? 'the power supply is too weak' : 'heat or weak power');
  }

  #seeAudience(listeners: number, viewers: number, nowUs: number): void {
    if (!this.#audience.see(listeners + viewers > 0, nowUs)) return;
    if (this.#audience.isOn) this.#deps.events.emit('audience_came', '', `${listeners} listen, ${viewers} watch`);
    else this.#deps.events.emit('audience_left');
  }

  /** What is so at the first look has not happened now. */
  #seeMuted(muted: StationSight['muted']): void {
    const before = this.#muted ?? muted;
    this.#muted = { ...muted };
    for (const what of ['camera', 'microphone'] as const) {
      if (muted[what] !== before[what]) this.#deps.events.emit(muted[what] ? 'muted' : 'unmuted', what);
    }
  }
}

function reasonOf({ error, detail, state }: SourceStatus): string {
  return error?.message ?? (detail === '' ? state : detail);
}
