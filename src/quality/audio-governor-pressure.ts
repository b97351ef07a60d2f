import type { HostLoad } from '../core/host-load.ts';
import { HostPressure, type HostReason } from '../core/host-pressure.ts';
import type { QuickSyncSettings } from '../core/quick-sync-settings.ts';
import { AUDIO_STEPS, LAST_EFFORT_STEP, LAST_MERGING_STEP } from './audio-governor-ladder.ts';

/** Why sound saves: the first of behind, xruns, temperature, memory, cpu, throttled that applies. */
export type AudioReason = 'behind' | 'xruns' | HostReason;

/** What has gone wrong with sound since the last look. */
export interface SoundTroubles {
  /** The sound card delivered more than was read in time. */
  readonly xruns: number;
  /** Samples that an encoder left out because it was too slow, units that the main process did not take. */
  readonly lost: number;
}

/** What sound feels of the box. */
export interface AudioPressure {
  readonly reason: AudioReason | undefined;
  /** It could do with saving less. */
  readonly isCalm: boolean;
  /** There is room for more than is encoded now; throttling is no objection. */
  readonly hasRoom: boolean;
  /** It must save, and not only because it is throttled, or because the processor is busy with something else. */
  readonly isHard: boolean;
  /** Sound is being lost: nobody waits for another. */
  readonly isUrgent: boolean;
  /** As far as that reason may go. */
  readonly lastStep: number;
}

type LoadMarks = Pick<QuickSyncSettings, 'highCpuPercent' | 'moderateCpuPercent'>;

/** Per cent of all cores. While Pipit takes less in all, the load is somebody else's. */
const OWN_SHARE_PERCENT = 5;
const LAST_STEP = AUDIO_STEPS.length - 1;

/** Weighs what the machine tells, and what befalls the sound. */
export class AudioPressureGauge {
  readonly #host = new HostPressure();

  feel(nowUs: number, load: HostLoad, troubles: SoundTroubles, marks: LoadMarks): AudioPressure {
    const { highCpuPercent: down, moderateCpuPercent: up } = marks;
    const host = this.#host.feel(nowUs, load, { down, up });
    const ofTroubles: AudioReason[] = [
      ...(troubles.lost > 0 ? (['behind'] as const) : []),
      ...(troubles.xruns > 0 ? (['xruns'] as const) : []),
    ];
    const isOwn = (load.ownCpuPercent ?? 100) >= OWN_SHARE_PERCENT;
    const reasons = [...ofTroubles, ...host.reasons];
    return {
      reason: reasons[0],
      isCalm: host.isCalm && ofTroubles.length === 0,
      hasRoom: host.hasRoom && ofTroubles.length === 0,
      isHard: reasons.some((reason) => reason !== 'throttled' && (isOwn || reason !== 'cpu')),
      isUrgent: ofTroubles.length > 0,
      lastStep: Math.max(0, ...reasons.map((reason) => lastStepFor(reason, isOwn))),
    };
  }
}

function lastStepFor(reason: AudioReason, isOwn: boolean): number {
  switch (reason) {
    case 'behind':
      return LAST_STEP;
    // A bad card overruns for months whatever the load, and a weak power supply throttles for months: neither takes the
    // best rung away.
    case 'xruns':
      return LAST_MERGING_STEP;
    case 'throttled':
      return isOwn ? LAST_MERGING_STEP : LAST_EFFORT_STEP;
    default:
      return isOwn ? LAST_STEP : LAST_EFFORT_STEP;
  }
}
