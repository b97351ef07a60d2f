import type { Clock } from '../core/clock.ts';

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;
/** An address that has been quiet for so long starts anew. */
const FORGET_US = 600e6;
const MAX_ADDRESSES = 1024;

interface Failures {
  count: number;
  lastUs: number;
}

/** Makes guessing slow: each wrong password from an address doubles what its next one has to wait. */
export class PasswordThrottle {
  readonly #clock: Clock;
  /** In the order of the last failure, oldest first. */
  readonly #addresses = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes a wrong password. Returns how long its answer is held back, and the failures in a row. */
  fail(address: string): { readonly delayMs: number; readonly failures: number } {
    const nowUs = this.#clock.nowUs();
    const known = this.#addresses.get(address);
    const count = known !== undefined && nowUs - known.lastUs < FORGET_US ? known.count + 1 : 1;
    this.#addresses.delete(address);
    this.#addresses.set(address, { count, lastUs: nowUs });
    if (this.#addresses.size > MAX_ADDRESSES) this.#forgetOldest();
    return { delayMs: Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(count - 1, 16)), failures: count };
  }

  /** Notes the right password. */
  succeed(address: string): void {
    this.#addresses.delete(address);
  }

  get size(): number {
    return this.#addresses.size;
  }

  #forgetOldest(): void {
    const oldest = this.#addresses.keys().next();
    if (!oldest.done) this.#addresses.delete(oldest.value);
  }
}
