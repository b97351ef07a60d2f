import type { Socket } from 'node:net';
import { createSecureContext, createServer, type Server } from 'node:tls';
import { NetworkError } from '../core/errors.ts';

/** A certificate, with what signed it, and its key; both PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

export interface TlsDoorDeps {
  /** Takes a connection whose handshake is done, as if it had come in the clear. */
  readonly accept: (socket: Socket) => void;
  /** How long a handshake may take; asked once. */
  readonly handshakeTimeoutMs: number;
}

/** Listens for https and hands on what comes out of the encryption. */
export class TlsDoor implements AsyncDisposable {
  readonly #deps: TlsDoorDeps;
  readonly #handshaking = new Set<Socket>();
  #server: Server | undefined;

  constructor(deps: TlsDoorDeps) {
    this.#deps = deps;
  }

  /** Undefined while it is shut. */
  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  }

  /**
   * Opens it, or, where it is open, has new connections shown another certificate.
   * @throws NetworkError `tls.certificate` when certificate and key are not good or not one pair; `tls.listen` when the
   *   port can't be had
   */
  async show(pair: CertificatePair, host: string, port: number): Promise<void> {
    const context = { cert: pair.certificate, key: pair.key, minVersion: 'TLSv1.2' } as const;
    try {
      createSecureContext(context);
    } catch (cause) {
      throw new NetworkError('tls.certificate', `Certificate and key can't be used: ${(cause as Error).message}`, {
        remedy: 'Both must be PEM, the key without a passphrase, and belong together.',
        cause,
      });
    }
    if (this.#server !== undefined) return this.#server.setSecureContext(context);
    const server = createServer({ ...context, handshakeTimeout: this.#deps.handshakeTimeoutMs });
    server.on('connection', (raw: Socket) => this.#watch(raw));
    server.on('secureConnection', (socket) => this.#deps.accept(socket));
    // Somebody speaks http, or does not like the certificate: nothing to do.
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    await listen(server, host, port);
    this.#server = server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    for (const socket of this.#handshaking) socket.destroy();
    await promise;
  }

  #watch(raw: Socket): void {
    this.#handshaking.add(raw);
    raw.once('close', () => this.#handshaking.delete(raw));
  }
}

/** `::` means everywhere, so a machine without IPv6 listens on IPv4. */
async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    await listenOn(server, host, port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (host === '::' && code === 'EAFNOSUPPORT') return listen(server, '0.0.0.0', port);
    throw new NetworkError('tls.listen', `Pipit cannot listen for https on ${host} port ${port}: ${code}`, {
      remedy: 'Change server.tls_port, or see what holds it with: ss -ltnp.',
      cause: error,
    });
  }
}

function listenOn(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, backlog: BACKLOG }, () => {
    server.off('error', reject);
    resolve();
  });
  return promise;
}

const BACKLOG = 511;
