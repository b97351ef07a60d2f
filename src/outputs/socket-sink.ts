import type { Socket } from 'node:net';
import type { GatheringSink } from '../broadcast/sink.ts';

const NOTHING = new Uint8Array(0);

/**
 * A TCP connection as a sink. Node hands the bytes straight to the kernel and keeps a reference to what did not
 * fit, never a copy; so the view into the ring is what waits, and only one at a time.
 */
export class SocketSink implements GatheringSink {
  onDrain = (): void => {};
  onClose = (): void => {};
  readonly #socket: Socket;
  readonly #drained = (): void => this.onDrain();

  constructor(socket: Socket) {
    this.#socket = socket;
    // 'close' always follows; without a listener an error would end the process.
    socket.on('error', () => {});
    socket.once('close', () => this.onClose());
    // A listener that has said its last word has gone: sockets of HTTP servers would stay half open.
    socket.once('end', () => socket.destroy());
    // What a listener says after its request is of no interest, but must be read for its end to be seen.
    socket.resume();
  }

  write(bytes: Uint8Array): boolean {
    this.#socket.write(bytes);
    return this.#isTaken();
  }

  writeAll(parts: readonly Uint8Array[]): boolean {
    this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    this.#socket.uncork();
    return this.#isTaken();
  }

  close(): void {
    this.#socket.destroy();
  }

  /**
   * 'drain' comes only after the socket's own high-water mark, which is not the question here. The callback of an
   * empty write comes when all before it has been taken, and costs nothing while the network keeps up.
   */
  #isTaken(): boolean {
    if (this.#socket.writableLength === 0) return true;
    this.#socket.write(NOTHING, this.#drained);
    return false;
  }
}
