import { type LadderStep, ladderOf } from './box-governor-ladder.ts';
import { type BoxInput, BoxPressure, type BoxReason } from './box-governor-pressure.ts';

/** What the whole box saves at present. */
export interface BoxSavings extends LadderStep {
  /** Why the last step was taken that saves; undefined at step 0. */
  readonly reason: BoxReason | undefined;
}

export interface BoxGovernorOptions {
  /** Levels between which it may choose, the floor not among them; at least 1. */
  readonly levelCount: number;
}

/** Between two steps, for the last one to show in the figures. */
const DWELL_US = 5_000_000;
/** How long the box must have been calm before it saves less. */
const RECOVER_US = 15_000_000;
/** A recovery that does not hold for this long was one too early … */
const HOLD_US = 120_000_000;
/** … and the next waits twice as long, up to that. */
const MOST_RECOVER_US = 300_000_000;

/**
 * Saves for the whole box before its pictures stutter: caps the levels, then the width, then the rate, one step at a
 * time. It falls within seconds and recovers slowly; a recovery that had to be taken back makes the next wait twice as
 * long. So a box whose load comes back with every recovery tries it less and less, down to once in five minutes.
 *
 * It knows no clock: the time comes with each tick.
 */
export class BoxGovernor {
  readonly #pressure = new BoxPressure();
  #ladder: readonly LadderStep[];
  #levelCount: number;
  #savings: BoxSavings;
  #steppedUs = Number.NEGATIVE_INFINITY;
  /** Undefined while it is not calm. */
  #calmSinceUs: number | undefined;
  /** The last recovery that has not proved good or bad yet. */
  #recoveredUs: number | undefined;
  #recoverUs = RECOVER_US;

  constructor({ levelCount }: BoxGovernorOptions) {
    this.#levelCount = levelCount;
    this.#ladder = ladderOf(levelCount);
    this.#savings = { ...(this.#ladder[0] as LadderStep), reason: undefined };
  }

  /** What holds now; the same object until it changes. */
  get savings(): BoxSavings {
    return this.#savings;
  }

  /** Takes another number of levels; what is saved beyond them stays. */
  configure({ levelCount }: BoxGovernorOptions): void {
    const { step, reason } = this.#savings;
    const beyondLevels = step - (this.#levelCount - 1);
    this.#ladder = ladderOf(levelCount);
    this.#levelCount = levelCount;
    this.#goTo(beyondLevels > 0 ? levelCount - 1 + beyondLevels : Math.min(step, levelCount - 1), reason);
  }

  /**
   * About once a second. Takes a step at most.
   *
   * @param nowUs microseconds of any clock that only goes forward
   */
  tick(nowUs: number, input: BoxInput): BoxSavings {
    const { step } = this.#savings;
    const { reason, isCalm } = this.#pressure.feel(nowUs, input, this.#encodeGrowth());
    this.#calmSinceUs = isCalm ? (this.#calmSinceUs ?? nowUs) : undefined;
    if (this.#recoveredUs !== undefined && nowUs - this.#recoveredUs >= HOLD_US) {
      this.#recoveredUs = undefined;
      this.#recoverUs = RECOVER_US;
    }
    if (nowUs - this.#steppedUs < DWELL_US) return this.#savings;
    if (reason !== undefined && step < this.#lowestStep(reason)) this.#saveMore(nowUs, reason);
    else if (step > 0 && nowUs - (this.#calmSinceUs ?? nowUs) >= this.#recoverUs) this.#saveLess(nowUs);
    return this.#savings;
  }

  #saveMore(nowUs: number, reason: BoxReason): void {
    if (this.#recoveredUs !== undefined) this.#recoverUs = Math.min(2 * this.#recoverUs, MOST_RECOVER_US);
    this.#recoveredUs = undefined;
    this.#steppedUs = nowUs;
    this.#goTo(this.#savings.step + 1, reason);
  }

  #saveLess(nowUs: number): void {
    const step = this.#savings.step - 1;
    this.#recoveredUs = nowUs;
    this.#steppedUs = nowUs;
    this.#calmSinceUs = nowUs;
    this.#goTo(step, step === 0 ? undefined : this.#savings.reason);
  }

  /** A weak power supply throttles for months, and a box that has time to spare need not stutter for it. */
  #lowestStep(reason: BoxReason): number {
    return reason === 'throttled' ? this.#levelCount - 1 : this.#ladder.length - 1;
  }

  /** An encode takes as long as the picture has pixels. */
  #encodeGrowth(): number {
    const { step, widthShare } = this.#savings;
    const above = this.#ladder[step - 1]?.widthShare ?? widthShare;
    return (above / widthShare) ** 2;
  }

  #goTo(step: number, reason: BoxReason | undefined): void {
    const present = this.#savings;
    const next = { ...(this.#ladder[step] as LadderStep), reason: step === 0 ? undefined : reason };
    const isSame = present.step === step && present.maxLevelIndex === next.maxLevelIndex;
    if (!isSame || present.reason !== next.reason) this.#savings = next;
  }
}
