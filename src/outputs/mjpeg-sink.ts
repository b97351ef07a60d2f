import type { Socket } from 'node:net';
import type { Picture } from '../core/picture.ts';
import type { PictureSink } from '../frames/picture-sink.ts';
import type { MjpegParts } from './mjpeg-parts.ts';
import { SocketSink } from './socket-sink.ts';
import type { TransmitQueues, TransmitWatch } from './transmit-queue.ts';

/**
 * A viewer's bare connection, as a stream of JPEGs. Whoever makes one has sent the head and the first boundary.
 * No picture is copied: the network is given a reference to the one that all viewers share.
 */
export class MjpegSink implements PictureSink {
  onDrain = (): void => {};
  onClose = (): void => {};
  readonly #connection: SocketSink;
  readonly #parts: MjpegParts;
  readonly #arrived: TransmitWatch | undefined;
  /** Kept, so that nothing is made anew for each picture. */
  readonly #part: [head: Uint8Array, picture: Uint8Array, tail: Uint8Array];
  #bytesSent = 0;
  #isClosed = false;

  constructor(socket: Socket, parts: MjpegParts, queues: TransmitQueues | undefined) {
    this.#parts = parts;
    this.#part = [NOTHING, NOTHING, parts.tail];
    this.#arrived = queues?.watch(socket);
    this.#connection = new SocketSink(socket);
    this.#connection.onDrain = () => {
      if (!this.#isClosed) this.onDrain();
    };
    this.#connection.onClose = () => {
      this.#isClosed = true;
      this.onClose();
    };
  }

  send(picture: Picture): boolean {
    if (this.#isClosed) return true;
    const head = this.#parts.headOf(picture);
    const part = this.#part;
    part[0] = head;
    part[1] = picture.data;
    this.#bytesSent += head.length + picture.data.length + part[2].length;
    const isTaken = this.#connection.writeAll(part);
    part[1] = NOTHING;
    return isTaken;
  }

  close(): void {
    this.#isClosed = true;
    this.#connection.close();
  }

  get bytesSent(): number {
    return this.#bytesSent;
  }

  get acknowledgedUs(): number | undefined {
    return this.#arrived?.asOfUs;
  }

  get unacknowledgedBytes(): number | undefined {
    const arrived = this.#arrived?.acknowledgedBytes;
    return arrived === undefined ? undefined : this.#bytesSent - arrived;
  }
}

const NOTHING = new Uint8Array(0);
