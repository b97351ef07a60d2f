import { type Clock, sleep } from '../core/clock.ts';
import { PipitError, sentencesOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

export interface StationRunsDeps<T extends AsyncDisposable, S> {
  readonly clock: Clock;
  readonly log: Log;
  /** Makes one that is not started yet. */
  readonly open: (settings: S) => T;
  readonly start: (station: T) => Promise<void>;
  /** What the next one is to start with. */
  readonly nextSettings: () => Promise<S>;
  /** What the last one that ran had, taken back into effect. */
  readonly lastSettings: () => S;
  /** Neither starts: the process has nothing left to do. */
  readonly onFailure: (error: unknown) => void;
}

/** So long whoever asked for a restart has for the answer to arrive. */
const PAUSE_MS = 300;

/**
 * Runs one station after the other, never two: they share ports and files. Whoever asks for a restart while one is asked
 * for already gets that one. One that does not start with its settings, since a port is taken for example, gives way to
 * one with those of before, so that whoever changed them can still put them right.
 */
export class StationRuns<T extends AsyncDisposable, S> implements AsyncDisposable {
  readonly #deps: StationRunsDeps<T, S>;
  readonly #stop = new AbortController();
  #present: T;
  #isAskedFor = false;
  #work: Promise<void> = Promise.resolve();

  constructor(deps: StationRunsDeps<T, S>, settings: S) {
    this.#deps = deps;
    this.#present = deps.open(settings);
  }

  /** The one that runs. */
  get present(): T {
    return this.#present;
  }

  /** @throws what the station throws that can't start */
  start(): Promise<void> {
    return this.#deps.start(this.#present);
  }

  /** Has the station stop and start with what the settings then are, in a moment. */
  restart(): void {
    if (this.#isAskedFor || this.#stop.signal.aborted) return;
    this.#isAskedFor = true;
    this.#work = this.#work
      .then(() => this.#startAgain())
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#deps.onFailure(error);
      });
  }

  /** Stops, for good. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#present[Symbol.asyncDispose]();
    await this.#work;
    await this.#present[Symbol.asyncDispose]();
  }

  async #startAgain(): Promise<void> {
    const { clock, lastSettings, log, nextSettings } = this.#deps;
    const { signal } = this.#stop;
    await sleep(clock, PAUSE_MS, signal);
    if (signal.aborted) return;
    log.notice('starting again');
    await this.#present[Symbol.asyncDispose]();
    // Who asks from here on may have changed settings that this start does not see.
    this.#isAskedFor = false;
    const settings = await nextSettings();
    try {
      await this.#startWith(settings);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof PipitError)) throw error;
      log.error(`${sentencesOf(error)} Pipit goes on with the settings from before.`);
      await this.#present[Symbol.asyncDispose]();
      await this.#startWith(lastSettings());
    }
  }

  async #startWith(settings: S): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#present = this.#deps.open(settings);
    await this.#deps.start(this.#present);
  }
}
