import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { isFromHere } from '../access/same-origin.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { plainAddress } from '../core/plain-address.ts';
import type { Scope } from '../core/station-control.ts';
import { sayGoodbye } from '../core/web-socket-farewell.ts';
import { LiveClient } from './live-client.ts';
import type { LiveTopic } from './live-topic.ts';

export interface LiveSocketDeps {
  readonly clock: Clock;
  /** By the name that clients ask for. */
  readonly topics: Readonly<Record<string, LiveTopic>>;
  /** Whether who sent the request may do what takes `scope`. Asked again from time to time. */
  readonly may: (request: IncomingMessage, scope: Scope) => boolean | Promise<boolean>;
  /** Who is behind a connection. Absent: its other end. */
  readonly addressOf?: (request: IncomingMessage) => string;
}

export interface LiveSocketOptions {
  readonly maxClients: number;
  /** Loopback has no such limit. */
  readonly maxClientsPerAddress: number;
  /** Between two looks after all clients; two of them without a sign of life end a connection. */
  readonly keepAliveMs: number;
}

/** Why somebody is not let in. */
interface Refusal {
  readonly status: string;
  readonly reason: string;
}

const PATH = '/api/live';
const NOT_FOR_YOU: Refusal = {
  status: '401 Unauthorized',
  reason: 'Listening takes a password or a link with a token here.',
};
const DEFAULTS: LiveSocketOptions = { maxClients: 100, maxClientsPerAddress: 24, keepAliveMs: 20_000 };
/** All that anybody has to say here fits into less. */
const MAX_MESSAGE_BYTES = 1024;
/** What goodbyes may take at the end. */
const GOODBYE_MS = 500;
/** RFC 6455, 7.4.1. */
const POLICY_VIOLATION = 1008;

interface Attended {
  readonly client: LiveClient;
  readonly request: IncomingMessage;
  /** Messages so far: what is decided about an older one does not count any more. */
  asks: number;
}

/**
 * What changes, as it changes, for pages: a WebSocket (RFC 6455) at `/api/live`. A client says
 * `{"watch":["figures","events"]}` and is sent `{"topic":"figures","data":…}`; each `watch` takes the place of the one
 * before. Who asks for what is not there or not for it is told `{"error":"…"}`. Only pages of this station may open it,
 * and programs that are no browser. A topic that nobody watches costs nothing; a client that is slow is left out, and
 * never makes anybody wait.
 */
export class LiveSocket implements AsyncDisposable {
  readonly #deps: LiveSocketDeps;
  readonly #options: LiveSocketOptions;
  readonly #server: WebSocketServer;
  readonly #attended = new Map<WebSocket, Attended>();
  readonly #byAddress = new Map<string, number>();
  /** Ends the topics that somebody watches. */
  readonly #running = new Map<string, () => void>();
  #timer: Timer | undefined;
  /** Connections, those that are just coming as well. */
  #count = 0;
  #isStopped = false;

  constructor(deps: LiveSocketDeps, options: Partial<LiveSocketOptions> = {}) {
    this.#deps = deps;
    this.#options = { ...DEFAULTS, ...options };
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
    });
  }

  get clientCount(): number {
    return this.#count;
  }

  /** Whether the request would become a WebSocket here: what Node's HTTP server should know before it upgrades it. */
  serves({ headers, url = '' }: IncomingMessage): boolean {
    return headers.upgrade?.toLowerCase() === 'websocket' && (url === PATH || url.startsWith(`${PATH}?`));
  }

  /** Takes the connection over, for a listener of the HTTP server's `upgrade` event. */
  handleUpgrade(request: IncomingMessage, duplex: Duplex, rest: Buffer): void {
    const socket = duplex as Socket;
    socket.on('error', () => {});
    const address = this.#deps.addressOf?.(request) ?? plainAddress(socket.remoteAddress);
    const { may } = this.#deps;
    const refusal = this.#refuse(request, address);
    if (refusal !== undefined) return turnAway(socket, refusal);
    const take = (isAllowed: boolean): void => {
      // While that was decided, places may have been taken.
      const late = isAllowed ? this.#refuse(request, address) : NOT_FOR_YOU;
      if (late !== undefined) turnAway(socket, late);
      else if (!socket.destroyed) this.#take(request, socket, rest, address);
    };
    const isAllowed = may(request, 'read');
    if (typeof isAllowed === 'boolean') take(isAllowed);
    else void isAllowed.catch(() => false).then(take);
  }

  /** Says goodbye to everybody and lets nobody in any more; who does not answer is cut off. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await sayGoodbye(this.#deps.clock, this.#attended.keys(), GOODBYE_MS);
  }

  #take(request: IncomingMessage, socket: Socket, rest: Buffer, address: string): void {
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    this.#count += 1;
    socket.once('close', () => {
      this.#count -= 1;
      const left = (this.#byAddress.get(address) ?? 1) - 1;
      if (left > 0) this.#byAddress.set(address, left);
      else this.#byAddress.delete(address);
    });
    this.#server.handleUpgrade(request, socket, rest, (webSocket) => this.#attend(webSocket, request));
  }

  #refuse(request: IncomingMessage, address: string): Refusal | undefined {
    if (this.#isStopped) return { status: '503 Service Unavailable', reason: 'Pipit is about to stop.' };
    const { origin, host } = request.headers;
    if (!isFromHere(origin, host)) {
      return { status: '403 Forbidden', reason: 'Pages of other origins may not open this.' };
    }
    const { maxClients, maxClientsPerAddress } = this.#options;
    const here = isLoopback(address) ? 0 : (this.#byAddress.get(address) ?? 0);
    if (this.#count < maxClients && here < maxClientsPerAddress) return undefined;
    return { status: '503 Service Unavailable', reason: 'Too many pages are open. Close some and try again.' };
  }

  #attend(webSocket: WebSocket, request: IncomingMessage): void {
    const ask = (topics: readonly string[]): void => void this.#watch(webSocket, topics);
    const client = new LiveClient(webSocket, this.#deps.clock, ask);
    this.#attended.set(webSocket, { client, request, asks: 0 });
    webSocket.on('message', (data, isBinary) => client.receive(isBinary ? undefined : String(data)));
    webSocket.on('ping', () => client.isTolerable());
    webSocket.on('pong', () => client.isAlive());
    // 'close' follows, with the code that fits.
    webSocket.on('error', () => {});
    webSocket.once('close', () => {
      this.#attended.delete(webSocket);
      if (this.#attended.size === 0) this.#timer?.cancel();
      this.#stopUnwatched();
    });
    if (this.#attended.size === 1) this.#lookAfterAll();
  }

  async #watch(webSocket: WebSocket, asked: readonly string[]): Promise<void> {
    const attended = this.#attended.get(webSocket);
    if (attended === undefined) return;
    attended.asks += 1;
    const own = attended.asks;
    const { client, request } = attended;
    const { topics } = this.#deps;
    const names = new Set(asked);
    const known = [...names].filter((name) => Object.hasOwn(topics, name));
    const isNew = (name: string): boolean => !client.watched.has(name);
    const scopes = new Set(known.filter(isNew).map((name) => (topics[name] as LiveTopic).scope));
    const refused = await this.#refusedOf(request, scopes);
    if (own !== attended.asks || !this.#attended.has(webSocket)) return;
    const granted = known.filter((name) => !isNew(name) || !refused.has((topics[name] as LiveTopic).scope));
    for (const name of names) {
      if (!known.includes(name)) complain(client, `There is no topic "${name}".`);
      else if (!granted.includes(name)) complain(client, `"${name}" takes a password.`);
    }
    const fresh = granted.filter(isNew);
    client.watched = new Set(granted);
    for (const name of fresh) {
      const topic = topics[name] as LiveTopic;
      // Before it is told what changes from now on, it is told what is.
      const first = topic.first();
      if (!this.#running.has(name))
        this.#running.set(
          name,
          topic.start((json) => this.#tell(name, topic, json)),
        );
      if (first !== undefined) client.send(name, messageOf(name, first), topic.isState);
    }
    this.#stopUnwatched();
  }

  /** Those of the scopes that the request does not have. */
  async #refusedOf(request: IncomingMessage, scopes: ReadonlySet<Scope>): Promise<ReadonlySet<Scope>> {
    const refused = new Set<Scope>();
    for (const scope of scopes) {
      const isAllowed = await Promise.resolve(this.#deps.may(request, scope)).catch(() => false);
      if (!isAllowed) refused.add(scope);
    }
    return refused;
  }

  #tell(name: string, { isState }: LiveTopic, json: string): void {
    const message = messageOf(name, json);
    for (const [webSocket, { client }] of this.#attended) {
      if (client.watched.has(name) && webSocket.readyState === webSocket.OPEN) client.send(name, message, isState);
    }
  }

  #stopUnwatched(): void {
    const watched = new Set([...this.#attended.values()].flatMap(({ client }) => [...client.watched]));
    for (const [name, stop] of this.#running) {
      if (watched.has(name)) continue;
      this.#running.delete(name);
      stop();
    }
  }

  /** Who is gone is cut off, and who may not watch any more is shown out. */
  #lookAfterAll(): void {
    this.#timer = this.#deps.clock.after(this.#options.keepAliveMs, () => {
      this.#lookAfterAll();
      for (const [webSocket, { client, request }] of this.#attended) {
        if (!client.mayLive()) webSocket.terminate();
        else if (webSocket.readyState === webSocket.OPEN) {
          webSocket.ping();
          void this.#checkAgain(webSocket, client, request);
        }
      }
    });
  }

  async #checkAgain(webSocket: WebSocket, client: LiveClient, request: IncomingMessage): Promise<void> {
    const { topics } = this.#deps;
    const scopes = new Set([...client.watched].map((name) => (topics[name] as LiveTopic).scope).concat('read'));
    if ((await this.#refusedOf(request, scopes)).size > 0) webSocket.close(POLICY_VIOLATION, 'Sign in again.');
  }
}

function turnAway(socket: Socket, { status, reason }: Refusal): void {
  const body = `${JSON.stringify({ error: reason })}\n`;
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ].join('\r\n');
  socket.write(`${head}\r\n\r\n${body}`);
  socket.destroySoon();
}

function complain(client: LiveClient, error: string): void {
  client.send('', Buffer.from(JSON.stringify({ error })), false);
}

function messageOf(topic: string, json: string): Buffer {
  return Buffer.from(`{"topic":${JSON.stringify(topic)},"data":${json}}`);
}

function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}
