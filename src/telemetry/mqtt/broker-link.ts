import { BackOff } from '../../core/back-off.ts';
import type { Clock, Timer } from '../../core/clock.ts';
import type { Counter, CounterSet } from '../../core/counters.ts';
import { type ErrorReport, type PipitError, reportOf, sentencesOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { nameOfBroker } from './broker-address.ts';
import { brokerTrouble, isRefusal } from './broker-trouble.ts';
import type { BrokerConnection, BrokerConnectionOptions, OpenBroker } from './connection.ts';
import { Outbox } from './outbox.ts';

export interface BrokerLinkDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly counters: CounterSet;
  /** Loads what speaks MQTT; only called when there is a broker to speak to. */
  readonly load: () => Promise<OpenBroker>;
}

export interface BrokerLinkPlan {
  /**
   * What to connect with, asked for before each try.
   * @throws PipitError when that is wrong already
   */
  readonly prepare: () => Promise<BrokerConnectionOptions>;
  /** What to listen to. */
  readonly filters: readonly string[];
  /** Told when all that is retained has been told. */
  readonly birth: { readonly topic: string; readonly payload: string };
}

export interface BrokerLinkEvents {
  /** There is a connection; nothing has been sent yet. */
  onUp(): void;
  /** There was one, and it is gone. */
  onDown(): void;
  onMessage(topic: string, payload: Buffer, isRetained: boolean): void;
  /** Calls `done` when the next message may come. */
  afterMessage(done: () => void): void;
  /** A message of so many bytes was left out because it was too long. */
  onSkipped(sizeBytes: number): void;
}

export interface BrokerLinkStatus {
  readonly state: 'connecting' | 'connected' | 'waiting' | 'closed';
  /** `host:port`; empty before the first try. */
  readonly broker: string;
  /** CLOCK_MONOTONIC, microseconds. */
  readonly sinceUs: number;
  /** Why there is no connection. */
  readonly trouble: ErrorReport | undefined;
  /** Topic filters that the broker does not let us listen to. */
  readonly unheard: readonly string[];
}

/** Short enough that all is right again within five seconds of a broker's return, with the spread. */
const MAX_WAIT_MS = 3_000;
/** After a refusal somebody has to change something; brokers may ban who tries too often. */
const MAX_REFUSED_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 500;
/** A connection that ends sooner was no success … */
const STEADY_MS = 10_000;
/** … and after so many of those something that we send may be the reason: for this long, only short messages are sent. */
const SHORT_LIVES = 3;
const CAREFUL_MS = 3_600_000;
const CAREFUL_BYTES = 4_096;

/**
 * The way to the broker: connects, and connects again, with growing pauses that stay short. What is to be told is kept
 * as the latest value of each topic, so that nothing piles up while the broker is away or slow, and all of it is told
 * when it is back.
 */
export class BrokerLink implements AsyncDisposable {
  readonly #deps: BrokerLinkDeps;
  readonly #plan: BrokerLinkPlan;
  readonly #events: BrokerLinkEvents;
  readonly #outbox: Outbox;
  readonly #waits: BackOff;
  readonly #refusedWaits: BackOff;
  readonly #received: Counter;
  readonly #connects: Counter;
  #connection: BrokerConnection | undefined;
  #isUp = false;
  /** Nothing leaves while what is to be told first is put together. */
  #isHeld = false;
  #status: BrokerLinkStatus;
  #timer: Timer | undefined;
  #isClosed = false;
  #toldTrouble: string | undefined;
  #upSinceUs = 0;
  #shortLives = 0;
  #carefulUntilUs = 0;

  constructor(deps: BrokerLinkDeps, plan: BrokerLinkPlan, events: BrokerLinkEvents) {
    const { clock, counters, random } = deps;
    this.#deps = deps;
    this.#plan = plan;
    this.#events = events;
    this.#outbox = new Outbox({ counters });
    this.#waits = new BackOff({ firstMs: FIRST_WAIT_MS, maxMs: MAX_WAIT_MS, random });
    this.#refusedWaits = new BackOff({ firstMs: MAX_WAIT_MS, maxMs: MAX_REFUSED_WAIT_MS, random });
    this.#received = counters.counter('mqtt_received_messages_total', 'Messages from the MQTT broker');
    this.#connects = counters.counter('mqtt_connections_total', 'Times that the MQTT broker has let us in');
    this.#status = { state: 'connecting', broker: '', sinceUs: clock.nowUs(), trouble: undefined, unheard: [] };
  }

  get status(): BrokerLinkStatus {
    return this.#status;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Begins to connect. */
  start(): void {
    void this.#try();
  }

  /** The latest value of a topic, to be told now or when there is a connection; it stays until `forget`. */
  set(topic: string, payload: string | Buffer, retain: boolean): void {
    this.#outbox.set(topic, payload, retain);
    this.#pump();
  }

  /** The topic has no value any more; what the broker has of it stays. */
  forget(topic: string): void {
    this.#outbox.forget(topic);
  }

  /** Told once, before the latest values, or never where there is no connection: `onSent` says which. */
  tell(
    topic: string,
    payload: string,
    { retain = false, onSent }: { retain?: boolean; onSent?: () => void } = {},
  ): void {
    if (!this.#isUp) return;
    this.#outbox.tell({ topic, payload, retain, onSent });
    this.#pump();
  }

  /** Tells all latest values again. */
  resend(): void {
    this.#outbox.resend(this.#plan.birth.topic);
    this.#pump();
  }

  /**
   * Takes leave.
   * @param lastWords told before, with the topic retained
   */
  async close(lastWords?: { readonly topic: string; readonly payload: string }): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.cancel();
    const connection = this.#connection;
    if (this.#isUp && connection !== undefined) {
      this.#outbox.flushErrands(connection);
      if (lastWords !== undefined) connection.publish(lastWords.topic, lastWords.payload, true);
    }
    this.#isUp = false;
    this.#enter('closed', undefined);
    await connection?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #try(): Promise<void> {
    this.#enter('connecting', this.#status.trouble);
    try {
      const [open, options] = await Promise.all([this.#deps.load(), this.#plan.prepare()]);
      if (this.#isClosed) return;
      this.#status = { ...this.#status, broker: nameOfBroker(options.address) };
      this.#connection = open(options, {
        onOpen: () => this.#up(),
        onMessage: (topic, payload, isRetained) => {
          this.#received.add();
          if (!this.#isClosed) this.#events.onMessage(topic, payload, isRetained);
        },
        afterMessage: (done) => this.#events.afterMessage(done),
        onDrain: () => this.#pump(),
        onSkipped: (size) => {
          if (!this.#isClosed) this.#events.onSkipped(size);
        },
        onUnheard: (filters) => {
          this.#status = { ...this.#status, unheard: filters };
          this.#deps.log.warning(`the MQTT broker does not let us listen to ${filters.join(', ')}`);
        },
        onClose: (trouble) => this.#down(trouble),
      });
    } catch (error) {
      this.#down(brokerTrouble(error));
    }
  }

  #up(): void {
    if (this.#isClosed || this.#connection === undefined) return;
    this.#isUp = true;
    this.#upSinceUs = this.#deps.clock.nowUs();
    this.#connects.add();
    this.#refusedWaits.reset();
    this.#toldTrouble = undefined;
    this.#status = { ...this.#status, unheard: [] };
    this.#enter('connected', undefined);
    this.#deps.log.notice(`connected to the MQTT broker ${this.#status.broker}`);
    this.#connection.subscribe(this.#plan.filters);
    const { topic, payload } = this.#plan.birth;
    this.#outbox.set(topic, payload, true);
    this.#isHeld = true;
    this.#events.onUp();
    this.#isHeld = false;
    this.resend();
  }

  #down(trouble: PipitError): void {
    const wasUp = this.#isUp;
    this.#isUp = false;
    this.#connection = undefined;
    if (this.#isClosed) return;
    this.#outbox.dropErrands();
    if (wasUp) this.#weigh();
    this.#tellTrouble(trouble);
    this.#enter('waiting', reportOf(trouble, trouble.code));
    const waits = isRefusal(trouble) ? this.#refusedWaits : this.#waits;
    this.#timer = this.#deps.clock.after(waits.next(), () => void this.#try());
    if (wasUp) this.#events.onDown();
  }

  /** How long did it last? */
  #weigh(): void {
    const { clock, log } = this.#deps;
    const nowUs = clock.nowUs();
    if (nowUs - this.#upSinceUs >= STEADY_MS * 1000) {
      this.#waits.reset();
      this.#shortLives = 0;
      return;
    }
    this.#shortLives += 1;
    if (this.#shortLives < SHORT_LIVES || nowUs < this.#carefulUntilUs) return;
    this.#carefulUntilUs = nowUs + CAREFUL_MS * 1000;
    log.warning('the MQTT broker keeps closing the connection: for an hour, long messages are left out');
  }

  /** Once for each kind: a broker that is away for an hour is one line. */
  #tellTrouble(trouble: PipitError): void {
    const { log } = this.#deps;
    const broker = this.#status.broker === '' ? '' : ` ${this.#status.broker}`;
    const line = `no connection to the MQTT broker${broker}: ${sentencesOf(trouble)}`;
    if (this.#toldTrouble === trouble.code) return log.debug(line);
    this.#toldTrouble = trouble.code;
    log.warning(line, { code: trouble.code });
  }

  #pump(): void {
    const connection = this.#connection;
    if (!this.#isUp || this.#isHeld || connection === undefined) return;
    const isCareful = this.#deps.clock.nowUs() < this.#carefulUntilUs;
    this.#outbox.flush(connection, isCareful ? CAREFUL_BYTES : connection.maxPayloadBytes);
  }

  #enter(state: BrokerLinkStatus['state'], trouble: ErrorReport | undefined): void {
    const { sinceUs, state: before } = this.#status;
    this.#status = {
      ...this.#status,
      state,
      trouble,
      // Trying and waiting by turns are one state to who looks at how long it lasts.
      sinceUs:
        before === state || (before !== 'connected' && state !== 'connected') ? sinceUs : this.#deps.clock.nowUs(),
    };
  }
}
