import { NetworkError } from '../core/errors.ts';
import type { RequestHead } from '../core/request-head.ts';
import { ChunkedDecoder } from './chunked-decoder.ts';

/** Takes the framing off a request's body. */
export interface BodyDecoder {
  /** The body ends when the client closes its side; otherwise closing before the end means that it was cut off. */
  readonly endsByClose: boolean;
  /**
   * Passes on the media in `bytes`, as parts of it. True when the body is complete; what follows is not media.
   * @throws NetworkError when the framing is broken.
   */
  decode(bytes: Buffer, emit: (media: Buffer) => void): boolean;
}

/**
 * The decoder that a request's head asks for. Source clients mostly send neither length nor encoding and mean
 * "until I close", against RFC 9112, 6.3, but as the source protocol has always been; with SOURCE a
 * Content-Length means nothing.
 *
 * @throws NetworkError `ingest.transfer-encoding` for any encoding but chunked.
 */
export function bodyDecoderFor(head: RequestHead): BodyDecoder {
  const encoding = head.headers.get('transfer-encoding')?.toLowerCase();
  if (encoding !== undefined && encoding !== 'chunked' && encoding !== 'identity') {
    throw new NetworkError('ingest.transfer-encoding', 'Only the transfer encoding "chunked" is understood', {
      remedy: 'Send the media as it is, or chunked.',
    });
  }
  if (encoding === 'chunked') return new ChunkedDecoder();
  const length = head.headers.get('content-length');
  if (length !== undefined && head.method !== 'SOURCE') return new LengthDecoder(Number(length));
  return rawBody;
}

const rawBody: BodyDecoder = {
  endsByClose: true,
  decode(bytes, emit) {
    if (bytes.length > 0) emit(bytes);
    return false;
  },
};

class LengthDecoder implements BodyDecoder {
  readonly endsByClose = false;
  #remaining: number;

  constructor(length: number) {
    this.#remaining = length;
  }

  decode(bytes: Buffer, emit: (media: Buffer) => void): boolean {
    const media = bytes.length > this.#remaining ? bytes.subarray(0, this.#remaining) : bytes;
    this.#remaining -= media.length;
    if (media.length > 0) emit(media);
    return this.#remaining === 0;
  }
}
