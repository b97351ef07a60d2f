import type { Clock } from '../core/clock.ts';
import type { QualityMode } from '../core/quality-level.ts';
import type { Rung } from '../core/rung.ts';
import type { Track } from '../ring/track.ts';
import { counterpartOf, findJoint } from './joint.ts';
import type { Sink } from './sink.ts';

/** What a pass over a listener came to. */
export type Progress =
  /** It has all that is published. */
  | 'live'
  /** There is more to send, and its connection would take it. */
  | 'more'
  /** Its connection takes nothing now. */
  | 'blocked'
  /** There is more to send, but it may have no more for now. */
  | 'held';

export interface SendLimits {
  /**
   * A pass ends when it has sent this much. It may send up to twice as much in one go: a published chunk is this
   * large and a bit, and must not leave in two writes for the sake of the bit.
   */
  readonly chunkBytes: number;
  /** Lag beyond which units are skipped, microseconds. */
  readonly maxLagUs: number;
  /** How far behind the live edge a listener continues after a skip, microseconds. */
  readonly resumeUs: number;
}

/** What the outside may know of a listener. */
export interface ListenerInfo {
  readonly id: number;
  /** What it asked for. */
  readonly quality: QualityMode;
  readonly address: string;
  readonly userAgent: string;
}

/**
 * One connection that receives a mount: a cursor into the ring and a connection that takes bytes. It owns no
 * copy of any media; all it ever has in flight is one view into the ring.
 */
export class Listener {
  readonly info: ListenerInfo;
  readonly sink: Sink;
  readonly connectedUs: number;
  readonly #clock: Clock;
  #track: Track;
  #nextTrack: Track | undefined;
  /** When the change to it is made at any unit, microseconds of pts; undefined while it lacks the present unit. */
  #switchByUs: number | undefined;
  /** Sequence number of the next unit to send. */
  #sequence: number;
  /** Container headers that go before the first unit. */
  #header: Uint8Array | undefined;
  #blockedSinceUs: number | undefined;
  #bytesSent = 0;
  /** Bytes that it may still be sent. */
  #allowanceBytes: number;
  #sentMediaUs = 0;
  /** How far behind it began, which is about what its player has in hand: it may lag by so much more. */
  #burstUs = 0;
  #skippedUnits = 0;
  #skips = 0;
  #rungSwitches = 0;

  constructor(info: ListenerInfo, sink: Sink, track: Track, clock: Clock, allowanceBytes = Number.POSITIVE_INFINITY) {
    this.info = info;
    this.#allowanceBytes = allowanceBytes;
    this.sink = sink;
    this.#clock = clock;
    this.connectedUs = clock.nowUs();
    this.#track = track;
    this.#sequence = track.endSequence;
  }

  get rung(): Rung {
    return this.#track.rung;
  }

  get track(): Track {
    return this.#track;
  }

  /** The rung it is about to change to, if any. */
  get nextRung(): Rung | undefined {
    return this.#nextTrack?.rung;
  }

  get bytesSent(): number {
    return this.#bytesSent;
  }

  /** Sound handed to its connection, by duration, microseconds. */
  get sentMediaUs(): number {
    return this.#sentMediaUs;
  }

  /** Units that it never got because it was too slow, and how often that happened. */
  get skippedUnits(): number {
    return this.#skippedUnits;
  }

  get skips(): number {
    return this.#skips;
  }

  get rungSwitches(): number {
    return this.#rungSwitches;
  }

  get isBlocked(): boolean {
    return this.#blockedSinceUs !== undefined;
  }

  /** Since when its connection takes nothing, microseconds; undefined while it takes what it is given. */
  get blockedSinceUs(): number | undefined {
    return this.#blockedSinceUs;
  }

  /** Bytes between its cursor and the live edge. */
  get bytesAhead(): number {
    return this.#track.bytesAhead(this.#sequence);
  }

  /** How far its cursor is behind the live edge, microseconds. */
  get lagUs(): number {
    const track = this.#track;
    if (this.#sequence >= track.endSequence) return 0;
    const ptsUs = track.ptsUsOf(Math.max(this.#sequence, track.oldestSequence));
    return track.endPtsUs - ptsUs;
  }

  /** Sends these bytes before the next unit. */
  sendFirst(header: Uint8Array): void {
    this.#header = header;
  }

  /** Starts at the first sync point at or after `ptsUs`; for listeners that came before there was anything. */
  startAt(ptsUs: number): void {
    this.#sequence = this.#track.syncAtOrAfter(this.#track.sequenceAtOrAfter(ptsUs));
    this.#burstUs = this.lagUs;
  }

  /** How many bytes it may be sent from now on; Infinity: as many as its connection takes. */
  allow(bytes: number): void {
    this.#allowanceBytes = bytes;
  }

  /** Changes to another rung of the same codec at the first good joint. To say it again changes nothing. */
  switchTo(track: Track): void {
    const next = track === this.#track ? undefined : track;
    if (next === this.#nextTrack) return;
    this.#nextTrack = next;
    this.#switchByUs = undefined;
  }

  /** Sends what is published, within the limits of one pass. */
  send(untilSequence: (track: Track) => number, limits: SendLimits): Progress {
    if (this.isBlocked) return 'blocked';
    if (this.#header !== undefined) {
      const header = this.#header;
      this.#header = undefined;
      if (!this.#write(header)) return 'blocked';
    }
    if (this.lagUs > limits.maxLagUs + this.#burstUs || this.#sequence < this.#track.oldestSequence)
      this.#skip(Math.max(limits.resumeUs, this.#burstUs));
    const joint = this.#trySwitch(untilSequence(this.#track));
    const published = untilSequence(this.#track);
    const until = Math.min(published, joint);
    for (let sent = 0; this.#sequence < until; ) {
      if (sent >= limits.chunkBytes) return 'more';
      if (this.#allowanceBytes <= 0) return 'held';
      const run = this.#track.run(this.#sequence, until, Math.min(limits.chunkBytes * 2, this.#allowanceBytes));
      if (run === undefined) break;
      this.#sentMediaUs += this.#track.ptsUsOf(run.to) - this.#track.ptsUsOf(this.#sequence);
      this.#sequence = run.to;
      this.#allowanceBytes -= run.bytes.length;
      sent += run.bytes.length;
      if (!this.#write(run.bytes)) return 'blocked';
    }
    return until < published ? 'more' : 'live';
  }

  /** Tells it that its connection takes bytes again. */
  unblock(): void {
    this.#blockedSinceUs = undefined;
  }

  #write(bytes: Uint8Array): boolean {
    this.#bytesSent += bytes.length;
    const taken = this.sink.write(bytes);
    if (!taken) this.#blockedSinceUs = this.#clock.nowUs();
    return taken;
  }

  /** Far enough forward that it does not fall behind again at once, but with a little past for its player. */
  #skip(resumeUs: number): void {
    const track = this.#track;
    const to = track.syncAtOrAfter(track.sequenceAtOrAfter(track.endPtsUs - resumeUs));
    if (to <= this.#sequence) return;
    this.#skippedUnits += to - this.#sequence;
    this.#skips += 1;
    this.#sequence = to;
  }

  /**
   * Changes to the next rung, if there is one, where the cursor stands at a good joint.
   * @param published where this rung ends for now
   * @returns where such a joint lies ahead; Infinity when none is known
   */
  #trySwitch(published: number): number {
    const next = this.#nextTrack;
    if (next === undefined) return Number.POSITIVE_INFINITY;
    const ptsUs = this.#track.ptsUsOf(this.#sequence);
    if (counterpartOf(next, ptsUs) !== undefined) this.#switchByUs ??= ptsUs + PATIENCE_US;
    const joint = findJoint(this.#track, next, this.#sequence, published, this.#switchByUs ?? ptsUs + PATIENCE_US);
    if (joint === undefined) return Number.POSITIVE_INFINITY;
    if (joint.from > this.#sequence) return joint.from;
    this.#track = next;
    this.#nextTrack = undefined;
    this.#sequence = joint.to;
    this.#rungSwitches += 1;
    return Number.POSITIVE_INFINITY;
  }
}

/** How much sound may pass before a rung is changed where that may be heard. */
const PATIENCE_US = 500_000;
