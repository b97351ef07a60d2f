import type { Clock, Timer } from '../core/clock.ts';

export interface SentMeterDeps {
  readonly clock: Clock;
  /** Bytes sent since the start. */
  readonly sentBytes: () => number;
}

/** How often it looks, and over how many looks a rate is taken: chunks of sound leave up to two seconds apart. */
const LOOK_MS = 1_000;
const LOOKS = 5;

/** How fast bytes leave, over the last five seconds. */
export class SentMeter implements Disposable {
  readonly #deps: SentMeterDeps;
  /** The last looks, oldest first. */
  readonly #looks: { readonly atUs: number; readonly bytes: number }[] = [];
  #timer: Timer | undefined;

  constructor(deps: SentMeterDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#timer === undefined) this.#look();
  }

  /** Undefined during the first second. */
  get bytesPerSecond(): number | undefined {
    const [first, last] = [this.#looks[0], this.#looks.at(-1)];
    if (first === undefined || last === undefined || last === first) return undefined;
    return (Math.max(0, last.bytes - first.bytes) * 1e6) / (last.atUs - first.atUs);
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const { clock, sentBytes } = this.#deps;
    this.#looks.push({ atUs: clock.nowUs(), bytes: sentBytes() });
    if (this.#looks.length > LOOKS + 1) this.#looks.shift();
    this.#timer = clock.after(LOOK_MS, () => this.#look());
  }
}
