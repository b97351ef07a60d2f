import type { Clock, Timer } from '../core/clock.ts';
import { type SocketLine, socketKeyOf, socketLineOf } from './socket-line.ts';
import { SocketListing } from './socket-listing.ts';

/** What the kernel knows of a connection. A span is the time between the last two looks. */
export interface SocketFact {
  /** When the look was, microseconds. */
  readonly asOfUs: number;
  readonly rttMs: number | undefined;
  readonly minRttMs: number | undefined;
  /** Share of what was sent in the last span that had been sent before; undefined when nothing was, or there is no span. */
  readonly lossShare: number | undefined;
  /** For more than a third of the last span the other side had no room: its player's buffer is full. */
  readonly isReceiverLimited: boolean | undefined;
  /** The rate of the last delivery, kbit/s … */
  readonly deliveryKbps: number | undefined;
  /** … which says nothing about the link when there was not more to send. */
  readonly isAppLimited: boolean;
}

export interface SocketFactsDeps {
  readonly clock: Clock;
  /** Folders of programs with colons between them; the system's when left out. */
  readonly path?: string;
}

export interface SocketFactsOptions {
  /** Between two looks. */
  readonly periodMs: number;
  /** Looking takes at most this part of a processor's core; where it would take more, it is done less often. */
  readonly maxShare: number;
  /** When nobody has asked for so long, it stops. */
  readonly idleMs: number;
  /** A look that takes longer has failed. */
  readonly timeoutMs: number;
}

const DEFAULTS: SocketFactsOptions = { periodMs: 10_000, maxShare: 0.004, idleMs: 30_000, timeoutMs: 5_000 };
const MOST_CONNECTIONS = 20_000;
/** A look costs no more than the quickest of so many took: in the others, others were waited for. */
const LOOKS = 4;
/** What has just failed is not worth more. */
const AFTER_FAILURE_MS = 60_000;
const RECEIVER_LIMITED_SHARE = 1 / 3;

interface Seen {
  readonly line: SocketLine;
  readonly fact: SocketFact;
}

/**
 * Round trips, losses and full receivers of the connections to one port, looked up every ten seconds while somebody
 * asks. Where the program `ss` is not installed nothing is known, and that is all. A look takes a few milliseconds, and
 * some microseconds for each connection.
 */
export class SocketFacts {
  readonly #clock: Clock;
  readonly #options: SocketFactsOptions;
  readonly #path: string | undefined;
  /** What the last looks took. */
  readonly #tookMs: number[] = [];
  #seen: ReadonlyMap<string, Seen> = new Map();
  #listing: SocketListing | undefined;
  #signal: AbortSignal | undefined;
  #timer: Timer | undefined;
  #isLooking = false;
  #askedUs = 0;

  constructor({ clock, path }: SocketFactsDeps, options: Partial<SocketFactsOptions> = {}) {
    this.#clock = clock;
    this.#path = path;
    this.#options = { ...DEFAULTS, ...options };
  }

  /** From now on who asks is told of the connections to `port`, until `signal` aborts. A second call does nothing. */
  start(port: number, signal: AbortSignal): void {
    if (this.#listing !== undefined || signal.aborted) return;
    this.#listing = new SocketListing(port, this.#path);
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#rest(), { once: true });
  }

  [Symbol.dispose](): void {
    this.#rest();
    this.#listing = undefined;
  }

  /**
   * What was last seen of the connection from there; undefined when there was no look since it began.
   *
   * @param address as the socket says it
   */
  factOf(address: string, port: number): SocketFact | undefined {
    return this.tellerOf(address, port)();
  }

  /** The same for who asks again and again. */
  tellerOf(address: string, port: number): () => SocketFact | undefined {
    const key = socketKeyOf(address, port);
    return () => {
      this.#askedUs = this.#clock.nowUs();
      if (!this.#isLooking) this.#begin();
      return this.#seen.get(key)?.fact;
    };
  }

  /** How long it waits from one look to the next. */
  get periodMs(): number {
    const costMs = this.#tookMs.length === 0 ? 0 : Math.min(...this.#tookMs);
    return Math.max(this.#options.periodMs, costMs / this.#options.maxShare);
  }

  #begin(): void {
    if (this.#listing === undefined || this.#listing.isMissing || this.#signal?.aborted !== false) return;
    this.#isLooking = true;
    void this.#look(this.#listing);
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#listing?.close();
    this.#seen = new Map();
    this.#isLooking = false;
  }

  async #look(listing: SocketListing): Promise<void> {
    const startUs = this.#clock.nowUs();
    const seen = new Map<string, Seen>();
    this.#timer = this.#clock.after(this.#options.timeoutMs, () => listing.close());
    const isComplete = await listing.list((text) => {
      const line = seen.size < MOST_CONNECTIONS ? socketLineOf(text) : undefined;
      if (line !== undefined) seen.set(line.key, { line, fact: factOf(line, this.#seen.get(line.key), startUs) });
    });
    this.#timer.cancel();
    if (!this.#isLooking) return;
    if (listing.isMissing) return this.#rest();
    this.#seen = isComplete ? seen : new Map();
    if (isComplete) this.#tookMs.push((this.#clock.nowUs() - startUs) / 1000);
    if (this.#tookMs.length > LOOKS) this.#tookMs.shift();
    const waitMs = isComplete ? this.periodMs : Math.max(this.periodMs, AFTER_FAILURE_MS);
    this.#timer = this.#clock.after(waitMs, () => {
      if (this.#clock.nowUs() - this.#askedUs > this.#options.idleMs * 1000) this.#rest();
      else void this.#look(listing);
    });
  }
}

function factOf(line: SocketLine, before: Seen | undefined, asOfUs: number): SocketFact {
  const { rttMs, minRttMs, deliveryKbps, isAppLimited } = line;
  // Totals that went back are those of another connection from the same place.
  const isSame = before !== undefined && line.sentBytes >= before.line.sentBytes;
  const spanMs = isSame ? (asOfUs - before.fact.asOfUs) / 1000 : 0;
  const sent = isSame ? line.sentBytes - before.line.sentBytes : 0;
  const resent = isSame ? line.resentBytes - before.line.resentBytes : 0;
  const limitedMs = isSame ? line.receiverLimitedMs - before.line.receiverLimitedMs : 0;
  return {
    asOfUs,
    rttMs,
    minRttMs,
    lossShare: sent > 0 ? Math.min(1, Math.max(0, resent / sent)) : undefined,
    isReceiverLimited: spanMs > 0 ? limitedMs > spanMs * RECEIVER_LIMITED_SHARE : undefined,
    deliveryKbps,
    isAppLimited,
  };
}
