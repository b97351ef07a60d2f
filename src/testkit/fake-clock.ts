import type { Clock, Timer } from '../core/clock.ts';

interface Pending {
  readonly dueUs: number;
  readonly order: number;
  readonly fn: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #nowUs: number;
  #order = 0;
  readonly #pending = new Set<Pending>();

  /** @param startUs what `nowUs` says at first; not 0, so that code that takes 0 for "never" is found out. */
  constructor(startUs = 1_000_000_000) {
    this.#nowUs = startUs;
  }

  nowUs(): number {
    return this.#nowUs;
  }

  after(ms: number, fn: () => void): Timer {
    // A real timer never fires in less than a millisecond, nor inside the call that made it.
    const dueUs = this.#nowUs + Math.max(1, ms) * 1000;
    const timer: Pending = { dueUs, order: this.#order++, fn };
    this.#pending.add(timer);
    return { cancel: () => void this.#pending.delete(timer) };
  }

  /** Timers that have neither fired nor been cancelled. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  /**
   * Moves time on by `ms` and fires what falls due, in the order of time, equals in the order they were made;
   * timers made meanwhile fire too when they fall due within the span. Promises that they resolve run later:
   * see `run`.
   */
  advance(ms: number): void {
    const untilUs = this.#nowUs + ms * 1000;
    for (let next = this.#next(untilUs); next !== undefined; next = this.#next(untilUs)) this.#fire(next);
    this.#nowUs = untilUs;
  }

  /** As `advance`, and lets the promises that each timer resolves run before the next one fires. */
  async run(ms: number): Promise<void> {
    const untilUs = this.#nowUs + ms * 1000;
    await settle();
    for (let next = this.#next(untilUs); next !== undefined; next = this.#next(untilUs)) {
      this.#fire(next);
      await settle();
    }
    this.#nowUs = untilUs;
  }

  #fire(timer: Pending): void {
    this.#pending.delete(timer);
    this.#nowUs = timer.dueUs;
    timer.fn();
  }

  #next(untilUs: number): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.#pending) {
      if (timer.dueUs > untilUs) continue;
      if (first === undefined || timer.dueUs < first.dueUs) first = timer;
      else if (timer.dueUs === first.dueUs && timer.order < first.order) first = timer;
    }
    return first;
  }
}

/** Lets every promise reaction run that is ready, and those that they make ready. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
