import type { ByteReader } from './byte-input.ts';

const CAPTURE = Buffer.from('OggS');
const FLAGS_AT = 5;
const SEGMENTS_AT = 26;
const HEADER_BYTES = 27;
const BEGINS_STREAM = 2;
const READ_BYTES = 16 * 1024;

/**
 * Cuts chained Ogg (RFC 3533, 4) into its links: reading ends where one ends, and `next` goes on to the one that
 * follows. Stations send a link for each track, and a demuxer can't be relied on to follow when rate or codec
 * change between them. What is not Ogg is passed on as it is.
 */
export class OggLinks implements ByteReader {
  readonly #bytes: ByteReader;
  #held: Buffer = Buffer.alloc(0);
  /** Of the held and coming bytes, how many belong to a page that has been looked at. */
  #passBytes = 0;
  #hasData = false;
  #isAtNext = false;

  constructor(bytes: ByteReader) {
    this.#bytes = bytes;
  }

  /** True when another link follows, which is then read; false at the end. */
  next(): boolean {
    const follows = this.#isAtNext;
    this.#isAtNext = false;
    this.#hasData = false;
    return follows;
  }

  async read(maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    while (!this.#isAtNext) {
      if (this.#passBytes > 0 && this.#held.length > 0) return this.#pass(maxBytes);
      if (this.#passBytes === 0 && this.#lookAtPage()) continue;
      const more = await this.#bytes.read(READ_BYTES, signal);
      if (more !== undefined) {
        this.#held = this.#held.length === 0 ? asBuffer(more) : Buffer.concat([this.#held, more]);
        continue;
      }
      if (this.#held.length === 0 || signal.aborted) return undefined;
      this.#passBytes = this.#held.length;
    }
    return undefined;
  }

  #pass(maxBytes: number): Uint8Array {
    const bytes = this.#held.subarray(0, Math.min(maxBytes, this.#passBytes));
    this.#held = this.#held.subarray(bytes.length);
    this.#passBytes -= bytes.length;
    return bytes;
  }

  /** Decides over what is held next; false when that takes more bytes. */
  #lookAtPage(): boolean {
    const held = this.#held;
    if (held.length < CAPTURE.length) return false;
    if (!held.subarray(0, CAPTURE.length).equals(CAPTURE)) {
      const next = held.indexOf(CAPTURE, 1);
      this.#passBytes = next === -1 ? held.length - CAPTURE.length + 1 : next;
      return true;
    }
    const segments = held[SEGMENTS_AT];
    if (segments === undefined || held.length < HEADER_BYTES + segments) return false;
    const begins = ((held[FLAGS_AT] as number) & BEGINS_STREAM) !== 0;
    if (begins && this.#hasData) {
      this.#isAtNext = true;
      return true;
    }
    if (!begins) this.#hasData = true;
    this.#passBytes = HEADER_BYTES + segments;
    for (let at = HEADER_BYTES; at < HEADER_BYTES + segments; at++) this.#passBytes += held[at] as number;
    return true;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
