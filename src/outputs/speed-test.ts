import type { ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';
import type { NetworkError } from '../core/errors.ts';
import { SpeedTestRun } from './speed-test-run.ts';
import type { TransmitQueues } from './transmit-queue.ts';

export interface SpeedTestDeps {
  readonly clock: Clock;
  /** Best ones of its own, with short intervals: a fast link is known after a few looks. */
  readonly queues: Pick<TransmitQueues, 'watch'>;
}

export interface SpeedTestOptions {
  /** A test sends no more than this. */
  readonly maxBytes: number;
  /** … for no longer than this. */
  readonly timeoutMs: number;
  readonly maxAtOnce: number;
}

const DEFAULTS: SpeedTestOptions = { maxBytes: 1_000_000, timeoutMs: 5_000, maxAtOnce: 2 };

/** What a test has found. */
export interface MeasuredSpeed {
  readonly mbps: number;
  /** The link was never busy: it carries at least that. */
  readonly isLowerBound: boolean;
  /** What was sent for it, and for how long. */
  readonly bytes: number;
  readonly tookMs: number;
  /** The first round trip, or a little more: it is seen by looking every now and then. */
  readonly rttMs: number | undefined;
}

/** One test a client, and few at once: they would measure each other. */
export type SpeedTestRefusal = 'client' | 'busy';

export type SpeedTestOutcome =
  | ({ readonly state: 'measured' } & MeasuredSpeed)
  | { readonly state: 'refused'; readonly reason: SpeedTestRefusal }
  /** `outputs.client-gone`, `outputs.client-silent` */
  | { readonly state: 'failed'; readonly error: NetworkError };

/**
 * Measures what the way from here to a client carries, with an answer that is under way: it is sent white space, which
 * JSON may begin with (RFC 8259, 2), and what has really arrived is looked up. Whatever stands in between and speaks for
 * the client, a proxy say, is the client here.
 */
export class SpeedTest {
  readonly #deps: SpeedTestDeps;
  readonly #clients = new Set<string>();
  #options: SpeedTestOptions;

  constructor(deps: SpeedTestDeps, options: Partial<SpeedTestOptions> = {}) {
    this.#deps = deps;
    this.#options = { ...DEFAULTS, ...options };
  }

  /** Changes what is given, from the next test on. */
  configure(options: Partial<SpeedTestOptions>): void {
    this.#options = { ...this.#options, ...options };
  }

  /** Why `client` cannot be tested now; undefined when it can. To be asked before an answer begins. */
  refusalOf(client: string): SpeedTestRefusal | undefined {
    if (this.#clients.has(client)) return 'client';
    return this.#clients.size >= this.#options.maxAtOnce ? 'busy' : undefined;
  }

  /**
   * Sends padding until the rate is known. Never rejects.
   *
   * @param client whom the test counts for: its address
   * @param response has its head written, with a length left open and a `Content-Type` of JSON, and gets the result from
   *   the caller afterwards; it must not be compressed on its way (`Cache-Control: no-transform`)
   */
  async measure(client: string, response: ServerResponse): Promise<SpeedTestOutcome> {
    const reason = this.refusalOf(client);
    if (reason !== undefined) return { state: 'refused', reason };
    this.#clients.add(client);
    try {
      return await new SpeedTestRun(this.#deps, this.#options, response).outcome;
    } finally {
      this.#clients.delete(client);
    }
  }
}
