import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { PacketGate } from './packet-gate.ts';

/**
 * A socket as the MQTT client sees it: what comes in goes through a gate, and both sides push back. Ends with its socket,
 * and the socket with it.
 */
export class GuardedStream extends Duplex {
  readonly #socket: Socket;

  /** @param socket may still be connecting; it belongs to the stream from here on */
  constructor(socket: Socket, gate: PacketGate) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const part of gate.pass(chunk)) if (!this.push(part)) socket.pause();
      } catch (error) {
        this.destroy(error as Error);
      }
    });
    socket.on('error', (error) => this.destroy(error));
    socket.on('end', () => this.push(null));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.cork();
    chunks.forEach(({ chunk }, index) => {
      this.#socket.write(chunk, index === chunks.length - 1 ? done : undefined);
    });
    this.#socket.uncork();
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
