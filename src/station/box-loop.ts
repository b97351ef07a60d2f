import type { StreamingSettings } from '../config/settings.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { HostLoad } from '../core/host-load.ts';
import type { QuickSyncSettings } from '../core/quick-sync-settings.ts';
import type { Codec, Rung } from '../core/rung.ts';
import type { BoxStats } from '../web/answers.ts';
import { BoxPictures, type BoxPicturesDeps } from './box-pictures.ts';
import { BoxSound, type BoxSoundDeps } from './box-sound.ts';

/** How hard the machine has it, sampled by somebody. */
export interface LoadSampler extends AsyncDisposable {
  readonly load: HostLoad;
  start(signal: AbortSignal): void;
}

export interface BoxLoopDeps extends BoxPicturesDeps, BoxSoundDeps {
  readonly clock: Clock;
  readonly sampler: LoadSampler;
}

export interface BoxLoopSettings {
  readonly streaming: StreamingSettings;
  readonly quickSync: QuickSyncSettings;
}

const TICK_MS = 1_000;

/**
 * Looks at the whole box once a second, and has it do without something before sound breaks up and pictures stutter. What
 * is least missed goes first: the effort of sound's encoders, then what pictures can do without, then rungs of sound. They
 * come back in the reverse order. One step of either at a time; only when sound is lost already does each take its steps
 * without regard to the other's, and never in the same second.
 */
export class BoxLoop implements AsyncDisposable {
  readonly #deps: BoxLoopDeps;
  readonly #settings: () => BoxLoopSettings;
  readonly #pictures: BoxPictures;
  readonly #sound: BoxSound;
  readonly #stop = new AbortController();
  #timer: Timer | undefined;

  /** @param settings as they are now */
  constructor(deps: BoxLoopDeps, settings: () => BoxLoopSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#pictures = new BoxPictures(deps, () => settings().streaming);
    this.#sound = new BoxSound(deps);
  }

  start(): void {
    this.#deps.sampler.start(this.#stop.signal);
    this.#tickLater();
  }

  /** The highest bitrate that a listener who leaves the choice to Pipit may have, kbit/s; Infinity: any. */
  get boxKbps(): number {
    return this.#sound.maxKbps;
  }

  /** The box can do with more than is encoded now: listeners may go up. */
  get isCalm(): boolean {
    return this.#sound.isOpen;
  }

  /** The rungs of a codec that such listeners may be on, lowest bitrate first; the same array until it changes. */
  allowed(codec: Codec): readonly Rung[] {
    return this.#sound.allowed(codec);
  }

  get stats(): BoxStats {
    const { cpuPercent, memoryPercent, temperatureC, isThrottled } = this.#deps.sampler.load;
    return {
      ...this.#pictures.stats,
      ...this.#sound.stats,
      cpu_percent: cpuPercent ?? null,
      memory_percent: memoryPercent ?? null,
      temperature_c: temperatureC ?? null,
      throttled: isThrottled ?? null,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#timer?.cancel();
    await this.#deps.sampler[Symbol.asyncDispose]();
  }

  #tickLater(): void {
    this.#timer = this.#deps.clock.after(TICK_MS, () => {
      this.#tickLater();
      this.#tick(this.#deps.clock.nowUs());
    });
  }

  #tick(nowUs: number): void {
    const { load } = this.#deps.sampler;
    const [pictures, sound] = [this.#pictures, this.#sound];
    const isSoundMoved = sound.tick(nowUs, load, this.#settings().quickSync, {
      maySaveRungs: !pictures.canSaveMore,
      mayRestoreEffort: !pictures.isSaving,
    });
    const isUrgent = sound.isUrgent;
    if (isSoundMoved && !isUrgent) pictures.wait(nowUs);
    const arePicturesMoved = pictures.tick(nowUs, load, isUrgent, {
      mayFall: !isSoundMoved && (isUrgent || !sound.givesEffort),
      mayRise: !isSoundMoved && !sound.savesRungs,
    });
    if (arePicturesMoved && !isUrgent) sound.wait(nowUs);
  }
}
