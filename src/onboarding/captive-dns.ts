import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { NetworkError } from '../core/errors.ts';
import { captiveAnswer } from './captive-answer.ts';

/** A name server on one address that knows every name, and says that address. */
export class CaptiveDns implements AsyncDisposable {
  readonly #address: string;
  readonly #port: number;
  #socket: Socket | undefined;

  /** @param address IPv4; `port`: another one in tests, 0 takes any */
  constructor(address: string, port = 53) {
    this.#address = address;
    this.#port = port;
  }

  /**
   * @returns its port
   * @throws NetworkError `onboarding.dns`
   */
  async start(): Promise<number> {
    const socket = createSocket('udp4');
    this.#socket = socket;
    const bytes = Uint8Array.from(this.#address.split('.').map(Number));
    socket.on('message', (query, { address, port }) => {
      const answer = captiveAnswer(query, bytes);
      if (answer !== undefined) socket.send(answer, port, address, () => {});
    });
    try {
      socket.bind(this.#port, this.#address);
      await once(socket, 'listening');
    } catch (cause) {
      await this[Symbol.asyncDispose]();
      throw new NetworkError('onboarding.dns', `Port ${this.#port} can't be used: ${(cause as Error).message}`, {
        remedy: 'See: ss -ulnp',
        cause,
      });
    }
    // Whoever asks may be gone before the answer.
    socket.on('error', () => {});
    return socket.address().port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) await new Promise<void>((resolve) => socket.close(() => resolve()));
  }
}
