import type { Duplex } from 'node:stream';
import type { AccessUnit } from '../core/access-unit.ts';
import { BugError } from '../core/errors.ts';
import { LADDER } from '../core/rung.ts';
import { HEADER_BYTES, LinkReader } from './link-reader.ts';

/*
 * A frame on the link, all numbers little-endian:
 *
 *   0  u32  bytes that follow the first eight
 *   4  u8   kind: 1 message, 2 access unit, 3 input, 4 message with an attachment
 *   5  u8   access unit: index of its rung in LADDER
 *   6  u8   access unit: 1 where it is a sync point
 *   7  u8   0
 *   8       message: JSON; input: bytes; access unit: f64 pts µs, u32 duration µs, its data;
 *           message with an attachment: u32 bytes of the JSON, the JSON, the attachment
 */
const UNIT_HEADER_BYTES = 12;
const MESSAGE = 1;
const UNIT = 2;
const INPUT = 3;
const ATTACHED = 4;
const FIRST_BATCH_BYTES = 16 * 1024;

/** What comes in over a link. Bytes are valid until the call returns, but for attachments. */
export interface LinkReceiver {
  /**
   * The other side's message, as it was sent; who receives it knows its type. The attachment belongs to the receiver.
   */
  onMessage(message: unknown, attachment?: Buffer): void;
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
  readonly #reader: LinkReader;
  #batch = Buffer.allocUnsafe(FIRST_BATCH_BYTES);
  #batchBytes = 0;
  #isClosed = false;
  #onDrain: (() => void) | undefined;

  constructor(stream: Duplex, receiver: LinkReceiver) {
    this.#stream = stream;
    this.#receiver = receiver;
    this.#reader = new LinkReader((header, payload) => {
      if (!this.#isClosed) this.#dispatch(header, payload);
    });
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

  /**
   * Does not copy the attachment: it must never change from now on.
   * @param onSent called when it is needed no more; may be left out
   */
  sendAttached(message: object, attachment: Uint8Array, onSent?: () => void): void {
    const text = Buffer.from(JSON.stringify(message));
    this.#room(HEADER_BYTES + 4 + text.length);
    this.#putHeader(ATTACHED, 0, 0, 4 + text.length + attachment.length);
    this.#batch.writeUInt32LE(text.length, this.#batchBytes);
    this.#batchBytes += 4;
    this.#put(text);
    this.#flush();
    this.#write(attachment, onSent);
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
    this.#write(batch);
  }

  #write(bytes: Uint8Array, onSent?: () => void): void {
    if (!this.#stream.writableEnded && !this.#stream.destroyed) this.#stream.write(bytes, onSent);
  }

  #receive(bytes: Buffer): void {
    try {
      this.#reader.push(bytes);
    } catch (error) {
      if (!(error instanceof BugError)) throw error;
      this.#stream.destroy(error);
    }
  }

  #dispatch(header: Buffer, payload: Buffer): void {
    const kind = header[4];
    if (kind === UNIT) {
      if (payload.length < UNIT_HEADER_BYTES) throw lostPlace(`a unit of ${payload.length} bytes`);
      const rung = LADDER[header[5] as number];
      if (rung === undefined) return;
      this.#receiver.onUnit?.({
        rung,
        sync: header[6] === 1,
        ptsUs: payload.readDoubleLE(0),
        durationUs: payload.readUInt32LE(8),
        data: payload.subarray(UNIT_HEADER_BYTES),
      });
    } else if (kind === INPUT) {
      this.#receiver.onInput?.(payload);
    } else if (kind === MESSAGE) {
      this.#receiver.onMessage(messageOf(payload));
    } else if (kind === ATTACHED) {
      if (payload.length < 4) throw lostPlace(`a frame of ${payload.length} bytes`);
      const end = 4 + payload.readUInt32LE(0);
      if (end > payload.length) throw lostPlace(`a message of ${end - 4} bytes in a frame of ${payload.length}`);
      this.#receiver.onMessage(messageOf(payload.subarray(4, end)), payload.subarray(end));
    }
  }

  #closed(error?: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#receiver.onClose(error);
  }
}

function messageOf(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString());
  } catch (cause) {
    throw lostPlace(`a message of ${json.length} bytes that is none`, cause);
  }
}

/** One end of the link, or the memory of its process, is damaged: nothing that follows can be trusted. */
function lostPlace(what: string, cause?: unknown): BugError {
  return new BugError('worker.link', `${what} on a worker's link`, cause);
}
