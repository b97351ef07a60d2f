import type { Counter, CounterSet } from '../../core/counters.ts';
import type { BrokerConnection } from './connection.ts';

/** Something that is told once. */
interface Errand {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly onSent: (() => void) | undefined;
}

interface Latest {
  readonly payload: string | Buffer;
  readonly retain: boolean;
}

/** More topics than any station has. */
const MAX_TOPICS = 2_000;
const MAX_ERRANDS = 256;

/**
 * What is to be told: the latest value of each topic, and a few things that are told once. However slow the broker is,
 * no more than that is held.
 */
export class Outbox {
  readonly #latest = new Map<string, Latest>();
  #due = new Set<string>();
  #errands: Errand[] = [];
  readonly #sent: Counter;
  readonly #dropped: Counter;

  constructor({ counters }: { counters: CounterSet }) {
    this.#sent = counters.counter('mqtt_sent_messages_total', 'Messages to the MQTT broker');
    this.#dropped = counters.counter('mqtt_dropped_messages_total', 'Messages that the MQTT broker never got');
  }

  /** A value that the broker has already is not told again. */
  set(topic: string, payload: string | Buffer, retain: boolean): void {
    const known = this.#latest.get(topic);
    if (known !== undefined && isSame(known.payload, payload)) return;
    if (known === undefined && this.#latest.size >= MAX_TOPICS) return this.#dropped.add();
    this.#latest.set(topic, { payload, retain });
    this.#due.add(topic);
  }

  forget(topic: string): void {
    this.#latest.delete(topic);
    this.#due.delete(topic);
  }

  tell(errand: Errand): void {
    if (this.#errands.length >= MAX_ERRANDS) this.#dropped.add();
    else this.#errands.push(errand);
  }

  /** All latest values are due: first what is retained, then `last`, then what is not, which may be long. */
  resend(last: string): void {
    const topics = [...this.#latest];
    const retained = topics.filter(([topic, { retain }]) => retain && topic !== last);
    const others = topics.filter(([topic, { retain }]) => !retain && topic !== last);
    const birth = topics.filter(([topic]) => topic === last);
    this.#due = new Set([...retained, ...birth, ...others].map(([topic]) => topic));
  }

  /** Sends what the connection takes; what is longer than `maxBytes` is left out. */
  flush(connection: BrokerConnection, maxBytes: number): void {
    while (!connection.isClogged && this.#errands.length > 0) this.#run(this.#errands.shift() as Errand, connection);
    for (const topic of this.#due) {
      if (connection.isClogged) return;
      this.#due.delete(topic);
      const { payload, retain } = this.#latest.get(topic) as Latest;
      if (payload.length > maxBytes) {
        this.#dropped.add();
        continue;
      }
      this.#sent.add();
      connection.publish(topic, payload, retain);
    }
  }

  /** What is told once is sent now, clogged or not: it is the end. */
  flushErrands(connection: BrokerConnection): void {
    for (const errand of this.#errands) this.#run(errand, connection);
    this.#errands = [];
  }

  dropErrands(): void {
    this.#dropped.add(this.#errands.length);
    this.#errands = [];
  }

  #run({ topic, payload, retain, onSent }: Errand, connection: BrokerConnection): void {
    connection.publish(topic, payload, retain);
    this.#sent.add();
    onSent?.();
  }
}

function isSame(a: string | Buffer, b: string | Buffer): boolean {
  return typeof a === 'string' || typeof b === 'string' ? a === b : a.equals(b);
}
