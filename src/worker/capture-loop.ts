import { BackOff } from '../core/back-off.ts';
import { type Clock, sleep } from '../core/clock.ts';
import { reportOf, sentencesOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { CommonMessage } from './messages.ts';

/** What a source of sound and a camera have in common. */
export interface Readable<T> {
  readonly description: string;
  read(signal: AbortSignal): AsyncGenerator<T, void, undefined>;
}

export interface CaptureLoopDeps<T> {
  readonly source: Readable<T>;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Each block of sound or picture. */
  onMedia(media: T): void;
  onState(state: Extract<CommonMessage, { type: 'state' }>): void;
}

/** First and longest wait before a source that failed is opened again. */
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** Media for this long, and the next failure is a first one again. */
const HEALTHY_MS = 5_000;

/**
 * Reads the source for as long as there is one: a device that is missing, unplugged or busy and a stream that
 * breaks off are states in which it waits and tries again. Only a source that ends in order is over.
 */
export class CaptureLoop<T> {
  readonly #deps: CaptureLoopDeps<T>;

  constructor(deps: CaptureLoopDeps<T>) {
    this.#deps = deps;
  }

  /** Resolves when the source has ended in order or `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { source, clock, log, random, onState } = this.#deps;
    const backOff = new BackOff({ firstMs: FIRST_RETRY_MS, maxMs: LONGEST_RETRY_MS, random });
    onState({ type: 'state', state: 'opening', detail: source.description });
    let lastCode = '';
    while (!signal.aborted) {
      const error = await this.#readOnce(signal, () => {
        backOff.reset();
        lastCode = '';
      });
      if (signal.aborted) return;
      if (error === undefined) {
        onState({ type: 'state', state: 'ended', detail: source.description });
        return;
      }
      const report = reportOf(error, 'capture.failed');
      onState({ type: 'state', state: 'retrying', detail: source.description, error: report });
      // A device that is missing for days is one line, not one every ten seconds.
      if (report.code !== lastCode) log.warning(sentencesOf(report), { code: report.code });
      lastCode = report.code;
      await sleep(clock, backOff.next(), signal);
    }
  }

  /** Reads until the end (undefined) or a failure (the error). */
  async #readOnce(signal: AbortSignal, onHealthy: () => void): Promise<unknown> {
    const { source, clock, onMedia, onState } = this.#deps;
    let liveSinceUs: number | undefined;
    try {
      for await (const media of source.read(signal)) {
        if (liveSinceUs === undefined) {
          liveSinceUs = clock.nowUs();
          onState({ type: 'state', state: 'live', detail: source.description });
        } else if (clock.nowUs() - liveSinceUs > HEALTHY_MS * 1000) {
          onHealthy();
        }
        onMedia(media);
      }
      return undefined;
    } catch (error) {
      return error;
    }
  }
}
