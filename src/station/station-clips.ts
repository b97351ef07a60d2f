import { join } from 'node:path';
import type { ClipSource } from '../clips/clip-source.ts';
import { CLIP_LIMITS, ClipStore } from '../clips/clip-store.ts';
import type { Timer } from '../core/clock.ts';
import { ClockSteps } from '../core/clock-steps.ts';
import { nearestRung, type Rung } from '../core/rung.ts';
import type { StationControl } from '../core/station-control.ts';
import type { Mount } from '../mount/mount.ts';
import type { Track } from '../ring/track.ts';
import type { ClipDeps } from '../web/clip-routes.ts';
import type { HouseDeps, HousePart } from './house.ts';

export interface StationClipsDeps extends Pick<HouseDeps, 'clock' | 'log' | 'wallTime' | 'events' | 'settings'> {
  readonly mounts: ReadonlyMap<string, Mount>;
}

/** Below the data directory. */
const DIRECTORY = 'clips';
/** So soon clips are put right when the clock has been set. */
const LOOK_MS = 60_000;

/** The part of the house that keeps the last seconds of a mount as files. */
export class StationClips implements HousePart {
  readonly #deps: StationClipsDeps;
  readonly #store: ClipStore;
  readonly #time: ClockSteps;
  #timer: Timer | undefined;

  constructor(deps: StationClipsDeps, dataDir: string) {
    const { log, mounts, settings } = deps;
    this.#deps = deps;
    this.#time = new ClockSteps(deps, (step) => void this.#store.moveBy(step));
    this.#store = new ClipStore(
      {
        log: log.room('clips'),
        wallTime: this.#time.now,
        sourceOf: (path) => clipSource(mounts.get(path), settings().encoder.defaultRung),
        stationName: () => settings().metadata.stationName,
      },
      join(dataDir, DIRECTORY),
    );
  }

  /** What the page and programs may do with clips. */
  get api(): Pick<ClipDeps, 'clips' | 'limits' | 'firstMount'> {
    const { mounts } = this.#deps;
    return { clips: this.#store, limits: CLIP_LIMITS, firstMount: () => [...mounts.keys()][0] ?? '/stream' };
  }

  /** Tells of it as an event too. */
  async save(mount: string, seconds: number): ReturnType<StationControl['saveClip']> {
    const clip = await this.#store.save(mount, seconds);
    this.#deps.events.emit('clip_saved', mount, clip.name);
    return clip;
  }

  async start(): Promise<void> {
    await this.#store.start();
    this.#look();
  }

  configure(): void {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    await this.#store[Symbol.asyncDispose]();
  }

  #look(): void {
    this.#time.now();
    this.#timer = this.#deps.clock.after(LOOK_MS, () => this.#look());
  }
}

/** Of the rung that is always encoded or, where that has nothing, of the one with the longest past. */
function clipSource(mount: Mount | undefined, defaultRung: Rung | null): ClipSource | undefined {
  if (mount === undefined) return undefined;
  const own = mount.ring.track(defaultRung ?? nearestRung('mp3', 128));
  let track = own;
  if (pastUs(own) <= 0) for (const each of mount.ring.tracks) if (pastUs(each) > pastUs(track)) track = each;
  return { rung: track.rung, track, header: mount.headerOf(track.rung) };
}

function pastUs({ endPtsUs, oldestPtsUs }: Track): number {
  return endPtsUs - oldestPtsUs;
}
