import type { CounterSet } from '../core/counters.ts';
import type { HostLoad } from '../core/host-load.ts';
import type { Log } from '../core/log.ts';
import type { QuickSyncSettings } from '../core/quick-sync-settings.ts';
import type { Codec, Rung } from '../core/rung.ts';
import type { EncoderEffort } from '../core/source-settings.ts';
import type { SoundAudience } from '../quality/allowed-rungs.ts';
import { AudioGovernor, type AudioPermit, type AudioSavings } from '../quality/audio-governor.ts';
import type { BoxStats } from '../web/answers.ts';
import { SoundTroubleCount } from './sound-troubles.ts';

/** A source of sound as the box sees it. */
export interface BoxFeed {
  readonly isLive: boolean;
  /** The rungs that somebody wants from it. */
  readonly wanted: readonly Rung[];
  setEffort(effort: EncoderEffort): void;
}

export interface BoxSoundDeps {
  readonly log: Log;
  readonly counters: CounterSet;
  readonly feeds: readonly BoxFeed[];
  /** As the configuration has it. */
  readonly encoder: EncoderEffort & { readonly defaultRung: Rung | null };
  /** Who listens to what, over all mounts. */
  readonly audience: () => SoundAudience;
}

/** What the whole box does without in its sound: the governor, what it goes by, and what follows. */
export class BoxSound {
  readonly #deps: BoxSoundDeps;
  readonly #governor: AudioGovernor;
  readonly #troubles: SoundTroubleCount;

  constructor(deps: BoxSoundDeps) {
    this.#deps = deps;
    this.#governor = new AudioGovernor({ effort: deps.encoder, defaultRung: deps.encoder.defaultRung });
    this.#troubles = new SoundTroubleCount(deps.counters);
  }

  /** kbit/s; Infinity: any. The default rung is encoded anyway and is never above it. */
  get maxKbps(): number {
    return Math.max(this.#governor.savings.maxKbps, this.#deps.encoder.defaultRung?.bitrateKbps ?? 0);
  }

  get isOpen(): boolean {
    return this.#governor.isOpen;
  }

  get isUrgent(): boolean {
    return this.#governor.isUrgent;
  }

  get givesEffort(): boolean {
    return this.#governor.givesEffort;
  }

  get savesRungs(): boolean {
    return this.#governor.savesRungs;
  }

  allowed(codec: Codec): readonly Rung[] {
    return this.#governor.allowed(codec);
  }

  get stats(): Pick<BoxStats, 'audio_step' | 'audio_reason' | 'effort' | 'max_rungs' | 'max_kbps'> {
    const { step, reason, effortName, maxRungs, maxKbps } = this.#governor.savings;
    return {
      audio_step: step,
      audio_reason: reason ?? null,
      effort: effortName,
      max_rungs: Number.isFinite(maxRungs) ? maxRungs : null,
      max_kbps: Number.isFinite(maxKbps) ? maxKbps : null,
    };
  }

  /** Whether a step was taken. */
  tick(nowUs: number, load: HostLoad, settings: QuickSyncSettings, permit: AudioPermit): boolean {
    const { feeds, audience } = this.#deps;
    const encoded = feeds.filter(({ isLive }) => isLive).flatMap(({ wanted }) => wanted);
    const input = { load, troubles: this.#troubles.take(), encoded, audience: audience() };
    const before = this.#governor.savings;
    const savings = this.#governor.tick(nowUs, input, settings, permit);
    if (savings === before) return false;
    if (savings.effort !== before.effort) for (const feed of feeds) feed.setEffort(savings.effort);
    this.#tell(before, savings);
    return true;
  }

  /** Something else than sound has changed the load. */
  wait(nowUs: number): void {
    this.#governor.wait(nowUs);
  }

  #tell(before: AudioSavings, { step, reason, effortName, maxRungs, maxKbps }: AudioSavings): void {
    const held = [
      ...(step > 0 ? [`sound is encoded with ${effortName} effort`] : []),
      ...(Number.isFinite(maxRungs) ? [`at ${maxRungs} ${maxRungs === 1 ? 'bitrate' : 'bitrates'} of a codec`] : []),
      ...(Number.isFinite(maxKbps) ? [`up to ${maxKbps} kbit/s`] : []),
    ].join(', ');
    const { log } = this.#deps;
    if (step > before.step) log.notice(`the box has it hard (${reason}): ${held}`);
    else log.notice(`the box recovers: ${held || 'sound as it is configured'}`);
  }
}
