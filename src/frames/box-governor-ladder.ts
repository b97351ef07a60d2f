/** What every camera of the box has to do without, so that the box keeps up. */
export interface LadderStep {
  /** 0: nothing. */
  readonly step: number;
  /** The best level that may be sent, as an index into the levels, the highest first; 0: any. */
  readonly maxLevelIndex: number;
  /** Of the frame's own width. */
  readonly widthShare: 1 | 0.5;
  /** Pictures a second; Infinity: all there are. */
  readonly maxFps: number;
}

/**
 * After the levels: what is least missed goes first. There is no width between the whole and the half: halving is cheap,
 * and to scale by any other share costs more than the smaller picture saves.
 */
const AFTER_LEVELS: readonly Pick<LadderStep, 'widthShare' | 'maxFps'>[] = [
  { widthShare: 0.5, maxFps: Number.POSITIVE_INFINITY },
  { widthShare: 0.5, maxFps: 15 },
  { widthShare: 0.5, maxFps: 10 },
  { widthShare: 0.5, maxFps: 5 },
];

/** The steps of savings for a number of levels, from none to all: each saves more than the one before. */
export function ladderOf(levelCount: number): readonly LadderStep[] {
  const levels = Array.from({ length: levelCount }, (_, index) => ({
    maxLevelIndex: index,
    widthShare: 1 as const,
    maxFps: Number.POSITIVE_INFINITY,
  }));
  const after = AFTER_LEVELS.map((saving) => ({ maxLevelIndex: levelCount - 1, ...saving }));
  return [...levels, ...after].map((saving, step) => ({ step, ...saving }));
}
