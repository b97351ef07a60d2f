/** A rise that is taken back within this time was a mistake; one that lasts so long a success. */
const TRIAL_US = 20_000_000;
/** … where nobody knows what arrives, and a mistake shows only when the kernel is full. */
const BLIND_TRIAL_US = 120_000_000;
/** After a mistake that rung waits so long, twice as long each time … */
const FIRST_WAIT_US = 10_000_000;
const MAX_WAIT_US = 240_000_000;
const MINUTE_US = 60_000_000;
/** Rises in a minute. */
const MAX_RISES = 8;

/**
 * Remembers how rises went. Each rung has a wait of its own that doubles with every rise to it that had to be taken
 * back, and is forgotten when one lasts. Times in microseconds.
 */
export class Rises {
  readonly #waitUs: number[];
  readonly #notBeforeUs: number[];
  /** The last ones, oldest first. */
  readonly #roseUs: number[] = [];
  /** The rung that has to prove itself. */
  #onTrial: number | undefined;

  constructor(rungCount: number) {
    this.#waitUs = new Array<number>(rungCount).fill(0);
    this.#notBeforeUs = new Array<number>(rungCount).fill(Number.NEGATIVE_INFINITY);
  }

  get isOnTrial(): boolean {
    return this.#onTrial !== undefined;
  }

  /** The last rise; -Infinity: none. */
  get lastUs(): number {
    return this.#roseUs.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  /** No mistake speaks against a rise to it. */
  mayTry(rung: number, nowUs: number): boolean {
    return nowUs >= (this.#notBeforeUs[rung] as number);
  }

  /** There were too many in the last minute. */
  isCapped(nowUs: number): boolean {
    return this.#roseUs.length >= MAX_RISES && nowUs - (this.#roseUs[0] as number) < MINUTE_US;
  }

  onRise(rung: number, nowUs: number): void {
    if (this.#roseUs.length >= MAX_RISES) this.#roseUs.shift();
    this.#roseUs.push(nowUs);
    this.#onTrial = rung;
  }

  /** While nothing speaks against the rung: a rise that has lasted is forgiven those before it. */
  settle(nowUs: number, isKnown: boolean): void {
    if (this.#onTrial === undefined || nowUs - this.lastUs < (isKnown ? TRIAL_US : BLIND_TRIAL_US)) return;
    this.#waitUs[this.#onTrial] = 0;
    this.#onTrial = undefined;
  }

  /** True when that takes a rise back. */
  onFall(nowUs: number): boolean {
    const rung = this.#onTrial;
    this.#onTrial = undefined;
    if (rung === undefined) return false;
    const waitUs = Math.min(MAX_WAIT_US, Math.max(FIRST_WAIT_US, 2 * (this.#waitUs[rung] as number)));
    this.#waitUs[rung] = waitUs;
    this.#notBeforeUs[rung] = nowUs + waitUs;
    return true;
  }
}
