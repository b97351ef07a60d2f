import type { Clock, Timer } from '../core/clock.ts';
import type { CounterSet } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { Rung } from '../core/rung.ts';
import type { Ring } from '../ring/ring.ts';
import type { WireUnit } from '../ring/segment.ts';
import type { Track } from '../ring/track.ts';
import { Audience, type AudienceOptions } from './audience.ts';
import { Listener, type ListenerInfo, type SendLimits } from './listener.ts';
import type { Sink } from './sink.ts';

export interface BroadcasterDeps {
  readonly ring: Ring;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  /** What goes before the first unit of a rung (Ogg and FLAC headers); undefined when nothing does. */
  headerOf(rung: Rung): Uint8Array | undefined;
  /** Told whenever the set of rungs that somebody wants has changed. */
  onDemand(rungs: readonly Rung[]): void;
}

/** All of them may change while it runs. */
export interface BroadcasterOptions extends AudienceOptions {
  /** Pause between two passes over the listeners that have more to send, by backlog: over 80 % of the ring, … */
  readonly sleepHighMs: number;
  /** … 50 to 80 %, … */
  readonly sleepMediumMs: number;
  /** … and below. */
  readonly sleepLowMs: number;
  /** Lag, beyond what it was sent at once, at which a listener skips forward. */
  readonly maxLagMs: number;
  /** Where it goes on after a skip: this far behind the live edge, or as far as it began where that is more. */
  readonly resumeSeconds: number;
  /** A connection that takes nothing for this long is closed. */
  readonly stallTimeoutMs: number;
}

export interface JoinRequest {
  readonly info: ListenerInfo;
  readonly sink: Sink;
  readonly rung: Rung;
  /** Seconds of the past to send at once. */
  readonly burstSeconds: number;
  /** Bytes that it may be sent until `allow` says otherwise; left out: as many as its connection takes. */
  readonly allowanceBytes?: number | undefined;
}

const TICK_MS = 1_000;

/**
 * Sends one mount to all its listeners. Those at the live edge are served together, rung by rung (`Audience`).
 * Those that are behind (a burst, a network that was slow) are served in passes of their own, a chunk each, with
 * a pause in between, so that nobody at the edge waits for them.
 */
export class Broadcaster {
  readonly #deps: BroadcasterDeps;
  #options: BroadcasterOptions;
  #limits: SendLimits;
  readonly #audiences = new Map<Rung, Audience>();
  readonly #behind = new Set<Listener>();
  readonly #blocked = new Set<Listener>();
  readonly #held = new Set<Listener>();
  #catchUp: Timer | undefined;
  #tick: Timer | undefined;
  #bytesOfLeft = 0;
  #skipsReported = 0;
  #isClosed = false;
  readonly #publishedOf = (track: Track): number => this.#audience(track.rung).publishedSequence;
  readonly #joined;
  readonly #skips;
  readonly #skippedUnits;
  readonly #stalled;
  readonly #switches;

  constructor(deps: BroadcasterDeps, options: BroadcasterOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#limits = limitsOf(options);
    const { counters } = deps;
    this.#joined = counters.counter('listeners_joined_total', 'Listeners that have connected');
    this.#skips = counters.counter('listener_skips_total', 'Times that a listener was too slow and skipped forward');
    this.#skippedUnits = counters.counter('listener_skipped_units_total', 'Units that slow listeners never got');
    this.#stalled = counters.counter('listeners_stalled_total', 'Listeners closed because they took nothing');
    this.#switches = counters.counter('listener_rung_switches_total', 'Times that a listener changed to another rung');
  }

  /** Changes the options from the next pass on. */
  configure(options: BroadcasterOptions): void {
    this.#options = options;
    this.#limits = limitsOf(options);
  }

  /** Everybody who listens now. */
  *listeners(): IterableIterator<Listener> {
    for (const audience of this.#audiences.values()) yield* audience.listeners;
  }

  get listenerCount(): number {
    let count = 0;
    for (const audience of this.#audiences.values()) count += audience.listeners.size;
    return count;
  }

  listenerCountOf(rung: Rung): number {
    return this.#audiences.get(rung)?.listeners.size ?? 0;
  }

  /** Bytes handed to connections since the start. */
  get bytesSent(): number {
    let bytes = this.#bytesOfLeft;
    for (const listener of this.listeners()) bytes += listener.bytesSent;
    return bytes;
  }

  /** Bytes that the slowest listener still has ahead of it. */
  get slowestBytesAhead(): number {
    let most = 0;
    for (const listener of this.listeners()) most = Math.max(most, listener.bytesAhead);
    return most;
  }

  /** Appends a unit to the ring and sees to it that it is sent when its chunk is full or its time has come. */
  append(rung: Rung, unit: WireUnit): void {
    if (this.#isClosed) return;
    this.#deps.ring.append(rung, unit);
    this.#audience(rung).gather(unit.bytes.length);
  }

  /** Takes a connection in. It gets its first bytes before this returns where the rung has a present. */
  join(request: JoinRequest): Listener {
    const { info, sink, rung, burstSeconds, allowanceBytes } = request;
    const audience = this.#audience(rung);
    const { track } = audience;
    const listener = new Listener(info, sink, track, this.#deps.clock, allowanceBytes);
    sink.onDrain = () => this.#drained(listener);
    sink.onClose = () => this.#leave(listener);
    this.#joined.add();
    audience.add(listener, () => {
      const header = this.#deps.headerOf(rung);
      if (header !== undefined) listener.sendFirst(header);
      listener.startAt(track.endPtsUs - burstSeconds * 1e6);
      this.#serve(listener);
    });
    this.#tick ??= this.#deps.clock.after(TICK_MS, () => this.#onTick());
    return listener;
  }

  /** Moves a listener to another rung of its codec, at the first unit that both rungs have. */
  switchRung(listener: Listener, rung: Rung): void {
    if (rung.codec !== listener.rung.codec) return;
    const abandoned = listener.nextRung;
    listener.switchTo(this.#audience(rung).track);
    if (listener.nextRung !== undefined) this.#audience(rung).want();
    if (abandoned !== undefined && abandoned !== rung) this.#audience(abandoned).release();
  }

  /** How many bytes the listener may be sent from now on; the rest waits in the ring, where another rung can replace it. */
  allow(listener: Listener, bytes: number): void {
    listener.allow(bytes);
    if (bytes <= 0 || !this.#held.delete(listener) || this.#isClosed) return;
    this.#behind.add(listener);
    this.#catchUpSoon();
  }

  /** Has the rung encoded for a while although nobody listens to it yet, so that whoever lags finds its past there. */
  keepReady(rung: Rung): void {
    const audience = this.#audience(rung);
    audience.want();
    audience.release();
  }

  /** Closes a listener whose connection has taken nothing for too long. */
  closeStalled(listener: Listener): void {
    this.#stalled.add();
    const { stallTimeoutMs } = this.#options;
    this.#deps.log.info(`listener ${listener.info.address} took nothing for ${stallTimeoutMs / 1000} s: closed`);
    listener.sink.close();
  }

  /** Wants the rung whether anybody listens to it or not, so that there is a past to start from. */
  keepWarm(rung: Rung): void {
    this.#audience(rung).keepWarm();
  }

  /** Closes every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#tick?.cancel();
    this.#catchUp?.cancel();
    for (const audience of this.#audiences.values()) audience.close();
    for (const listener of [...this.listeners()]) listener.sink.close();
  }

  #audience(rung: Rung): Audience {
    let audience = this.#audiences.get(rung);
    if (audience === undefined) {
      const { ring, clock } = this.#deps;
      const deps = { clock, serve: (listener: Listener) => this.#serve(listener), onWanted: () => this.#tellDemand() };
      audience = new Audience(ring.track(rung), deps, () => this.#options);
      this.#audiences.set(rung, audience);
    }
    return audience;
  }

  #tellDemand(): void {
    if (this.#isClosed) return;
    const wanted = [...this.#audiences.values()].filter((audience) => audience.isWanted);
    this.#deps.onDemand(wanted.map((audience) => audience.track.rung));
  }

  #serve(listener: Listener): void {
    const { rung, skips, skippedUnits } = listener;
    const progress = listener.send(this.#publishedOf, this.#limits);
    if (listener.skips !== skips) {
      this.#skips.add();
      this.#skippedUnits.add(listener.skippedUnits - skippedUnits);
    }
    if (listener.rung !== rung) this.#moved(listener, rung);
    if (progress === 'blocked') this.#blocked.add(listener);
    if (progress === 'held') this.#held.add(listener);
    else this.#held.delete(listener);
    if (progress === 'more') {
      this.#behind.add(listener);
      this.#catchUpSoon();
    } else {
      this.#behind.delete(listener);
    }
  }

  #moved(listener: Listener, from: Rung): void {
    this.#switches.add();
    this.#audience(from).remove(listener);
    this.#audience(listener.rung).add(listener, () => {});
  }

  #drained(listener: Listener): void {
    if (!this.#blocked.delete(listener) || this.#isClosed) return;
    listener.unblock();
    this.#behind.add(listener);
    this.#catchUpSoon();
  }

  #catchUpSoon(): void {
    if (this.#catchUp !== undefined || this.#isClosed) return;
    this.#catchUp = this.#deps.clock.after(this.#pauseMs(), () => {
      this.#catchUp = undefined;
      for (const listener of [...this.#behind]) this.#serve(listener);
    });
  }

  #pauseMs(): number {
    let most = 0;
    for (const listener of this.#behind) most = Math.max(most, listener.bytesAhead);
    const backlog = most / this.#deps.ring.sizeBytes;
    if (backlog > 0.8) return this.#options.sleepHighMs;
    return backlog >= 0.5 ? this.#options.sleepMediumMs : this.#options.sleepLowMs;
  }

  #leave(listener: Listener): void {
    this.#bytesOfLeft += listener.bytesSent;
    this.#behind.delete(listener);
    this.#blocked.delete(listener);
    this.#held.delete(listener);
    this.#audience(listener.rung).remove(listener);
    if (listener.nextRung !== undefined) this.#audience(listener.nextRung).release();
  }

  /** Once a second: closes who takes nothing, and says how many had to skip. */
  #onTick(): void {
    const { clock, log } = this.#deps;
    const stalledSinceUs = clock.nowUs() - this.#options.stallTimeoutMs * 1000;
    for (const listener of [...this.#blocked]) {
      if ((listener.blockedSinceUs ?? Number.POSITIVE_INFINITY) > stalledSinceUs) continue;
      this.closeStalled(listener);
    }
    const skips = this.#skips.value - this.#skipsReported;
    if (skips > 0) log.info(`${skips} skips by slow listeners in the last second, ${this.#skips.value} in all`);
    this.#skipsReported = this.#skips.value;
    this.#tick = this.listenerCount > 0 ? clock.after(TICK_MS, () => this.#onTick()) : undefined;
  }
}

function limitsOf({ chunkBytes, maxLagMs, resumeSeconds }: BroadcasterOptions): SendLimits {
  return { chunkBytes, maxLagUs: maxLagMs * 1000, resumeUs: resumeSeconds * 1e6 };
}
