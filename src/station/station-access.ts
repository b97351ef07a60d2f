import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { AccessBook } from '../access/access-book.ts';
import { AccessDesk } from '../access/access-desk.ts';
import { AccessKeys } from '../access/access-keys.ts';
import { recordMovedBy } from '../access/access-record.ts';
import { ChangeGate, type ChangeRefusal } from '../access/change-gate.ts';
import { type ChangeRequest, changeRequest } from '../access/change-request.ts';
import { HeldConnections } from '../access/held-connections.ts';
import { KnownHosts } from '../access/known-hosts.ts';
import { Sessions } from '../access/sessions.ts';
import { StationCertificate } from '../access/station-certificate.ts';
import { StationPassword } from '../access/station-password.ts';
import { TrustedProxies } from '../access/trusted-proxies.ts';
import type { Settings } from '../config/settings.ts';
import type { Clock } from '../core/clock.ts';
import { ClockSteps } from '../core/clock-steps.ts';
import type { CounterSet } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import { plainAddress } from '../core/plain-address.ts';
import type { RequestHead } from '../core/request-head.ts';
import type { MediaHandler } from '../outputs/front-door.ts';
import { GuardedMedia, type MediaAccess, type MediaRefusal } from '../outputs/guarded-media.ts';
import { TlsDoor } from '../outputs/tls-door.ts';
import { ownNames } from './own-names.ts';
import type { SocketDoor } from './station-ports.ts';

export interface StationAccessDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  readonly wallTime: () => Date;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
}

/** Below the data directory. */
const BOOK_FILE = 'access.json';
const CERTIFICATE_FILE = 'https.pem';
const CLOSE_MS = 1_000;
const BASIC = 'WWW-Authenticate: Basic realm="Pipit", charset="UTF-8"';
const BEARER = 'WWW-Authenticate: Bearer realm="Pipit"';

/** Who may do what at this station, at all its doors: page and API, media, WebSockets, http and https. */
export class StationAccess implements MediaAccess, AsyncDisposable {
  readonly gate: ChangeGate;
  readonly desk: AccessDesk;
  readonly #deps: StationAccessDeps;
  readonly #settings: () => Settings;
  readonly #book: AccessBook;
  readonly #sessions: Sessions;
  readonly #hosts = new KnownHosts(hostname());
  readonly #proxies = new TrustedProxies();
  readonly #held: HeldConnections;
  /** So that who came in while everybody might listen does not stay when they no longer may. */
  #wasOpen: boolean;
  #onClosed = (): void => {};
  #tlsDoor: TlsDoor | undefined;
  #certificate: StationCertificate | undefined;

  /** @param settings as they are now */
  constructor(deps: StationAccessDeps, settings: () => Settings) {
    const { clock, counters } = deps;
    const log = deps.log.room('access');
    this.#deps = deps;
    this.#settings = settings;
    const listeners = () => settings().auth.listeners;
    const configured = () => settings().auth.password;
    const book = new AccessBook({ log }, join(settings().dataDir, BOOK_FILE));
    const { now: wallTime } = new ClockSteps(deps, (step) => {
      // Not kept: then it holds until the next start.
      book.changeAtOnce((record) => recordMovedBy(record, step)).catch(() => {});
    });
    const password = new StationPassword({ clock, book }, configured);
    const sessions = new Sessions({ log, book, password, wallTime }, () => settings().auth.sessionDays);
    const keys = new AccessKeys({ book, wallTime });
    const credentials = { password, sessions, keys };
    const gate = new ChangeGate({ clock, log, counters, credentials, proxies: this.#proxies }, configured, listeners);
    this.#held = new HeldConnections({ clock }, (pass) => gate.isGood(pass));
    this.#wasOpen = listeners() === 'open';
    const httpsPort = () => this.#tlsDoor?.port;
    this.#book = book;
    this.#sessions = sessions;
    this.gate = gate;
    this.desk = new AccessDesk({ log, wallTime, gate, book, password, sessions, keys, listeners, httpsPort });
  }

  /** Reads what is kept. Until then only the password of the configuration counts. Never fails. */
  async start(): Promise<void> {
    await this.#book.load();
    this.configure();
    await this.#sessions.compare();
  }

  /** Takes changed settings over, and looks whether the certificate's files have changed. */
  configure(): void {
    const { auth } = this.#settings();
    this.#proxies.configure(auth.trustedProxies);
    this.#hosts.configure(auth.allowedHosts);
    void this.#sessions.compare().then(() => this.#held.sweep());
    const isOpen = auth.listeners === 'open';
    // What made the change may still be answered.
    if (this.#wasOpen && !isOpen) this.#deps.clock.after(CLOSE_MS, () => this.#onClosed());
    this.#wasOpen = isOpen;
    void this.#certificate?.look();
  }

  /** @param drop ends all connections: listening is not open to everybody any more. Who still may comes back. */
  onClosed(drop: () => void): void {
    this.#onClosed = drop;
  }

  /**
   * Opens the port of https where there is to be one. What is wrong with the certificate is told in the log.
   * @param accept takes a connection that has come out of its encryption
   */
  async openHttps(accept: (socket: Socket) => void): Promise<void> {
    const { server, advanced, dataDir } = this.#settings();
    if (server.tls === 'off') return;
    const { clock, wallTime } = this.#deps;
    const log = this.#deps.log.room('access');
    const door = new TlsDoor({ accept, handshakeTimeoutMs: advanced.headerTimeoutMs });
    this.#tlsDoor = door;
    const show = async (pair: Parameters<TlsDoor['show']>[0]): Promise<void> => {
      const wasShut = door.port === undefined;
      await door.show(pair, server.host, server.tlsPort);
      log.notice(wasShut ? `https on port ${door.port}` : 'https: another certificate is shown from now on');
    };
    this.#certificate = new StationCertificate(
      { clock, log, wallTime, names: ownNames, show },
      join(dataDir, CERTIFICATE_FILE),
      () => this.#settings().server,
    );
    await this.#certificate.start();
  }

  /** What is kept, for a backup. */
  get book(): AccessBook {
    return this.#book;
  }

  /** Forgets password, sessions, tokens and guests, as a new card knows none. */
  async forget(): Promise<void> {
    await this.#book.forget();
  }

  /** Media that only those get who may. */
  media(handler: MediaHandler): MediaHandler {
    return new GuardedMedia(handler, this);
  }

  /** Page and API for who calls the station by a name of its own. */
  web(listener: RequestListener): RequestListener {
    return (request, response) => {
      const { host } = request.headers;
      if (this.#hosts.knows(host)) listener(request, response);
      else misdirected(response, request, this.#hosts.reasonAgainst(host ?? ''));
    };
  }

  /** WebSockets for pages and programs that may read. */
  sockets(door: SocketDoor): SocketDoor {
    return {
      serves: (request) => door.serves(request),
      handleUpgrade: (request, socket, rest) => {
        const asked = this.#refuseUpgrade(request);
        if (asked instanceof Promise) void this.#afterwards(asked, door, request, socket, rest);
        else if (asked === undefined) door.handleUpgrade(request, socket, rest);
        else turnAway(socket, asked);
      },
    };
  }

  mayListen(head: RequestHead, socket: Socket): MediaRefusal | undefined | Promise<MediaRefusal | undefined> {
    const host = head.headers.get('host');
    if (!this.#hosts.knows(host)) {
      return { status: 421, reason: this.#hosts.reasonAgainst(host ?? ''), headers: [] };
    }
    if (this.#settings().auth.listeners === 'open' || head.method === 'OPTIONS') return undefined;
    return this.#mayRead(requestOf(head, socket), socket);
  }

  /** The address of who listens or watches: behind a trusted proxy, whom it speaks for. */
  readonly addressOf = (head: RequestHead, socket: Socket): string => {
    const address = plainAddress(socket.remoteAddress);
    return this.#settings().auth.trustedProxies.length === 0 ? address : this.gate.addressOf(requestOf(head, socket));
  };

  readonly isSecure = (head: RequestHead, socket: Socket): boolean => this.gate.isSecure(requestOf(head, socket));

  async [Symbol.asyncDispose](): Promise<void> {
    this.#held[Symbol.dispose]();
    await this.#certificate?.[Symbol.asyncDispose]();
    await this.#tlsDoor?.[Symbol.asyncDispose]();
    await this.#book.settled();
  }

  async #mayRead(request: ChangeRequest, socket: Socket): Promise<MediaRefusal | undefined> {
    const refusal = await this.gate.refuse(request, 'read');
    if (refusal === undefined) {
      this.#held.hold(await this.gate.passOf(request), socket);
      return undefined;
    }
    if (refusal.delayMs > 0) await this.#deps.pause(refusal.delayMs);
    return { status: refusal.status, reason: refusal.reason, headers: this.#headersOf(refusal) };
  }

  #headersOf({ status, retryAfterS }: ChangeRefusal): string[] {
    if (retryAfterS !== undefined) return [`Retry-After: ${retryAfterS}`];
    if (status !== 401) return [];
    return [this.#settings().auth.listeners === 'password' ? BASIC : BEARER];
  }

  #refuseUpgrade(request: IncomingMessage): MediaRefusal | undefined | Promise<MediaRefusal | undefined> {
    const { host } = request.headers;
    if (!this.#hosts.knows(host)) {
      return { status: 421, reason: this.#hosts.reasonAgainst(host ?? ''), headers: [] };
    }
    const asked = requestOfMessage(request);
    const foreign = this.gate.refuseForeign(asked);
    if (foreign !== undefined) return { status: foreign.status, reason: foreign.reason, headers: [] };
    return this.#settings().auth.listeners === 'open' ? undefined : this.#mayRead(asked, request.socket);
  }

  async #afterwards(
    asked: Promise<MediaRefusal | undefined>,
    door: SocketDoor,
    request: IncomingMessage,
    socket: Duplex,
    rest: Buffer,
  ): Promise<void> {
    socket.on('error', () => {});
    const refusal = await asked;
    if (socket.destroyed) return;
    if (refusal === undefined) door.handleUpgrade(request, socket, rest);
    else turnAway(socket, refusal);
  }
}

function requestOf(head: RequestHead, socket: Socket): ChangeRequest {
  return changeRequest((name) => head.headers.get(name), {
    method: head.method,
    address: plainAddress(socket.remoteAddress),
    isEncrypted: isEncrypted(socket),
    token: head.query.get('token') ?? undefined,
  });
}

function requestOfMessage({ headers, method = '', socket, url = '' }: IncomingMessage): ChangeRequest {
  return changeRequest((name) => headers[name]?.toString(), {
    method,
    address: plainAddress(socket.remoteAddress),
    isEncrypted: isEncrypted(socket),
    token: new URLSearchParams(url.split('?')[1] ?? '').get('token') ?? undefined,
  });
}

function isEncrypted(socket: Socket): boolean {
  return (socket as Socket & { encrypted?: boolean }).encrypted === true;
}

function misdirected(response: ServerResponse, request: IncomingMessage, reason: string): void {
  const isApi = request.url?.startsWith('/api/') === true;
  response.writeHead(421, {
    'Content-Type': isApi ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    Connection: 'close',
  });
  response.end(isApi ? JSON.stringify({ error: reason }) : `${reason}\n`);
}

/** Says on a bare connection why it becomes no WebSocket. */
function turnAway(socket: Duplex, { status, reason, headers }: MediaRefusal): void {
  socket.on('error', () => {});
  const body = `${reason}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Refused'}`,
    ...headers,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};
