import { NetworkError } from '../core/errors.ts';
import type { BodyDecoder } from './body-decoder.ts';

/** Longest line of a chunk's size with its extensions, and longest trailer section, in bytes. */
const MAX_LINE_BYTES = 1024;
const MAX_TRAILER_BYTES = 8 * 1024;

const LF = 10;
const SIZE_LINE = /^([0-9a-fA-F]{1,13})[ \t]*(?:;.*)?\r?$/;

/**
 * Decodes a body with `Transfer-Encoding: chunked` (RFC 9112, 7.1) as it comes in, in any portions. Media is
 * passed on as parts of the portion it came in, without a copy; extensions and trailers are dropped.
 */
export class ChunkedDecoder implements BodyDecoder {
  readonly endsByClose = false;
  /** size: in the line that opens a chunk; data: in its bytes; gap: in the line end after them. */
  #state: 'size' | 'data' | 'gap' | 'trailer' | 'done' = 'size';
  /** Bytes of the present chunk that are still to come. */
  #remaining = 0;
  /** The present line as far as it has come. */
  #line = '';
  #trailerBytes = 0;

  /** @throws NetworkError `ingest.chunked` when the framing is broken; nothing may follow. */
  decode(bytes: Buffer, emit: (media: Buffer) => void): boolean {
    let at = 0;
    while (at < bytes.length && this.#state !== 'done') {
      at = this.#state === 'data' ? this.#passOn(bytes, at, emit) : this.#readLine(bytes, at);
    }
    return this.#state === 'done';
  }

  #passOn(bytes: Buffer, at: number, emit: (media: Buffer) => void): number {
    const end = Math.min(bytes.length, at + this.#remaining);
    emit(bytes.subarray(at, end));
    this.#remaining -= end - at;
    if (this.#remaining === 0) this.#state = 'gap';
    return end;
  }

  #readLine(bytes: Buffer, at: number): number {
    const lf = bytes.indexOf(LF, at);
    const end = lf === -1 ? bytes.length : lf;
    if (this.#line.length + end - at > MAX_LINE_BYTES) throw broken(`a line of more than ${MAX_LINE_BYTES} bytes`);
    this.#line += bytes.toString('latin1', at, end);
    if (this.#state === 'gap' && this.#line !== '' && this.#line !== '\r') throw broken('a chunk longer than its size');
    if (lf === -1) return end;
    const line = this.#line;
    this.#line = '';
    this.#endLine(line);
    return lf + 1;
  }

  #endLine(line: string): void {
    if (this.#state === 'size') {
      const size = SIZE_LINE.exec(line)?.[1];
      if (size === undefined) throw broken('a chunk without a size');
      this.#remaining = Number.parseInt(size, 16);
      this.#state = this.#remaining === 0 ? 'trailer' : 'data';
    } else if (this.#state === 'gap') {
      this.#state = 'size';
    } else if (line === '' || line === '\r') {
      this.#state = 'done';
    } else {
      this.#trailerBytes += line.length + 1;
      if (this.#trailerBytes > MAX_TRAILER_BYTES) throw broken(`trailers of more than ${MAX_TRAILER_BYTES} bytes`);
    }
  }
}

function broken(what: string): NetworkError {
  return new NetworkError('ingest.chunked', `The chunked body has ${what}`, {
    remedy: 'Send the media as it is, without Transfer-Encoding, or repair the client.',
  });
}
