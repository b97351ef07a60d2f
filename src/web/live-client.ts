import * as v from 'valibot';
import type { Clock } from '../core/clock.ts';

/** The connection of a client, as `ws` has it. */
export interface LiveConnection {
  /** Bytes that were sent and have not left. */
  readonly bufferedAmount: number;
  send(data: Buffer, options: { binary: boolean }, sent: () => void): void;
  close(code: number, reason: string): void;
}

/** Bytes that may wait for a client; past that it does without until they have left. */
const MAX_WAITING_BYTES = 64 * 1024;
/** More messages in a second than any page has use for. */
const MAX_MESSAGES_A_SECOND = 20;
/** Signs of life that may be missing in a row. */
const MAX_MISSED = 2;
/** RFC 6455, 7.4.1: a message that breaks the rules. */
const POLICY_VIOLATION = 1008;

const Watch = v.strictObject({ watch: v.pipe(v.array(v.pipe(v.string(), v.maxLength(32))), v.maxLength(16)) });

/** One page on the live socket: what it watches, and what it can take. */
export class LiveClient {
  readonly #connection: LiveConnection;
  readonly #clock: Clock;
  readonly #watch: (topics: readonly string[]) => void;
  /** The newest message of each topic that it could not take. */
  readonly #owed = new Map<string, Buffer>();
  readonly #onSent = (): void => this.#pay();
  #watched: ReadonlySet<string> = new Set();
  #secondBeganUs = 0;
  #messages = 0;
  #missed = 0;
  #skipped = 0;

  /** @param watch told the topics that it asks for, in place of those before */
  constructor(connection: LiveConnection, clock: Clock, watch: (topics: readonly string[]) => void) {
    this.#connection = connection;
    this.#clock = clock;
    this.#watch = watch;
  }

  get watched(): ReadonlySet<string> {
    return this.#watched;
  }

  set watched(topics: ReadonlySet<string>) {
    this.#watched = topics;
    for (const topic of this.#owed.keys()) if (!topics.has(topic)) this.#owed.delete(topic);
  }

  /** Messages that it did without. */
  get skipped(): number {
    return this.#skipped;
  }

  /**
   * Sends a message, or leaves it out while too much is on its way.
   * @param isState the newest is sent later, then
   */
  send(topic: string, message: Buffer, isState: boolean): void {
    if (
      this.#connection.bufferedAmount + message.length <= MAX_WAITING_BYTES ||
      this.#connection.bufferedAmount === 0
    ) {
      if (isState) this.#owed.delete(topic);
      this.#connection.send(message, { binary: false }, this.#onSent);
      return;
    }
    this.#skipped += 1;
    if (isState) this.#owed.set(topic, message);
  }

  /** @param text undefined for a message that is none */
  receive(text: string | undefined): void {
    if (!this.isTolerable()) return;
    const message = v.safeParse(Watch, parsed(text));
    if (message.success) this.#watch(message.output.watch);
    else this.#connection.close(POLICY_VIOLATION, 'A message is {"watch":[…]} with names of topics.');
  }

  /** Counts a message of any kind; false when there were too many, and the client is shown out. */
  isTolerable(): boolean {
    this.isAlive();
    const nowUs = this.#clock.nowUs();
    if (nowUs - this.#secondBeganUs >= 1e6) {
      this.#secondBeganUs = nowUs;
      this.#messages = 0;
    }
    this.#messages += 1;
    if (this.#messages <= MAX_MESSAGES_A_SECOND) return true;
    this.#connection.close(POLICY_VIOLATION, 'Too many messages.');
    return false;
  }

  /** Something was heard of it. */
  isAlive(): void {
    this.#missed = 0;
  }

  /** Called at intervals, before it is asked for a sign of life; false when there have been none for too long. */
  mayLive(): boolean {
    if (this.#missed >= MAX_MISSED) return false;
    this.#missed += 1;
    return true;
  }

  /** Sends what was left out, as soon as what was on its way has left. */
  #pay(): void {
    if (this.#owed.size === 0 || this.#connection.bufferedAmount > 0) return;
    const owed = [...this.#owed];
    this.#owed.clear();
    for (const [topic, message] of owed) this.send(topic, message, true);
  }
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
