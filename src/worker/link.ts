import type { Duplex } from 'node:stream';
import type { AccessUnit } from '../core/access-unit.ts';
import { BugError } from '../core/errors.ts';
import { LADDER } from '../core/rung.ts';

/*
 * A frame on the link, all numbers little-endian:
 *
 *   0  u32  bytes that follow the first eight
 *   4  u8   kind: 1 message, 2 access unit, 3 input
 *   5  u8   access unit: index of its rung in LADDER
 *   6  u8   access unit: 1 where it is a sync point
 *   7  u8   0
 *   8       message: JSON; input: bytes; access unit: f64 pts µs, u32 duration µs, its data
 */
const HEADER_BYTES = 8;
const UNIT_HEADER_BYTES = 12;
const MESSAGE = 1;
const UNIT = 2;
const INPUT = 3;
/** Nothing that goes over a link comes near to this; who claims more has lost its place in the stream. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;
const FIRST_BATCH_BYTES = 16 * 1024;

/** What comes in over a link. Bytes are valid until the call returns. */
export interface LinkReceiver {
  /** The other side's message, as it was sent; who receives it knows its type. */
  onMessage(message: unknown): void;
  onUnit?(unit: AccessUnit): void;
  onInput?(bytes: Uint8Array): void;
  /** The link has ended or broken, once. */
  onClose(error?: Error): void;
}

/**
 * One end of the link between the main process and a media worker: messages, access units and a source client's
 * bytes, framed, over a socket pair. What is sent within one turn of the event loop leaves in one write.
 */
export class Link {
  readonly #stream: Duplex;
  readonly #receiver: LinkReceiver;
  #batch = Buffer.allocUnsafe(FIRST_BATCH_BYTES);
  #batchBytes = 0;
  #rest: Buffer | undefined;
  #isClosed = false;
  #onDrain: (() => void) | undefined;

  constructor(stream: Duplex, receiver: LinkReceiver) {
    this.#stream = stream;
    this.#receiver = receiver;
    stream.on('data', (bytes: Buffer) => this.#receive(bytes));
    stream.on('error', (error) => this.#closed(error));
    stream.on('close', () => this.#closed());
    stream.on('drain', () => this.#onDrain?.());
  }

  /** Bytes that the other side has not taken yet. */
  get unsentBytes(): number {
    return this.#stream.writableLength + this.#batchBytes;
  }

  /** Called whenever everything that was waiting has been taken. */
  set onDrain(fn: () => void) {
    this.#onDrain = fn;
  }

  send(message: object): void {
    const text = Buffer.from(JSON.stringify(message));
    this.#room(HEADER_BYTES + text.length);
    this.#putHeader(MESSAGE, 0, 0, text.length);
    this.#put(text);
  }

  /** Copies the unit. */
  sendUnit(unit: AccessUnit): void {
    const { data, rung, sync } = unit;
    this.#room(HEADER_BYTES + UNIT_HEADER_BYTES + data.length);
    this.#putHeader(UNIT, rung.index, sync ? 1 : 0, UNIT_HEADER_BYTES + data.length);
    this.#batch.writeDoubleLE(unit.ptsUs, this.#batchBytes);
    this.#batch.writeUInt32LE(Math.round(unit.durationUs), this.#batchBytes + 8);
    this.#batchBytes += UNIT_HEADER_BYTES;
    this.#put(data);
  }

  /** Copies the bytes. */
  sendInput(bytes: Uint8Array): void {
    this.#room(HEADER_BYTES + bytes.length);
    this.#putHeader(INPUT, 0, 0, bytes.length);
    this.#put(bytes);
  }

  /** Closes this end; what was sent before is still delivered. */
  close(): void {
    this.#flush();
    this.#stream.end();
  }

  #room(bytes: number): void {
    if (this.#batchBytes === 0) setImmediate(() => this.#flush());
    if (this.#batchBytes + bytes <= this.#batch.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#batch.length * 2, this.#batchBytes + bytes));
    this.#batch.copy(larger, 0, 0, this.#batchBytes);
    this.#batch = larger;
  }

  #putHeader(kind: number, rung: number, sync: number, payloadBytes: number): void {
    const at = this.#batchBytes;
    this.#batch.writeUInt32LE(payloadBytes, at);
    this.#batch[at + 4] = kind;
    this.#batch[at + 5] = rung;
    this.#batch[at + 6] = sync;
    this.#batch[at + 7] = 0;
    this.#batchBytes += HEADER_BYTES;
  }

  #put(bytes: Uint8Array): void {
    this.#batch.set(bytes, this.#batchBytes);
    this.#batchBytes += bytes.length;
  }

  #flush(): void {
    if (this.#batchBytes === 0) return;
    const batch = this.#batch.subarray(0, this.#batchBytes);
    this.#batchBytes = 0;
    // The stream may still hold the batch when the next one begins.
    this.#batch = Buffer.allocUnsafe(FIRST_BATCH_BYTES);
    if (!this.#stream.writableEnded && !this.#stream.destroyed) this.#stream.write(batch);
  }

  #receive(bytes: Buffer): void {
    const all = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    while (!this.#isClosed && all.length - at >= HEADER_BYTES) {
      const payloadBytes = all.readUInt32LE(at);
      if (payloadBytes > MAX_FRAME_BYTES) {
        this.#stream.destroy(new BugError('worker.link', `a frame of ${payloadBytes} bytes on a worker's link`));
        return;
      }
      const end = at + HEADER_BYTES + payloadBytes;
      if (end > all.length) break;
      this.#dispatch(all, at, all.subarray(at + HEADER_BYTES, end));
      at = end;
    }
    this.#rest = at < all.length ? all.subarray(at) : undefined;
  }

  #dispatch(all: Buffer, at: number, payload: Buffer): void {
    const kind = all[at + 4];
    if (kind === UNIT) {
      const rung = LADDER[all[at + 5] as number];
      if (rung === undefined) return;
      this.#receiver.onUnit?.({
        rung,
        sync: all[at + 6] === 1,
        ptsUs: payload.readDoubleLE(0),
        durationUs: payload.readUInt32LE(8),
        data: payload.subarray(UNIT_HEADER_BYTES),
      });
    } else if (kind === INPUT) {
      this.#receiver.onInput?.(payload);
    } else if (kind === MESSAGE) {
      this.#receiver.onMessage(JSON.parse(payload.toString()));
    }
  }

  #closed(error?: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#receiver.onClose(error);
  }
}
