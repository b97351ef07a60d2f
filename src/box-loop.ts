import type { StreamingSettings } from './config/settings.ts';
import type { Clock, Timer } from './core/clock.ts';
import type { HostLoad } from './core/host-load.ts';
import type { Log } from './core/log.ts';
import { BoxGovernor, type BoxSavings } from './frames/box-governor.ts';
import type { BoxLimit } from './frames/camera-feed.ts';
import type { FrameCacheStats } from './frames/frame-cache.ts';
import type { BoxStats } from './web/answers.ts';

/** How hard the machine has it, sampled by somebody. */
export interface LoadSampler extends AsyncDisposable {
  readonly load: HostLoad;
  start(signal: AbortSignal): void;
}

/** A camera as the box sees it. */
export interface BoxCamera {
  readonly feed: {
    readonly cache: { stats(): Pick<FrameCacheStats, 'encodes' | 'encodeMs'> };
    limit(limit: BoxLimit): void;
  };
}

export interface BoxLoopDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly sampler: LoadSampler;
  readonly cameras: readonly BoxCamera[];
}

const TICK_MS = 1_000;

/** Looks at the whole box once a second, and has all cameras do without something before their pictures stutter. */
export class BoxLoop implements AsyncDisposable {
  readonly #deps: BoxLoopDeps;
  readonly #streaming: () => StreamingSettings;
  #governor: BoxGovernor;
  readonly #stop = new AbortController();
  #applied: BoxSavings | undefined;
  #encodes = 0;
  #timer: Timer | undefined;

  /** @param streaming the settings as they are now */
  constructor(deps: BoxLoopDeps, streaming: () => StreamingSettings) {
    this.#deps = deps;
    this.#streaming = streaming;
    this.#governor = new BoxGovernor({ levelCount: streaming().qualityLevels.length });
  }

  /** Without cameras there is nothing to save. */
  start(): void {
    const { sampler, cameras } = this.#deps;
    if (cameras.length === 0) return;
    sampler.start(this.#stop.signal);
    this.#tickLater();
  }

  get stats(): BoxStats {
    const { cpuPercent, memoryPercent, temperatureC, isThrottled } = this.#deps.sampler.load;
    const { step, reason, widthShare, maxFps } = this.#governor.savings;
    return {
      step,
      reason: reason ?? null,
      max_level: this.#maxLevel(),
      width_share: widthShare,
      max_fps: Number.isFinite(maxFps) ? maxFps : null,
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
      this.#tick();
    });
  }

  #tick(): void {
    const { clock, sampler, cameras } = this.#deps;
    const { enableOptimizer, qualityLevels } = this.#streaming();
    const caches = cameras.map(({ feed }) => feed.cache.stats());
    const encodes = caches.reduce((sum, cache) => sum + cache.encodes, 0);
    const encodesPerSecond = ((encodes - this.#encodes) * 1000) / TICK_MS;
    this.#encodes = encodes;
    if (!enableOptimizer) return this.#letGo();
    const times = caches.flatMap(({ encodeMs }) => encodeMs.recent ?? []);
    const encodeMs = times.length === 0 ? undefined : Math.max(...times);
    this.#governor.configure({ levelCount: qualityLevels.length });
    this.#apply(this.#governor.tick(clock.nowUs(), { load: sampler.load, encodeMs, encodesPerSecond }));
  }

  /** The optimizer is switched off: what was saved is given back, and nothing is remembered. */
  #letGo(): void {
    if (this.#governor.savings.step === 0) return;
    this.#governor = new BoxGovernor({ levelCount: this.#streaming().qualityLevels.length });
    this.#apply(this.#governor.savings);
  }

  #apply(savings: BoxSavings): void {
    const before = this.#applied;
    if (savings === before) return;
    this.#applied = savings;
    const { widthShare, maxFps, step, reason } = savings;
    const maxLevel = this.#maxLevel() ?? 100;
    for (const { feed } of this.#deps.cameras) feed.limit({ maxLevel, widthShare, maxFps });
    if (before === undefined || step === before.step) return;
    const held = [
      ...(maxLevel < 100 ? [`quality up to ${maxLevel}`] : []),
      ...(widthShare < 1 ? [`${widthShare} of the width`] : []),
      ...(Number.isFinite(maxFps) ? [`${maxFps} pictures a second`] : []),
    ].join(', ');
    const { log } = this.#deps;
    if (step > before.step) log.notice(`the box has it hard (${reason}): ${held}`);
    else log.notice(`the box recovers: ${held || 'pictures as they are wished'}`);
  }

  /** Null while levels are free. */
  #maxLevel(): number | null {
    const { maxLevelIndex } = this.#governor.savings;
    return maxLevelIndex === 0 ? null : (this.#streaming().qualityLevels[maxLevelIndex] ?? null);
  }
}
