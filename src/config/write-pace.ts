import type { Clock } from '../core/clock.ts';

export interface WritePaceOptions {
  /** So many writes may follow each other at once … */
  readonly burst: number;
  /** … and then one in so many milliseconds. */
  readonly intervalMs: number;
}

/** How often a file may be written, so that a flood of changes does not wear out the card. */
export class WritePace {
  readonly #clock: Clock;
  readonly #options: WritePaceOptions;
  #left: number;
  #asOfUs: number;

  constructor({ clock }: { readonly clock: Clock }, options: WritePaceOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#left = options.burst;
    this.#asOfUs = clock.nowUs();
  }

  /** Milliseconds until the next write may be; 0 for now. */
  get waitMs(): number {
    this.#refill();
    return this.#left >= 1 ? 0 : Math.ceil((1 - this.#left) * this.#options.intervalMs);
  }

  /** A write is made now. */
  take(): void {
    this.#refill();
    this.#left = Math.max(0, this.#left - 1);
  }

  #refill(): void {
    const nowUs = this.#clock.nowUs();
    const { burst, intervalMs } = this.#options;
    this.#left = Math.min(burst, this.#left + (nowUs - this.#asOfUs) / 1000 / intervalMs);
    this.#asOfUs = nowUs;
  }
}
