import type { Socket } from 'node:net';

const CMD_SUBMIT = 1;
const CMD_UNLINK = 2;
const RET_SUBMIT = 3;
const RET_UNLINK = 4;
const HEADER = 48;
const ISO_PACKET = 16;
const DIRECTION_IN = 1;
const ECONNRESET = -104;

/** What the computer asks of an endpoint. */
export interface Submitted {
  /** Of the answer, at most. */
  readonly length: number;
  /** Of an isochronous transfer; 0 for any other. */
  readonly packets: number;
  /** The setup packet of a control transfer. */
  readonly setup: Buffer;
  /** Once; nothing happens when it was taken back. @param status 0, or a negative number of the kernel's errors */
  answer(status: number, data: Buffer): void;
}

/**
 * The device's side of USB/IP once a device is imported (Documentation/usb/usbip_protocol.rst): requests come in, are
 * answered in any order, and may be taken back.
 */
export class UsbIpDevice implements Disposable {
  readonly #socket: Socket;
  readonly #onSubmit: (submitted: Submitted) => void;
  readonly #open = new Set<number>();
  #rest = Buffer.alloc(0);

  constructor(socket: Socket, onSubmit: (submitted: Submitted) => void) {
    this.#socket = socket;
    this.#onSubmit = onSubmit;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      for (;;) {
        const taken = this.#take();
        if (taken === 0) break;
        this.#rest = this.#rest.subarray(taken);
      }
    });
  }

  /** What is answered in it is sent in one piece. */
  together(answer: () => void): void {
    this.#socket.cork();
    answer();
    this.#socket.uncork();
  }

  [Symbol.dispose](): void {
    this.#open.clear();
    this.#socket.destroy();
  }

  /** @returns how many bytes the first request had; 0 when it is not whole yet */
  #take(): number {
    if (this.#rest.length < HEADER) return 0;
    const head = this.#rest.subarray(0, HEADER);
    const number = head.readUInt32BE(4);
    if (head.readUInt32BE(0) === CMD_UNLINK) {
      // What was answered already can't be taken back.
      const wasOpen = this.#open.delete(head.readUInt32BE(20));
      const answer = header(RET_UNLINK, number);
      answer.writeInt32BE(wasOpen ? ECONNRESET : 0, 20);
      this.#socket.write(answer);
      return HEADER;
    }
    if (head.readUInt32BE(0) !== CMD_SUBMIT) throw new Error('that is no request of USB/IP');
    const isIn = head.readUInt32BE(12) === DIRECTION_IN;
    const length = head.readInt32BE(24);
    // -1 and 0: it is not isochronous; which one it is differs between kernels.
    const packets = Math.max(0, head.readInt32BE(32));
    const size = HEADER + (isIn ? 0 : length) + packets * ISO_PACKET;
    if (this.#rest.length < size) return 0;
    const places = this.#rest.subarray(size - packets * ISO_PACKET, size);
    this.#open.add(number);
    this.#onSubmit({
      length,
      packets,
      setup: head.subarray(40, 48),
      answer: (status, data) => {
        if (!this.#open.delete(number)) return;
        this.#socket.write(
          answerOf(number, status, isIn ? data : Buffer.alloc(0), isIn ? data.length : length, places),
        );
      },
    });
    return size;
  }
}

function answerOf(number: number, status: number, data: Buffer, length: number, places: Buffer): Buffer {
  const packets = places.length / ISO_PACKET;
  const answer = Buffer.alloc(HEADER + data.length + places.length);
  answer.writeUInt32BE(RET_SUBMIT, 0);
  answer.writeUInt32BE(number, 4);
  answer.writeInt32BE(status, 20);
  answer.writeInt32BE(length, 24);
  answer.writeInt32BE(packets, 32);
  data.copy(answer, HEADER);
  places.copy(answer, HEADER + data.length);
  for (let at = HEADER + data.length; at < answer.length; at += ISO_PACKET) {
    answer.writeUInt32BE(data.length / packets, at + 8);
    answer.writeInt32BE(0, at + 12);
  }
  return answer;
}

function header(command: number, number: number): Buffer {
  const head = Buffer.alloc(HEADER);
  head.writeUInt32BE(command, 0);
  head.writeUInt32BE(number, 4);
  return head;
}
