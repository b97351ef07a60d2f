import { ConfigError } from '../core/errors.ts';

/** One job after the other, and no endless queue. */
export class Turns {
  readonly #maxWaiting: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /** @throws ConfigError `config.busy`, besides what the job throws */
  async take<T>(job: () => Promise<T>): Promise<T> {
    if (this.#waiting >= this.#maxWaiting) {
      throw new ConfigError('config.busy', 'Too many changes of settings come at once', {
        remedy: 'Wait a moment, and send fewer.',
      });
    }
    this.#waiting++;
    const result = this.#last.then(job);
    this.#last = result.catch(() => {}).finally(() => void this.#waiting--);
    return result;
  }

  /** Resolves when all that came until now is done. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
