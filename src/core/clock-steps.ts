import type { Clock } from './clock.ts';

/** The wall clock was set: what was noted between two moments, by the old time, belongs so much later (or earlier). */
export interface ClockStep {
  readonly fromMs: number;
  readonly toMs: number;
  readonly byMs: number;
}

export interface ClockStepsDeps {
  readonly clock: Clock;
  readonly wallTime: () => Date;
}

/** Less is drift, or NTP at work. */
const STEP_MS = 60_000;

/**
 * The wall clock of a machine that may have none: a Pi begins where it was switched off, or years ago, and is told the
 * time minutes later. Tells when the wall clock has gone another way than the monotonic one, by a minute or more; then
 * all that this run has noted so far moves with it.
 */
export class ClockSteps {
  readonly #deps: ClockStepsDeps;
  readonly #onStep: (step: ClockStep) => void;
  #fromMs: number;
  /** Of the wall clock, less the monotonic one. */
  #offsetMs: number;

  /** @param onStep called before `now` answers with the new time */
  constructor(deps: ClockStepsDeps, onStep: (step: ClockStep) => void) {
    this.#deps = deps;
    this.#onStep = onStep;
    this.#fromMs = deps.wallTime().getTime();
    this.#offsetMs = this.#fromMs - deps.clock.nowUs() / 1000;
  }

  /** The time, as `Date`: whoever asks has every step told first. */
  readonly now = (): Date => {
    const now = this.#deps.wallTime();
    const offsetMs = now.getTime() - this.#deps.clock.nowUs() / 1000;
    const byMs = Math.round(offsetMs - this.#offsetMs);
    this.#offsetMs = offsetMs;
    if (Math.abs(byMs) < STEP_MS) return now;
    const step = { fromMs: this.#fromMs, toMs: now.getTime() - byMs, byMs };
    this.#fromMs += byMs;
    this.#onStep(step);
    return now;
  };
}

/** The same moment after the step; those that it is not about stay as they are. */
export function movedBy(timeMs: number, { fromMs, toMs, byMs }: ClockStep): number {
  return timeMs >= fromMs && timeMs <= toMs ? timeMs + byMs : timeMs;
}
