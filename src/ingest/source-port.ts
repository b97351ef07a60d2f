import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { CounterSet } from '../core/counters.ts';
import { NetworkError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { PasswordDoor } from './password-door.ts';
import { SourceConnection, type SourceConnectionParts, type SourcePortSettings } from './source-connection.ts';
import type { SourceClient, SourceMounts } from './source-mounts.ts';

export interface SourcePortParts {
  readonly log: Log;
  readonly clock: Clock;
  readonly counters: CounterSet;
  readonly mounts: SourceMounts;
}

export interface SourcePortOptions {
  /** Address to listen on; `::` takes IPv4 and IPv6. */
  readonly host: string;
  /** 0 takes any free port; see `address`. */
  readonly port: number;
  /** Asked whenever a value is needed, so that a change holds from then on. */
  settings(): SourcePortSettings;
  /** Source clients at a time. */
  readonly maxSources?: number;
  /** Connections at a time that send no media (yet), in all and from one address. */
  readonly maxPending?: number;
  readonly maxPendingPerAddress?: number;
  /** Who has come over this connection gets not a word. */
  readonly isShutTo?: (socket: Socket) => boolean;
}

/** A source client that is sending. */
export interface SourceClientStatus {
  readonly mount: string;
  readonly client: SourceClient;
  readonly receivedBytes: number;
}

/**
 * The port that source clients send to: SOURCE and PUT as Icecast understands them, with Basic authentication,
 * and titles by `/admin/metadata`. Its connections are bounded in number, size and time from the first byte.
 */
export class SourcePort implements AsyncDisposable {
  readonly #log: Log;
  readonly #options: Required<SourcePortOptions>;
  readonly #parts: SourceConnectionParts;
  readonly #connections = new Set<SourceConnection>();
  readonly #turnedAway;
  #server: Server | undefined;

  constructor({ log, clock, counters, mounts }: SourcePortParts, options: SourcePortOptions) {
    this.#log = log;
    this.#options = { maxSources: 16, maxPending: 32, maxPendingPerAddress: 8, isShutTo: () => false, ...options };
    this.#turnedAway = counters.counter('source_connections_turned_away_total', 'Connections over the limits');
    const wrongPasswords = counters.counter('source_wrong_passwords_total', 'Requests with a wrong source password');
    this.#parts = {
      clock,
      log,
      mounts,
      door: new PasswordDoor({ clock, log, wrongPasswords }, () => options.settings().password),
      counters: {
        refusals: counters.counter('source_requests_refused_total', 'Requests that were answered with an error'),
        receivedBytes: counters.counter('source_received_bytes_total', 'Bytes of media from source clients'),
      },
      settings: () => options.settings(),
      hasRoom: () => this.clients.length < this.#options.maxSources,
    };
  }

  /**
   * Listens until `signal` aborts or it is disposed of.
   * @throws NetworkError `ingest.listen` when the port can't be had.
   */
  async start(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#server !== undefined) return;
    const { host, port } = this.#options;
    // Half-open: many clients mean "that was all" by closing their side, and then read the answer.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    this.#server = server;
    try {
      await listen(server, host, port);
    } catch (error) {
      const cause = error as NodeJS.ErrnoException;
      // `::` means everywhere, so a machine without IPv6 listens on IPv4.
      if (host !== '::' || cause.code !== 'EAFNOSUPPORT') throw cannotListen(host, port, cause);
      await listen(server, '0.0.0.0', port);
    }
    server.on('error', (error) => this.#log.warning(`source port: ${error.message}`));
    signal.addEventListener('abort', () => void this[Symbol.asyncDispose](), { once: true });
    // It may have aborted while the port was being opened.
    if (signal.aborted) await this[Symbol.asyncDispose]();
  }

  /** Where it listens; undefined when it doesn't. */
  get address(): AddressInfo | undefined {
    return (this.#server?.address() as AddressInfo | null) ?? undefined;
  }

  /** The source clients that are sending now. */
  get clients(): readonly SourceClientStatus[] {
    return [...this.#connections].flatMap((connection) => connection.sending ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const connection of this.#connections) connection.stop('Pipit stops');
    if (server?.listening) await new Promise((resolve) => server.close(resolve));
  }

  #accept(socket: Socket): void {
    if (this.#options.isShutTo(socket)) {
      socket.destroy();
      return;
    }
    const connection = new SourceConnection(this.#parts, socket);
    if (!this.#mayCome(connection.address)) {
      this.#turnedAway.add();
      socket.destroy();
      return;
    }
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
    connection.start();
  }

  #mayCome(address: string): boolean {
    const pending = [...this.#connections].filter((connection) => connection.sending === undefined);
    const fromThere = pending.filter((connection) => connection.address === address);
    return pending.length < this.#options.maxPending && fromThere.length < this.#options.maxPendingPerAddress;
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): NetworkError {
  const why: Record<string, string> = {
    EADDRINUSE: `See what holds the port with: ss -ltnp 'sport = :${port}', or change server.source_port.`,
    EACCES: 'Ports below 1024 need a privilege: change server.source_port.',
    EADDRNOTAVAIL: 'This machine does not have that address: change server.host.',
  };
  const remedy = why[cause.code ?? ''] ?? 'Change server.host or server.source_port.';
  return new NetworkError('ingest.listen', `The source port can't listen on ${host}:${port}: ${cause.code}`, {
    remedy,
    cause,
  });
}
