import type { PcmBlock } from '../core/pcm.ts';
import type { ByteReader } from './byte-input.ts';
import { openFfmpegInput, SELF_CONTAINED_FORMATS } from './ffmpeg-input.ts';
import { mediaFormat } from './media-format.ts';
import { OggLinks } from './ogg-links.ts';
import type { SourceContext } from './source.ts';

export interface DecodeBytesOptions {
  /** What the sender says it is; empty when it says nothing. */
  readonly contentType: string;
  /** What errors call it. */
  readonly name: string;
}

/** So much is looked at to find out what it is. */
const HEAD_BYTES = 16;
/** What may come without one packet of sound in it: the pictures that some files begin with are this large. */
const MAX_BARREN_BYTES = 8 * 1024 * 1024;

/**
 * The sound of an encoded byte stream, as fast as it comes and is asked for. Streams that follow one another in the
 * same bytes, as chained Ogg does, are one.
 *
 * @throws MediaError `capture.not-media`, `capture.no-audio`
 */
export async function* decodeBytes(
  bytes: ByteReader,
  { contentType, name }: DecodeBytesOptions,
  context: SourceContext,
  signal: AbortSignal,
): AsyncGenerator<PcmBlock, void, undefined> {
  const head = await readHead(bytes, signal);
  if (signal.aborted) return;
  const format = mediaFormat(contentType, head);
  const reader = new BoundedReader(head, bytes);
  const links = new OggLinks(reader);
  const target = {
    bytes: format === 'ogg' ? links : reader,
    options: { protocol_whitelist: 'none', format_whitelist: SELF_CONTAINED_FORMATS },
    ...(format === undefined ? {} : { format }),
  };
  do {
    for await (const block of openFfmpegInput(target, { context, name }, signal)) {
      reader.barrenBytes = 0;
      yield block;
    }
  } while (links.next() && !signal.aborted);
}

async function readHead(bytes: ByteReader, signal: AbortSignal): Promise<Uint8Array> {
  let head = Buffer.alloc(0);
  while (head.length < HEAD_BYTES) {
    const more = await bytes.read(HEAD_BYTES - head.length, signal);
    if (more === undefined) break;
    head = Buffer.concat([head, more]);
  }
  return head;
}

/** Puts back the head, and ends a stream that delivers nothing but bytes: FFmpeg would look for sound in it for ever. */
class BoundedReader implements ByteReader {
  /** Bytes since the last sound. */
  barrenBytes = 0;
  #head: Uint8Array;
  readonly #bytes: ByteReader;

  constructor(head: Uint8Array, bytes: ByteReader) {
    this.#head = head;
    this.#bytes = bytes;
  }

  async read(maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    if (this.#head.length > 0) {
      const head = this.#head.subarray(0, maxBytes);
      this.#head = this.#head.subarray(head.length);
      return head;
    }
    if (this.barrenBytes > MAX_BARREN_BYTES) return undefined;
    const bytes = await this.#bytes.read(maxBytes, signal);
    this.barrenBytes += bytes?.length ?? 0;
    return bytes;
  }
}
