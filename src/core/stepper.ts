/** What a stepper is told with each tick. Where neither is true, things stay as they are. */
export interface StepperSigns {
  /** There is a reason to take a step, and a step to take. */
  readonly isPressed: boolean;
  /** There is room to take one back. */
  readonly isCalm: boolean;
}

/** Between two steps, for the last one to show in the figures. */
const DWELL_US = 5_000_000;
/** How long it must have been calm before a step is taken back. */
const RECOVER_US = 15_000_000;
/** A recovery that does not hold for this long was one too early … */
const HOLD_US = 120_000_000;
/** … and the next waits twice as long, up to that. */
const MOST_RECOVER_US = 300_000_000;

/**
 * When to take a step up a ladder of savings, and when to take it back: one at a time, with a dwell, within seconds up and
 * slowly back. A recovery that had to be taken back makes the next wait twice as long; so what comes back with every
 * recovery is tried less and less, down to once in five minutes.
 *
 * It knows no clock, and not what the steps are: step 0 saves nothing, a higher one saves more.
 */
export class Stepper {
  #step = 0;
  #steppedUs = Number.NEGATIVE_INFINITY;
  /** Undefined while it is not calm. */
  #calmSinceUs: number | undefined;
  /** The last recovery that has not proved good or bad yet. */
  #recoveredUs: number | undefined;
  #recoverUs = RECOVER_US;

  get step(): number {
    return this.#step;
  }

  /**
   * What is to be done now; whoever asks then calls `take`, or leaves it be.
   *
   * @param nowUs microseconds of any clock that only goes forward
   */
  feel(nowUs: number, { isPressed, isCalm }: StepperSigns): 'more' | 'less' | undefined {
    this.#calmSinceUs = isCalm ? (this.#calmSinceUs ?? nowUs) : undefined;
    if (this.#recoveredUs !== undefined && nowUs - this.#recoveredUs >= HOLD_US) {
      this.#recoveredUs = undefined;
      this.#recoverUs = RECOVER_US;
    }
    if (nowUs - this.#steppedUs < DWELL_US) return undefined;
    if (isPressed) return 'more';
    const hasRecovered = nowUs - (this.#calmSinceUs ?? nowUs) >= this.#recoverUs;
    return this.#step > 0 && hasRecovered ? 'less' : undefined;
  }

  /** Goes to `step`: savings when that is higher than the present one, a recovery when it is lower. */
  take(nowUs: number, step: number): void {
    if (step > this.#step) {
      if (this.#recoveredUs !== undefined) this.#recoverUs = Math.min(2 * this.#recoverUs, MOST_RECOVER_US);
      this.#recoveredUs = undefined;
    } else {
      this.#recoveredUs = nowUs;
    }
    this.#step = step;
    this.wait(nowUs);
  }

  /** Something else has changed what is felt: dwell and calm count from now. */
  wait(nowUs: number): void {
    this.#steppedUs = nowUs;
    if (this.#calmSinceUs !== undefined) this.#calmSinceUs = nowUs;
  }

  /** The ladder is another one, on which the present savings are this step. */
  renumber(step: number): void {
    this.#step = step;
  }
}
