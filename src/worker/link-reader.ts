import { BugError } from '../core/errors.ts';

/** Bytes before the payload of a frame on the link; the first four are the payload's length. */
export const HEADER_BYTES = 8;
/** Nothing that goes over a link comes near to this; who claims more has lost its place in the stream. */
const MAX_FRAME_BYTES = 48 * 1024 * 1024;

/**
 * Cuts the bytes that come in over a link into its frames. A frame that comes in parts is put together in memory of
 * its own, each byte copied once, so that a picture may be kept as it is.
 */
export class LinkReader {
  readonly #onFrame: (header: Buffer, payload: Buffer) => void;
  /** The beginning of a header, or a frame that is not whole yet. */
  #part: Buffer | undefined;
  #partBytes = 0;

  /** @param onFrame told of each frame; who keeps its payload may do so, nobody writes to it any more. */
  constructor(onFrame: (header: Buffer, payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws BugError `worker.link` for a frame of impossible size. The bytes belong to the reader from now on. */
  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#part !== undefined) {
        at += this.#fill(bytes, at);
        continue;
      }
      const left = bytes.length - at;
      if (left < HEADER_BYTES) return this.#begin(HEADER_BYTES, bytes, at);
      const frameBytes = frameBytesOf(bytes, at);
      if (left < frameBytes) return this.#begin(frameBytes, bytes, at);
      this.#deliver(bytes.subarray(at, at + frameBytes));
      at += frameBytes;
    }
  }

  #begin(totalBytes: number, bytes: Buffer, at: number): void {
    this.#part = Buffer.allocUnsafeSlow(totalBytes);
    this.#partBytes = bytes.copy(this.#part, 0, at);
  }

  /** @returns how many bytes it has taken */
  #fill(bytes: Buffer, at: number): number {
    const part = this.#part as Buffer;
    const taken = bytes.copy(part, this.#partBytes, at);
    this.#partBytes += taken;
    if (this.#partBytes < part.length) return taken;
    this.#part = undefined;
    const frameBytes = frameBytesOf(part, 0);
    // What is full may be the header alone: then the frame's memory is made now.
    if (part.length < frameBytes) this.#begin(frameBytes, part, 0);
    else this.#deliver(part);
    return taken;
  }

  #deliver(frame: Buffer): void {
    this.#onFrame(frame, frame.subarray(HEADER_BYTES));
  }
}

function frameBytesOf(bytes: Buffer, at: number): number {
  const payloadBytes = bytes.readUInt32LE(at);
  if (payloadBytes > MAX_FRAME_BYTES) {
    throw new BugError('worker.link', `a frame of ${payloadBytes} bytes on a worker's link`);
  }
  return HEADER_BYTES + payloadBytes;
}
