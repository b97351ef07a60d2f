import type { Clock, Timer } from '../../core/clock.ts';
import type { Counter, CounterSet } from '../../core/counters.ts';
import type { CloseReason, SessionArchive, SessionRow } from '../../core/session.ts';
import { DeliveryLatency } from './delivery-latency.ts';
import { Session, type SessionFacts } from './session.ts';
import type { SessionSubject } from './session-subject.ts';
import { shortenAddress } from './shorten-address.ts';

export interface SessionBookDeps {
  readonly clock: Clock;
  readonly counters: CounterSet;
  readonly random: () => number;
  readonly wallTime: () => Date;
  /** A program's name, in a few words, from what it says of itself. */
  readonly describeAgent: (userAgent: string) => string;
  /** Where sessions that have ended go; undefined while there is no such place. */
  readonly archive: () => SessionArchive | undefined;
}

/** May change while it runs. */
export interface SessionBookOptions {
  readonly fullAddresses: boolean;
}

/** Somebody who listens or watches at this moment. */
export type LiveSession = SessionFacts & Pick<SessionRow, 'address' | 'agent'>;

/** Each session is looked at once in so many ticks. */
const SLICES = 5;
const TICK_MS = 1_000;
/** Sessions that have ended and are kept in memory. */
const RECENT = 200;
/** Sessions that wait to be kept: a whole crowd that leaves at once, and not much more. */
const MOST_PENDING = 20_000;
const BATCH = 500;

/**
 * Who listens and watches, from the first byte to the last, and what becomes of it when it is over. A session costs
 * nothing while it lasts but one look every five seconds.
 */
export class SessionBook implements Disposable {
  readonly latency = new DeliveryLatency();
  readonly #deps: SessionBookDeps;
  readonly #options: () => SessionBookOptions;
  readonly #live = new Map<string, Session>();
  readonly #slices: readonly Set<Session>[] = Array.from({ length: SLICES }, () => new Set());
  /** Oldest first. */
  readonly #recent: SessionRow[] = [];
  #pending: SessionRow[] = [];
  readonly #ended: Counter;
  readonly #unkept: Counter;
  readonly #run: string;
  #count = 0;
  #ticks = 0;
  #revision = 0;
  #timer: Timer | undefined;
  #isDisposed = false;

  constructor(deps: SessionBookDeps, options: () => SessionBookOptions) {
    const { counters, random } = deps;
    this.#deps = deps;
    this.#options = options;
    this.#ended = counters.counter('sessions_ended_total', 'Connections that have listened or watched and are over');
    this.#unkept = counters.counter(
      'sessions_unkept_total',
      'Sessions that came to an end faster than they could be kept',
    );
    this.#run = Math.floor(random() * 36 ** 8)
      .toString(36)
      .padStart(8, '0');
  }

  /** Somebody begins; call the returned function when it is over. */
  begin(subject: SessionSubject): (reason: CloseReason) => void {
    if (this.#isDisposed) return () => {};
    this.#count += 1;
    const slice = this.#slices[this.#count % SLICES] as Set<Session>;
    const session = new Session(`${this.#run}-${this.#count}`, subject, this.#deps.clock.nowUs());
    this.#live.set(session.id, session);
    slice.add(session);
    this.#revision += 1;
    this.#tickLater();
    return (reason) => {
      if (slice.delete(session)) this.#end(session, reason);
    };
  }

  get liveCount(): number {
    return this.#live.size;
  }

  /** Another number whenever somebody has come or gone. */
  get revision(): number {
    return this.#revision;
  }

  /** Those who are here, the newest first. */
  live(limit: number): LiveSession[] {
    const { clock, wallTime } = this.#deps;
    const nowUs = clock.nowUs();
    const nowMs = wallTime().getTime();
    // A Map keeps the order in which they came.
    const newest = [...this.#live.values()].slice(-limit).reverse();
    return newest.map((session) => ({ ...session.facts(nowUs, nowMs), ...this.#whoOf(session) }));
  }

  /** Of those, one. */
  liveSession(id: string): LiveSession | undefined {
    const session = this.#live.get(id);
    if (session === undefined) return undefined;
    const { clock, wallTime } = this.#deps;
    return { ...session.facts(clock.nowUs(), wallTime().getTime()), ...this.#whoOf(session) };
  }

  /** What those who are here have in them, for figures over all of them; at most `limit`, evenly out of all. */
  *subjects(limit: number): IterableIterator<{ readonly subject: SessionSubject; readonly startedUs: number }> {
    const every = Math.ceil(this.#live.size / limit);
    let i = 0;
    for (const session of this.#live.values()) if (i++ % every === 0) yield session;
  }

  /** Those of the last that have ended, the newest first. */
  recent(): SessionRow[] {
    return this.#recent.toReversed();
  }

  /** Ends what is still open, so that it is kept. */
  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    for (const slice of this.#slices) slice.clear();
    for (const session of this.#live.values()) this.#end(session, 'closed');
    this.#isDisposed = true;
    while (this.#pending.length > 0) this.#handOver();
    this.#timer?.cancel();
  }

  #end(session: Session, reason: CloseReason): void {
    const { clock, wallTime } = this.#deps;
    this.#live.delete(session.id);
    this.#revision += 1;
    this.#ended.add();
    const row = session.row(clock.nowUs(), wallTime().getTime(), this.#whoOf(session), reason);
    this.#recent.push(row);
    if (this.#recent.length > RECENT) this.#recent.shift();
    if (this.#pending.length === MOST_PENDING) this.#unkept.add();
    else this.#pending.push(row);
    this.#tickLater();
  }

  #whoOf({ subject: { address, userAgent } }: Session): Pick<SessionRow, 'address' | 'agent'> {
    return {
      address: this.#options().fullAddresses ? address : shortenAddress(address),
      agent: this.#deps.describeAgent(userAgent),
    };
  }

  #tickLater(): void {
    if (this.#timer !== undefined || this.#isDisposed) return;
    if (this.#live.size === 0 && this.#pending.length === 0) return;
    this.#timer = this.#deps.clock.after(TICK_MS, () => {
      this.#timer = undefined;
      this.#sample();
      this.#handOver();
      this.#tickLater();
    });
  }

  #sample(): void {
    const nowUs = this.#deps.clock.nowUs();
    this.#ticks += 1;
    const slice = this.#slices[this.#ticks % SLICES] as Set<Session>;
    this.latency.expect(slice.size);
    for (const session of slice) {
      const latencyUs = session.sample(nowUs);
      if (latencyUs !== undefined) this.latency.add(nowUs, latencyUs);
    }
  }

  /** A batch a second: whoever keeps them has other things to do as well. */
  #handOver(): void {
    if (this.#pending.length === 0) return;
    const batch = this.#pending.splice(0, BATCH);
    this.#deps.archive()?.addSessions(batch);
  }
}
