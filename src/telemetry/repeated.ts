import { type Clock, sleep } from '../core/clock.ts';

/** Something that is done again and again, with a pause in between, until somebody has had enough. */
export class Repeated implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #once: (signal: AbortSignal) => Promise<void>;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  /** @param once must not reject */
  constructor(clock: Clock, intervalMs: number, once: (signal: AbortSignal) => Promise<void>) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#once = once;
  }

  /** Goes on until `signal` aborts. A second call does nothing. */
  start(signal: AbortSignal): void {
    this.#running ??= this.#run(AbortSignal.any([signal, this.#stop.signal]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    do await this.#once(signal);
    while (await sleep(this.#clock, this.#intervalMs, signal));
  }
}
