export interface BackOffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** 0 to 1, evenly spread. */
  readonly random: () => number;
}

/**
 * How long to wait before the next try: doubling from `firstMs` to `maxMs`, spread by a quarter to either side, so
 * that many who failed together do not come back together.
 */
export class BackOff {
  readonly #options: BackOffOptions;
  #failures = 0;

  constructor(options: BackOffOptions) {
    this.#options = options;
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    const { firstMs, maxMs, random } = this.#options;
    const evenMs = Math.min(maxMs, firstMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return Math.round(evenMs * (0.75 + 0.5 * random()));
  }

  /** It has worked for long enough: the next failure is a first one again. */
  reset(): void {
    this.#failures = 0;
  }
}
