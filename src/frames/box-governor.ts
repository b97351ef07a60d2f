import { Stepper } from '../core/stepper.ts';
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

/** What whoever looks at the whole box lets a governor do now. */
export interface StepPermit {
  readonly mayFall: boolean;
  readonly mayRise: boolean;
}

const ANY: StepPermit = { mayFall: true, mayRise: true };

/**
 * Saves for the whole box before its pictures stutter: caps the levels, then the width, then the rate, one step at a
 * time (`Stepper`: within seconds, and slowly back).
 *
 * It knows no clock: the time comes with each tick.
 */
export class BoxGovernor {
  readonly #pressure = new BoxPressure();
  readonly #stepper = new Stepper();
  #ladder: readonly LadderStep[];
  #levelCount: number;
  #savings: BoxSavings;
  #canSaveMore = false;

  constructor({ levelCount }: BoxGovernorOptions) {
    this.#levelCount = levelCount;
    this.#ladder = ladderOf(levelCount);
    this.#savings = { ...(this.#ladder[0] as LadderStep), reason: undefined };
  }

  /** What holds now; the same object until it changes. */
  get savings(): BoxSavings {
    return this.#savings;
  }

  /** As of the last tick, pictures are made, and could be made with less. */
  get canSaveMore(): boolean {
    return this.#canSaveMore;
  }

  /** Takes another number of levels; what is saved beyond them stays. */
  configure({ levelCount }: BoxGovernorOptions): void {
    const { step, reason } = this.#savings;
    const beyondLevels = step - (this.#levelCount - 1);
    this.#ladder = ladderOf(levelCount);
    this.#levelCount = levelCount;
    this.#stepper.renumber(beyondLevels > 0 ? levelCount - 1 + beyondLevels : Math.min(step, levelCount - 1));
    this.#follow(reason);
  }

  /**
   * About once a second. Takes a step at most.
   *
   * @param nowUs microseconds of any clock that only goes forward
   */
  tick(nowUs: number, input: BoxInput, { mayFall, mayRise } = ANY): BoxSavings {
    const { step } = this.#stepper;
    const { reason, isCalm } = this.#pressure.feel(nowUs, input, this.#encodeGrowth());
    this.#canSaveMore = input.encodesPerSecond > 0 && step < this.#lowestStep(reason);
    const wish = this.#stepper.feel(nowUs, { isPressed: reason !== undefined && this.#canSaveMore, isCalm });
    if (wish === 'more' && mayFall) {
      this.#stepper.take(nowUs, step + 1);
      this.#follow(reason);
    } else if (wish === 'less' && mayRise) {
      this.#stepper.take(nowUs, step - 1);
      this.#follow(this.#savings.reason);
    }
    return this.#savings;
  }

  /** Something else than pictures has changed the load: the next step waits until that shows. */
  wait(nowUs: number): void {
    this.#stepper.wait(nowUs);
  }

  /** A weak power supply throttles for months, and a box that has time to spare need not stutter for it. */
  #lowestStep(reason: BoxReason | undefined): number {
    return reason === 'throttled' ? this.#levelCount - 1 : this.#ladder.length - 1;
  }

  /** An encode takes as long as the picture has pixels. */
  #encodeGrowth(): number {
    const { step, widthShare } = this.#savings;
    const above = this.#ladder[step - 1]?.widthShare ?? widthShare;
    return (above / widthShare) ** 2;
  }

  /** What is saved becomes what the stepper says. */
  #follow(reason: BoxReason | undefined): void {
    const { step } = this.#stepper;
    const present = this.#savings;
    const next = { ...(this.#ladder[step] as LadderStep), reason: step === 0 ? undefined : reason };
    const isSame = present.step === step && present.maxLevelIndex === next.maxLevelIndex;
    if (!isSame || present.reason !== next.reason) this.#savings = next;
  }
}
