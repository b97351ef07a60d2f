import { ArrivalRate } from '../core/arrival-rate.ts';
import type { Clock } from '../core/clock.ts';
import { fetchFollowing, UplinkProblem } from './uplink-fetch.ts';

export interface UplinkTestDeps {
  readonly clock: Clock;
}

export interface UplinkTestOptions {
  /** Loaded at most, of one address. */
  readonly maxBytes: number;
  /** In all, however many addresses are tried. */
  readonly timeoutMs: number;
}

/** An address that brought nothing. */
export interface UplinkFailure {
  /** Of the address; the rest of it is nobody's business. */
  readonly host: string;
  /** What it did, to be read behind the host: `answers 404`. */
  readonly reason: string;
}

export interface UplinkResult {
  /** Undefined when no address served. */
  readonly mbps: number | undefined;
  /** Where it came from. */
  readonly host: string | undefined;
  readonly bytes: number;
  readonly tookMs: number;
  readonly failures: readonly UplinkFailure[];
}

const DEFAULTS: UplinkTestOptions = { maxBytes: 1_000_000, timeoutMs: 5_000 };
/** A file that is smaller is there before its rate can be told. */
const LEAST_BYTES = 50_000;

/** Measures what the station's own way to the Internet carries, by loading something from there. Only when it is asked. */
export class UplinkTest {
  readonly #clock: Clock;
  readonly #options: UplinkTestOptions;
  #underway: Promise<UplinkResult> | undefined;

  constructor({ clock }: UplinkTestDeps, options: Partial<UplinkTestOptions> = {}) {
    this.#clock = clock;
    this.#options = { ...DEFAULTS, ...options };
  }

  /**
   * Tries the addresses in order until one serves. Who asks while a test is under way gets its result. Never rejects.
   *
   * @param signal ends it; what has not served by then has failed
   */
  measure(urls: readonly string[], signal: AbortSignal): Promise<UplinkResult> {
    this.#underway ??= this.#measure(urls, signal).finally(() => {
      this.#underway = undefined;
    });
    return this.#underway;
  }

  async #measure(urls: readonly string[], signal: AbortSignal): Promise<UplinkResult> {
    const startUs = this.#clock.nowUs();
    const endUs = startUs + this.#options.timeoutMs * 1000;
    const failures: UplinkFailure[] = [];
    const resultOf = (found: { readonly mbps: number; readonly bytes: number } | undefined, host?: string) => ({
      mbps: found?.mbps,
      host,
      bytes: found?.bytes ?? 0,
      tookMs: (this.#clock.nowUs() - startUs) / 1000,
      failures,
    });
    for (const [index, url] of urls.entries()) {
      const host = URL.parse(url)?.host ?? `address ${index + 1}`;
      try {
        return resultOf(await this.#load(url, endUs, urls.length - index, signal), host);
      } catch (error) {
        if (!(error instanceof UplinkProblem)) throw error;
        failures.push({ host, reason: error.message });
      }
    }
    return resultOf(undefined);
  }

  /** @throws UplinkProblem when it brings nothing */
  async #load(url: string, endUs: number, left: number, signal: AbortSignal) {
    const stop = new AbortController();
    const end = (): void => stop.abort();
    signal.addEventListener('abort', end, { once: true });
    const leftMs = (endUs - this.#clock.nowUs()) / 1000;
    // One that does not answer leaves time for the others.
    let limit = this.#clock.after(Math.max(1, leftMs / left), end);
    try {
      if (signal.aborted || leftMs <= 0) throw new UplinkProblem(signal.aborted ? 'was given up' : 'had no time left');
      const body = await fetchFollowing(url, stop.signal);
      limit.cancel();
      limit = this.#clock.after(Math.max(1, (endUs - this.#clock.nowUs()) / 1000), end);
      const { rate, bytes } = await this.#count(body, stop.signal);
      if (signal.aborted) throw new UplinkProblem('was given up');
      if (rate === undefined) throw new UplinkProblem('sends nothing');
      if (bytes < LEAST_BYTES && !stop.signal.aborted)
        throw new UplinkProblem(`sends ${bytes} bytes: too little to tell`);
      return { mbps: (rate * 8) / 1e6, bytes };
    } finally {
      limit.cancel();
      signal.removeEventListener('abort', end);
      stop.abort();
    }
  }

  /** Reads until there is enough, nothing more, or no more time; keeps nothing. */
  async #count(body: ReadableStream<Uint8Array>, signal: AbortSignal) {
    const arrivals = new ArrivalRate();
    let bytes = 0;
    arrivals.note(this.#clock.nowUs(), bytes, false);
    try {
      for await (const piece of body) {
        bytes += piece.length;
        arrivals.note(this.#clock.nowUs(), bytes, true);
        if (bytes >= this.#options.maxBytes || arrivals.carried?.isKnown) break;
      }
    } catch (error) {
      // What had come by the end of the time counts.
      if (!signal.aborted) throw new UplinkProblem('breaks off', { cause: error });
      arrivals.note(this.#clock.nowUs(), bytes, true);
    }
    return { rate: arrivals.carried?.bytesPerSecond, bytes };
  }
}
