import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { Picture } from '../core/picture.ts';
import type { PictureSink } from '../frames/picture-sink.ts';
import type { TransmitQueues, TransmitWatch } from './transmit-queue.ts';

/** What is used of a WebSocket. */
export interface PictureWebSocket {
  send(data: string | Buffer, options: { readonly binary: boolean }): void;
  close(code: number, reason: string): void;
}

const TEXT = { binary: false };
const BINARY = { binary: true };
const NOTHING = new Uint8Array(0);
/** RFC 6455, 7.4.1: the server goes away. */
const GOING_AWAY = 1001;

/**
 * A WebSocket as a viewer's connection: for each picture a text that says what it is, then the JPEG as it is. At most one
 * picture and one reply wait in it.
 */
export class CameraSocketSink implements PictureSink {
  onDrain = (): void => {};
  onClose = (): void => {};
  readonly #clock: Clock;
  readonly #socket: Socket;
  readonly #webSocket: PictureWebSocket;
  readonly #arrived: TransmitWatch | undefined;
  readonly #base: number;
  readonly #drained = (): void => this.#goOn();
  #isBehind = false;
  #isClosed = false;
  #reply: string | undefined;

  /** @param socket the connection below the WebSocket, the handshake written */
  constructor(webSocket: PictureWebSocket, socket: Socket, clock: Clock, queues: TransmitQueues | undefined) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#clock = clock;
    this.#base = socket.bytesWritten;
    this.#arrived = queues?.watch(socket);
  }

  send(picture: Picture): boolean {
    if (this.#isClosed) return true;
    const { sequence, ptsUs: pts, level, width, height, data } = picture;
    const ageMs = Math.max(0, Math.round((this.#clock.nowUs() - pts) / 1000));
    this.#socket.cork();
    this.#webSocket.send(JSON.stringify({ sequence, pts, level, width, height, ageMs }), TEXT);
    this.#webSocket.send(data, BINARY);
    this.#socket.uncork();
    return this.#isTaken();
  }

  /** Answers a message; where the connection is behind, when it has caught up. Then only the newest answer counts. */
  reply(text: string): void {
    if (this.#isClosed) return;
    if (this.#isBehind) this.#reply = text;
    else this.#webSocket.send(text, TEXT);
  }

  /** The last word: nothing is sent after it but the goodbye. */
  refuse(text: string, code: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#webSocket.send(text, TEXT);
    this.#webSocket.close(code, '');
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#webSocket.close(GOING_AWAY, '');
  }

  /** The connection has ended; called once. */
  ended(): void {
    this.#isClosed = true;
    this.onClose();
  }

  get bytesSent(): number {
    return this.#socket.bytesWritten - this.#base;
  }

  get acknowledgedUs(): number | undefined {
    return this.#arrived?.asOfUs;
  }

  get unacknowledgedBytes(): number | undefined {
    const arrived = this.#arrived?.acknowledgedBytes;
    return arrived === undefined ? undefined : this.bytesSent - arrived;
  }

  /** Whether the system has everything; if not, the callback of an empty write comes when it has. */
  #isTaken(): boolean {
    if (this.#socket.writableLength === 0) return true;
    this.#isBehind = true;
    this.#socket.write(NOTHING, this.#drained);
    return false;
  }

  #goOn(): void {
    this.#isBehind = false;
    // What waited is called back as well when the connection breaks.
    if (this.#isClosed || this.#socket.destroyed) return;
    const reply = this.#reply;
    this.#reply = undefined;
    if (reply !== undefined) this.#webSocket.send(reply, TEXT);
    this.onDrain();
  }
}
