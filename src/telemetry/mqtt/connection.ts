import type { PipitError } from '../../core/errors.ts';
import type { BrokerAddress } from './broker-address.ts';

export interface BrokerConnectionOptions {
  readonly address: BrokerAddress;
  readonly version: '5' | '3.1.1';
  readonly clientId: string;
  readonly keepaliveSeconds: number;
  /** PEM; undefined: the public authorities. */
  readonly ca: string | undefined;
  readonly verifyCertificate: boolean;
  /** What the broker tells the others when we are gone without a word; it retains it. */
  readonly will: { readonly topic: string; readonly payload: string } | undefined;
}

/** What becomes of a connection. */
export interface BrokerConnectionEvents {
  /** The broker has let us in. */
  onOpen(): void;
  onMessage(topic: string, payload: Buffer, isRetained: boolean): void;
  /** Calls `done` when the next message may be read: this is how a flood is slowed down. */
  afterMessage(done: () => void): void;
  /** It can be written to again. */
  onDrain(): void;
  /** A packet of so many bytes was too long and was left out. */
  onSkipped(sizeBytes: number): void;
  /** The broker does not let us hear these. */
  onUnheard(filters: readonly string[]): void;
  /** It is over, or never was; called once, and nothing after it. */
  onClose(trouble: PipitError): void;
}

/** One connection to a broker. */
export interface BrokerConnection {
  /** So much is on its way that no more should be sent before `onDrain`. */
  readonly isClogged: boolean;
  /** The longest that the broker takes. */
  readonly maxPayloadBytes: number;
  /** Sends it, or drops it where there is no connection any more. */
  publish(topic: string, payload: string | Buffer, retain: boolean): void;
  subscribe(filters: readonly string[]): void;
  /** Takes leave, so that the will is not told; twice is once. */
  close(): Promise<void>;
}

export type OpenBroker = (options: BrokerConnectionOptions, events: BrokerConnectionEvents) => BrokerConnection;
