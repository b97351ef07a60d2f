import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { parseRequestHead, type RequestHead } from '../core/request-head.ts';
import { finish } from './answer.ts';

/** Who answers requests for media, straight on the socket. */
export interface MediaHandler {
  serves(path: string): boolean;
  /**
   * @param again who does not end the connection calls it once, when the answer is written: the connection waits for
   *   its next request. Nothing may have come in that nobody has read. Absent where a connection can't be given back.
   */
  handle(head: RequestHead, socket: Socket, again?: () => void): void;
}

/** Several handlers as one: the first that serves a path has it. */
export function firstOf(...handlers: readonly MediaHandler[]): MediaHandler {
  const find = (path: string) => handlers.find((handler) => handler.serves(path));
  return {
    serves: (path) => find(path) !== undefined,
    handle: (head, socket, again) => find(head.path)?.handle(head, socket, again),
  };
}

/** Where who has come over a connection is sent, and gets nothing else; undefined: they may stay. */
export type Elsewhere = (socket: Socket) => string | undefined;

/**
 * Listens on the one HTTP port. A request for media whose head arrives whole goes to the media handler on its bare
 * socket; everything else, slow, odd and broken requests too, goes to Node's HTTP server with all its limits. A
 * listener for hours then costs neither a parser nor request and response objects (18 KB each, measured), and no
 * stream machinery stands between the ring and its socket.
 */
export class FrontDoor {
  readonly #http: HttpServer;
  /** What Node's HTTP server does with a connection. */
  readonly #serveHttp: (socket: Socket) => void;
  readonly #media: MediaHandler;
  readonly #headTimeoutMs: () => number;
  readonly #elsewhere: Elsewhere;
  readonly #sockets = new Set<Socket>();

  /**
   * @param http takes its connections through the front door from now on. It listens itself, for only then does it
   *   look after its time limits.
   * @param headTimeoutMs asked for each connection: how long it may take over its first bytes
   * @param elsewhere asked before the first bytes of a connection are looked at
   */
  constructor(
    http: HttpServer,
    media: MediaHandler,
    headTimeoutMs: () => number,
    elsewhere: Elsewhere = () => undefined,
  ) {
    const own = http.listeners('connection') as ((socket: Socket) => void)[];
    this.#http = http;
    this.#serveHttp = (socket) => own.forEach((listener) => void listener.call(http, socket));
    this.#media = media;
    this.#headTimeoutMs = headTimeoutMs;
    this.#elsewhere = elsewhere;
    http.removeAllListeners('connection');
    http.on('connection', (socket: Socket) => this.accept(socket));
  }

  /**
   * Resolves with the port when it listens; rejects with Node's error when it can't. `::` means everywhere, so a
   * machine without IPv6 listens on IPv4.
   */
  async listen(host: string, port: number): Promise<number> {
    try {
      return await this.#listenOn(host, port);
    } catch (error) {
      if (host !== '::' || (error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error;
      return this.#listenOn('0.0.0.0', port);
    }
  }

  /** Takes a connection that has come in elsewhere, out of an encryption for example. */
  accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    this.#await(socket);
  }

  /** Ends every connection; who may comes back. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Stops listening and closes every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#http.close(() => resolve());
    for (const socket of this.#sockets) socket.destroy();
    await promise;
  }

  async #listenOn(host: string, port: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#http.once('error', reject);
    this.#http.listen({ host, port, backlog: BACKLOG }, () => {
      this.#http.off('error', reject);
      resolve((this.#http.address() as { port: number }).port);
    });
    return promise;
  }

  /** Waits for a request on a connection, new or used. */
  #await(socket: Socket): void {
    const onTimeout = (): void => void socket.destroy();
    // The http server's sockets may stay half open; between two requests that is an end.
    const onEnd = (): void => void socket.destroySoon();
    socket.setTimeout(this.#headTimeoutMs(), onTimeout);
    socket.once('end', onEnd);
    socket.once('data', (first: Buffer) => {
      socket.setTimeout(0);
      socket.off('timeout', onTimeout);
      socket.off('end', onEnd);
      this.#receive(socket, first);
    });
  }

  #receive(socket: Socket, first: Buffer): void {
    const url = this.#elsewhere(socket);
    if (url !== undefined) return finish(socket, redirectTo(url));
    const head = wholeHead(first);
    if (head !== undefined && this.#media.serves(head.path)) {
      this.#media.handle(head, socket, () => this.#await(socket));
      return;
    }
    socket.pause();
    socket.unshift(first);
    this.#serveHttp(socket);
    socket.resume();
  }
}

function redirectTo(url: string): string {
  const lines = [`Location: ${url}`, 'Cache-Control: no-store', 'Content-Length: 0', 'Connection: close'];
  return `HTTP/1.1 302 Found\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** A village that opens its radios at once fits; the kernel's net.core.somaxconn has the last word. */
const BACKLOG = 4096;

/** The head, if `bytes` are one request without a body and nothing else; what is malformed is Node's to refuse. */
function wholeHead(bytes: Buffer): RequestHead | undefined {
  try {
    const head = parseRequestHead(bytes);
    if (head === undefined || head.headBytes !== bytes.length || head.version === 'ICE/1.0') return undefined;
    return head.headers.has('content-length') || head.headers.has('transfer-encoding') ? undefined : head;
  } catch {
    return undefined;
  }
}
