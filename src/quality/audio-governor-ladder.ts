/** What the whole box does without in its sound. */
export interface AudioStep {
  /** 0: nothing. */
  readonly step: number;
  /** Index into the efforts of `effortsOf`. */
  readonly effortIndex: 0 | 1 | 2;
  /** Rungs of one codec that are encoded for listeners who leave the choice to Pipit; Infinity: all. */
  readonly maxRungs: number;
  /** The highest of those, kbit/s; Infinity: any. */
  readonly maxKbps: number;
}

const ANY = Number.POSITIVE_INFINITY;

/**
 * What is least missed goes first. The effort of encoders is hardly heard. Of two rungs the lowest is always one, since
 * nobody may be given more than its link carries; so there is one rung alone only when the highest is the lowest.
 */
export const AUDIO_STEPS: readonly AudioStep[] = (
  [
    [0, ANY, ANY],
    [1, ANY, ANY],
    [2, ANY, ANY],
    [2, 3, ANY],
    [2, 2, ANY],
    [2, 2, 256],
    [2, 2, 128],
    [2, 1, 64],
  ] as const
).map(([effortIndex, maxRungs, maxKbps], step) => ({ step, effortIndex, maxRungs, maxKbps }));

/** The last step that saves only effort. */
export const LAST_EFFORT_STEP = 2;
/** The last step before the highest rung is forbidden. */
export const LAST_MERGING_STEP = 4;
