import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { MqttClient } from 'mqtt';
import type { PipitError } from '../../core/errors.ts';
import { brokerTrouble, closedWithoutAnswer, lostBroker, noAnswer } from './broker-trouble.ts';
import type { BrokerConnection, BrokerConnectionEvents, BrokerConnectionOptions } from './connection.ts';
import { GuardedStream } from './guarded-stream.ts';
import { PacketGate } from './packet-gate.ts';

/** Who does not even take the connection within this is not there. */
const TCP_TIMEOUT_MS = 4_000;
/** For TLS and the broker's answer as well. */
const CONNACK_TIMEOUT_MS = 10_000;
/** Commands are short; a longer packet is left out. */
const MAX_PACKET_BYTES = 16 * 1024;
/** With so many bytes on their way it is clogged. */
const CLOG_BYTES = 64 * 1024;

/** One connection to a broker, on the package mqtt; it never reconnects. Everything is sent with QoS 0. */
export function openBrokerConnection(
  options: BrokerConnectionOptions,
  events: BrokerConnectionEvents,
): BrokerConnection {
  return new MqttConnection(options, events);
}

class MqttConnection implements BrokerConnection {
  readonly #options: BrokerConnectionOptions;
  readonly #events: BrokerConnectionEvents;
  readonly #client: MqttClient;
  readonly #tcpTimer: NodeJS.Timeout;
  #trouble: PipitError | undefined;
  #stream: GuardedStream | undefined;
  #hasOpened = false;
  #hasClosed = false;
  #canRetain = true;
  #maxPayloadBytes = Number.POSITIVE_INFINITY;

  constructor(options: BrokerConnectionOptions, events: BrokerConnectionEvents) {
    this.#options = options;
    this.#events = events;
    const { address, version, clientId, keepaliveSeconds, will } = options;
    const isVersion5 = version === '5';
    const limits = { maximumPacketSize: MAX_PACKET_BYTES, receiveMaximum: 16, sessionExpiryInterval: 0 };
    this.#tcpTimer = setTimeout(() => this.#fail(noAnswer('it does not answer')), TCP_TIMEOUT_MS).unref();
    this.#client = new MqttClient(() => this.#openStream(), {
      protocolId: 'MQTT',
      protocolVersion: isVersion5 ? 5 : 4,
      clientId,
      clean: true,
      keepalive: keepaliveSeconds,
      // What we send says nothing about the broker: only its answers put the next ping off.
      reschedulePings: false,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      connectTimeout: CONNACK_TIMEOUT_MS,
      timerVariant: 'native',
      // A buffer for each of the 65,536 numbers that a packet may have would take 7 MB, and hardly any is ever sent.
      writeCache: false,
      log: () => {},
      ...(address.username === undefined ? {} : { username: address.username }),
      ...(address.password === undefined ? {} : { password: Buffer.from(address.password) }),
      ...(isVersion5 ? { properties: limits } : {}),
      ...(will === undefined
        ? {}
        : { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 0 as const, retain: true } }),
    });
    this.#client.handleMessage = (_packet, done) => events.afterMessage(() => done());
    this.#client.on('error', (error) => this.#fail(brokerTrouble(silenceOf(error) ?? error)));
    this.#client.on('disconnect', ({ reasonCode }) => this.#fail(brokerTrouble({ code: reasonCode })));
    this.#client.on('close', () => this.#closed());
    this.#client.on('message', (topic, payload, { retain }) => events.onMessage(topic, payload, retain));
    this.#client.on('connect', ({ properties }) => {
      this.#hasOpened = true;
      this.#canRetain = properties?.retainAvailable !== false;
      // The topic and the header need some of it.
      if (properties?.maximumPacketSize !== undefined) this.#maxPayloadBytes = properties.maximumPacketSize - 512;
      events.onOpen();
    });
  }

  get isClogged(): boolean {
    return (this.#stream?.writableLength ?? 0) >= CLOG_BYTES;
  }

  get maxPayloadBytes(): number {
    return this.#maxPayloadBytes;
  }

  publish(topic: string, payload: string | Buffer, retain: boolean): void {
    if (this.#hasClosed || !this.#client.connected) return;
    this.#client.publish(topic, payload, { qos: 0, retain: retain && this.#canRetain }, () => {});
  }

  subscribe(filters: readonly string[]): void {
    if (this.#hasClosed || !this.#client.connected) return;
    // A message that somebody retained says so, even where it has just come in.
    const options = this.#options.version === '5' ? { qos: 0 as const, rap: true } : { qos: 0 as const };
    this.#client.subscribe([...filters], options, (error, granted) => {
      const refused = granted?.filter(({ qos }) => qos >= 128) ?? [];
      if (refused.length > 0) this.#events.onUnheard(refused.map(({ topic }) => topic));
      else if (error !== null && error !== undefined && !this.#hasClosed) this.#events.onUnheard(filters);
    });
  }

  async close(): Promise<void> {
    if (this.#hasClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const giveUp = setTimeout(resolve, 1_000);
    if (this.#client.connected) this.#client.end(false, () => resolve());
    else resolve();
    await promise;
    clearTimeout(giveUp);
    this.#closed();
  }

  #openStream(): GuardedStream {
    const gate = new PacketGate({ maxBytes: MAX_PACKET_BYTES, onSkipped: (size) => this.#events.onSkipped(size) });
    const socket = this.#connect();
    socket.once('connect', () => clearTimeout(this.#tcpTimer));
    socket.setNoDelay(true);
    const stream = new GuardedStream(socket, gate);
    // The client hears of errors with a code only.
    stream.on('error', (error) => this.#fail(brokerTrouble(error)));
    stream.on('drain', () => this.#events.onDrain());
    this.#stream = stream;
    return stream;
  }

  #connect(): Socket {
    const { host, port, isSecure } = this.#options.address;
    if (!isSecure) return connectTcp({ host, port });
    const { ca, verifyCertificate } = this.#options;
    return connectTls({
      host,
      port,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
      rejectUnauthorized: verifyCertificate,
    });
  }

  /** The first trouble is what is told. */
  #fail(trouble: PipitError): void {
    this.#trouble ??= trouble;
    if (this.#stream === undefined) return;
    if (!this.#stream.destroyed) this.#stream.destroy();
    // Where the client has not seen its stream close, there is nothing to wait for.
    setImmediate(() => this.#closed());
  }

  #closed(): void {
    if (this.#hasClosed) return;
    this.#hasClosed = true;
    clearTimeout(this.#tcpTimer);
    this.#client.end(true);
    this.#stream?.destroy();
    const silent = this.#hasOpened ? lostBroker() : closedWithoutAnswer(this.#options.address.isSecure);
    this.#events.onClose(this.#trouble ?? silent);
  }
}

/** The package says in words alone that there was no answer. */
function silenceOf(error: Error): PipitError | undefined {
  if (error.message === 'connack timeout') return noAnswer('it takes the connection, and then says nothing');
  if (error.message === 'Keepalive timeout') return noAnswer('it no longer answers');
  return undefined;
}
