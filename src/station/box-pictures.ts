import type { StreamingSettings } from '../config/settings.ts';
import type { HostLoad } from '../core/host-load.ts';
import type { Log } from '../core/log.ts';
import { BoxGovernor, type BoxSavings, type StepPermit } from '../frames/box-governor.ts';
import type { BoxLimit } from '../frames/camera-feed.ts';
import type { FrameCacheStats } from '../frames/frame-cache.ts';
import type { BoxStats } from '../web/answers.ts';

/** A camera as the box sees it. */
export interface BoxCamera {
  readonly feed: {
    readonly cache: { stats(): Pick<FrameCacheStats, 'encodes' | 'encodeMs'> };
    limit(limit: BoxLimit): void;
  };
}

export interface BoxPicturesDeps {
  readonly log: Log;
  readonly cameras: readonly BoxCamera[];
}

/** What the whole box does without in its pictures: the governor, what it goes by, and what follows. */
export class BoxPictures {
  readonly #deps: BoxPicturesDeps;
  readonly #streaming: () => StreamingSettings;
  #governor: BoxGovernor;
  #applied: BoxSavings | undefined;
  #encodes = 0;
  #tickedUs = 0;

  /** @param streaming the settings as they are now */
  constructor(deps: BoxPicturesDeps, streaming: () => StreamingSettings) {
    this.#deps = deps;
    this.#streaming = streaming;
    this.#governor = new BoxGovernor({ levelCount: streaming().qualityLevels.length });
  }

  /** Pictures are made, and could be made with less. */
  get canSaveMore(): boolean {
    return this.#governor.canSaveMore;
  }

  get isSaving(): boolean {
    return this.#governor.savings.step > 0;
  }

  get stats(): Pick<BoxStats, 'step' | 'reason' | 'max_level' | 'width_share' | 'max_fps'> {
    const { step, reason, widthShare, maxFps } = this.#governor.savings;
    return {
      step,
      reason: reason ?? null,
      max_level: this.#maxLevel(),
      width_share: widthShare,
      max_fps: Number.isFinite(maxFps) ? maxFps : null,
    };
  }

  /** Whether a step was taken. */
  tick(nowUs: number, load: HostLoad, isSoundLost: boolean, permit: StepPermit): boolean {
    const { enableOptimizer, qualityLevels } = this.#streaming();
    const caches = this.#deps.cameras.map(({ feed }) => feed.cache.stats());
    const encodes = caches.reduce((sum, cache) => sum + cache.encodes, 0);
    const encodesPerSecond = ((encodes - this.#encodes) * 1e6) / (nowUs - this.#tickedUs);
    this.#encodes = encodes;
    this.#tickedUs = nowUs;
    if (!enableOptimizer) return this.#letGo();
    const times = caches.flatMap(({ encodeMs }) => encodeMs.recent ?? []);
    const encodeMs = times.length === 0 ? undefined : Math.max(...times);
    this.#governor.configure({ levelCount: qualityLevels.length });
    return this.#apply(this.#governor.tick(nowUs, { load, encodeMs, encodesPerSecond, isSoundLost }, permit));
  }

  /** Something else than pictures has changed the load. */
  wait(nowUs: number): void {
    this.#governor.wait(nowUs);
  }

  /** The optimizer is switched off: what was saved is given back, and nothing is remembered. */
  #letGo(): boolean {
    if (!this.isSaving && !this.canSaveMore) return false;
    this.#governor = new BoxGovernor({ levelCount: this.#streaming().qualityLevels.length });
    return this.#apply(this.#governor.savings);
  }

  #apply(savings: BoxSavings): boolean {
    const before = this.#applied;
    if (savings === before) return false;
    this.#applied = savings;
    const { widthShare, maxFps, step, reason } = savings;
    const maxLevel = this.#maxLevel() ?? 100;
    for (const { feed } of this.#deps.cameras) feed.limit({ maxLevel, widthShare, maxFps });
    if (before === undefined || step === before.step) return false;
    const held = [
      ...(maxLevel < 100 ? [`quality up to ${maxLevel}`] : []),
      ...(widthShare < 1 ? [`${widthShare} of the width`] : []),
      ...(Number.isFinite(maxFps) ? [`${maxFps} pictures a second`] : []),
    ].join(', ');
    const { log } = this.#deps;
    if (step > before.step) log.notice(`the box has it hard (${reason}): ${held}`);
    else log.notice(`the box recovers: ${held || 'pictures as they are wished'}`);
    return true;
  }

  /** Null while levels are free. */
  #maxLevel(): number | null {
    const { maxLevelIndex } = this.#governor.savings;
    return maxLevelIndex === 0 ? null : (this.#streaming().qualityLevels[maxLevelIndex] ?? null);
  }
}
