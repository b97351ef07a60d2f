import type { Clock, Timer } from '../core/clock.ts';
import type { Track } from '../ring/track.ts';
import type { Listener } from './listener.ts';

export interface AudienceDeps {
  readonly clock: Clock;
  /** Sends a listener what is published. */
  serve(listener: Listener): void;
  /** Somebody wants the rung, or nobody does any more. */
  onWanted(): void;
}

/** Read anew each time, for they may change. */
export interface AudienceOptions {
  /** Bytes gathered before they are published … */
  readonly chunkBytes: number;
  /** … and the longest that the first of them waits for the others. */
  readonly maxChunkDelayMs: number;
  /** How long the rung is still wanted after its last listener has gone. */
  readonly lingerMs: number;
}

/** Listeners served before other work of the process gets its turn: about 2 ms. */
const SWEEP_SLICE = 200;
/** The share of the time between two chunks over which a sweep of many slices is spread. */
const SWEEP_SHARE = 0.25;

/**
 * The listeners of one rung. It gathers what is appended into chunks; when a chunk is due, it is published: one
 * sweep over the listeners writes the same view of the ring to each that is at the live edge. A large audience is
 * swept in slices, spread over time: thousands of chunks at once would choke the network, and whoever connects
 * meanwhile would have to wait. Each listener keeps its place in the order, and so its rhythm.
 */
export class Audience {
  readonly track: Track;
  readonly listeners = new Set<Listener>();
  readonly #deps: AudienceDeps;
  readonly #options: () => AudienceOptions;
  /** Listeners that came before there was anything to send, and what to do with each when there is. */
  readonly #waiting = new Map<Listener, () => void>();
  #publishedSequence = 0;
  #gatheredBytes = 0;
  #due: { readonly timer: Timer; readonly isNow: boolean } | undefined;
  #linger: Timer | undefined;
  #sweep: Iterator<Listener> | undefined;
  #sweepAgain = false;
  #publishedUs = Number.NEGATIVE_INFINITY;
  #slicePauseMs = 0;
  #isWarm = false;
  #isWanted = false;
  #isKeptWarm = false;
  #isClosed = false;

  constructor(track: Track, deps: AudienceDeps, options: () => AudienceOptions) {
    this.track = track;
    this.#deps = deps;
    this.#options = options;
  }

  /** Listeners may be sent what is before this sequence number. */
  get publishedSequence(): number {
    return this.#publishedSequence;
  }

  /** Somebody listens, did so a moment ago, or is about to. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** Lets a listener in; `begin` is called as soon as the rung has a present to begin from. */
  add(listener: Listener, begin: () => void): void {
    this.listeners.add(listener);
    this.want();
    if (this.#isWarm) begin();
    else this.#waiting.set(listener, begin);
  }

  remove(listener: Listener): void {
    this.listeners.delete(listener);
    this.#waiting.delete(listener);
    this.release();
  }

  /** Wants the rung for good. */
  keepWarm(): void {
    this.#isKeptWarm = true;
    this.want();
  }

  /** Asks for the rung although nobody listens to it yet. */
  want(): void {
    this.#linger?.cancel();
    this.#linger = undefined;
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#deps.onWanted();
  }

  /** Ends the demand after a while, unless somebody listens by then: people switch and reconnect. */
  release(): void {
    if (this.#isKeptWarm || this.#isClosed || !this.#isWanted) return;
    if (this.listeners.size > 0 || this.#linger !== undefined) return;
    this.#linger = this.#deps.clock.after(this.#options().lingerMs, () => {
      this.#linger = undefined;
      if (this.listeners.size > 0) return;
      this.#isWanted = false;
      this.#isWarm = false;
      this.#deps.onWanted();
    });
  }

  /** Told of each unit appended to the track. */
  gather(sizeBytes: number): void {
    // Only what comes while the rung is wanted makes its end the present; else it is some past demand's leftover.
    this.#isWarm ||= this.#isWanted;
    this.#gatheredBytes += sizeBytes;
    const { chunkBytes, maxChunkDelayMs } = this.#options();
    const isNow = this.#gatheredBytes >= chunkBytes || this.#waiting.size > 0;
    if (this.#due?.isNow || (this.#due !== undefined && !isNow)) return;
    this.#due?.timer.cancel();
    // A full chunk goes out after the present batch of units: the delay of 0 lets them all come in first.
    this.#due = { isNow, timer: this.#deps.clock.after(isNow ? 0 : maxChunkDelayMs, () => this.#publish()) };
  }

  close(): void {
    this.#isClosed = true;
    this.#due?.timer.cancel();
    this.#linger?.cancel();
  }

  #publish(): void {
    this.#due = undefined;
    this.#gatheredBytes = 0;
    this.#publishedSequence = this.track.endSequence;
    const nowUs = this.#deps.clock.nowUs();
    const periodMs = Math.min(this.#options().maxChunkDelayMs, (nowUs - this.#publishedUs) / 1000);
    this.#publishedUs = nowUs;
    const pauseMs = (periodMs * SWEEP_SHARE * SWEEP_SLICE) / this.listeners.size;
    // Timers know only whole milliseconds.
    this.#slicePauseMs = pauseMs >= 1 ? pauseMs : 0;
    for (const [listener, begin] of this.#waiting) {
      this.#waiting.delete(listener);
      begin();
    }
    if (this.#sweep === undefined) this.#sweepSlice();
    else this.#sweepAgain = true;
  }

  #sweepSlice(): void {
    if (this.#isClosed) return;
    this.#sweep ??= this.listeners.values();
    for (let served = 0; served < SWEEP_SLICE; served += 1) {
      const next = this.#sweep.next();
      if (next.done) {
        this.#sweep = undefined;
        if (!this.#sweepAgain) return;
        this.#sweepAgain = false;
        break;
      }
      this.#deps.serve(next.value);
    }
    this.#deps.clock.after(this.#slicePauseMs, () => this.#sweepSlice());
  }
}
