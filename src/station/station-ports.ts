import { createServer, type Server as HttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Settings } from '../config/settings.ts';
import type { Clock } from '../core/clock.ts';
import type { CounterSet } from '../core/counters.ts';
import { NetworkError, sentencesOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { SourceMounts } from '../ingest/source-mounts.ts';
import { SourcePort } from '../ingest/source-port.ts';
import { type Elsewhere, FrontDoor, type MediaHandler } from '../outputs/front-door.ts';
import { requestHeadOf } from '../outputs/request-head-of.ts';

/** Somebody who takes WebSockets. */
export interface SocketDoor {
  serves(request: IncomingMessage): boolean;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Where the station can be reached. */
export interface StationAddresses {
  readonly listenPort: number;
  /** Undefined when the source port could not be opened; the station goes on without. */
  readonly sourcePort: number | undefined;
}

export interface StationPortsDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  readonly media: MediaHandler;
  readonly web: RequestListener;
  readonly socketDoors: readonly SocketDoor[];
  readonly sourceMounts: SourceMounts;
  /** Who is sent there gets nothing of the station, at none of its ports. */
  readonly elsewhere: Elsewhere;
}

/** What a request to the page or the API may take to arrive; then Node answers 408. Streams have no such limit. */
const REQUEST_TIMEOUT_MS = 60_000;

/** The ports of a station: for listeners, viewers, page and API, and for source clients. */
export class StationPorts implements AsyncDisposable {
  readonly #log: Log;
  readonly #settings: () => Settings;
  readonly #http: HttpServer;
  readonly #door: FrontDoor;
  readonly #sourcePort: SourcePort;

  /** @param settings as they are now */
  constructor(deps: StationPortsDeps, settings: () => Settings) {
    const { clock, log, counters, media, web, socketDoors, sourceMounts, elsewhere } = deps;
    this.#log = log;
    this.#settings = settings;
    const doorOf = (request: IncomingMessage) => socketDoors.find((door) => door.serves(request));
    const { server, advanced } = settings();
    const limits = {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: advanced.headerTimeoutMs,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 16 * 1024,
      shouldUpgradeCallback: (request: IncomingMessage) => doorOf(request) !== undefined,
    };
    this.#http = createServer(limits, (request, response) => {
      const head = requestHeadOf(request);
      if (head !== undefined && media.serves(head.path)) media.handle(head, request.socket);
      else web(request, response);
    });
    this.#http.on('upgrade', (request: IncomingMessage, socket: Duplex, rest: Buffer) => {
      doorOf(request)?.handleUpgrade(request, socket, rest);
    });
    this.#door = new FrontDoor(this.#http, media, () => settings().advanced.headerTimeoutMs, elsewhere);
    this.#sourcePort = new SourcePort(
      { log: log.room('source port'), clock, counters, mounts: sourceMounts },
      {
        host: server.host,
        port: server.sourcePort,
        isShutTo: (socket) => elsewhere(socket) !== undefined,
        settings: () => ({
          password: settings().server.sourcePassword,
          headerTimeoutMs: settings().advanced.headerTimeoutMs,
          idleTimeoutMs: settings().advanced.sourceTimeoutMs,
        }),
      },
    );
  }

  /**
   * Opens them.
   * @throws NetworkError `station.listen` when the HTTP port can't be had
   */
  async open(): Promise<StationAddresses> {
    const { host, listenPort } = this.#settings().server;
    const port = await this.#door.listen(host, listenPort).catch((cause: NodeJS.ErrnoException) => {
      throw cannotListen(host, listenPort, cause);
    });
    return { listenPort: port, sourcePort: await this.#openSourcePort() };
  }

  /** Takes a connection that has come in elsewhere, as if it had come to the HTTP port. */
  accept(socket: Socket): void {
    this.#door.accept(socket);
  }

  /** Ends every connection but those of source clients. */
  dropAll(): void {
    this.#door.dropAll();
  }

  /** Lets no source client in any more, and ends those that are. */
  closeSourcePort(): Promise<void> {
    return this.#sourcePort[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeSourcePort();
    await this.#door[Symbol.asyncDispose]();
    this.#http.closeAllConnections();
  }

  /** A busy source port must not silence the microphone. */
  async #openSourcePort(): Promise<number | undefined> {
    try {
      await this.#sourcePort.start(new AbortController().signal);
      return this.#sourcePort.address?.port;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      this.#log.error(sentencesOf(error), { code: error.code });
      return undefined;
    }
  }
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): NetworkError {
  const remedies: Record<string, string> = {
    EADDRINUSE: `See what holds the port with: ss -ltnp 'sport = :${port}', or change server.listen_port.`,
    EACCES: 'Ports below 1024 need a privilege: change server.listen_port.',
    EADDRNOTAVAIL: 'This machine does not have that address: change server.host.',
  };
  return new NetworkError('station.listen', `Pipit cannot listen on ${host} port ${port}: ${cause.code}`, {
    remedy: remedies[cause.code ?? ''] ?? 'Change server.host or server.listen_port.',
    cause,
  });
}
