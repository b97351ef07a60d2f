import { BugError } from '../core/errors.ts';

const DEFAULT_LIMIT_BYTES = 256 * 1024;
/** Far past what a sender that heeds `push` can reach with what is already under way. */
const RUNAWAY_FACTOR = 64;

/**
 * Bytes on their way to a demuxer: a source client's, or a program's standard output. One writer, one reader.
 * It is bounded by the writer: after `push` said false, nothing more until `onDrain`.
 */
export class ByteInput {
  /** Called once after each `push` that returned false, when there is room again. */
  onDrain: (() => void) | undefined;

  readonly #limitBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #bufferedBytes = 0;
  #full = false;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(limitBytes = DEFAULT_LIMIT_BYTES) {
    this.#limitBytes = limitBytes;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /**
   * Adds bytes, which belong to the queue from here on. They are always taken (or, after the end, dropped).
   *
   * @returns false when the queue is full: wait for `onDrain`.
   */
  push(chunk: Uint8Array): boolean {
    if (this.#ended || chunk.length === 0) return !this.#full;
    if (this.#bufferedBytes > this.#limitBytes * RUNAWAY_FACTOR) {
      throw new BugError('capture.input-overrun', `${this.#bufferedBytes} bytes queued: a sender ignores a full queue`);
    }
    this.#chunks.push(chunk);
    this.#bufferedBytes += chunk.length;
    if (this.#bufferedBytes >= this.#limitBytes) this.#full = true;
    this.#wakeReader();
    return !this.#full;
  }

  /** No more bytes will come; those that are queued are still read. */
  end(): void {
    this.#ended = true;
    this.#wakeReader();
  }

  /** Ends at once and forgets what is queued; a waiting reader sees the end. */
  abandon(): void {
    this.#chunks.length = 0;
    this.#bufferedBytes = 0;
    this.end();
  }

  /** The next bytes, at most `maxBytes`, as soon as there are any; null at the end. The reader's to keep. */
  async read(maxBytes: number): Promise<Uint8Array | null> {
    while (this.#chunks.length === 0) {
      if (this.#ended) return null;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    const bytes = this.#take(maxBytes);
    this.#bufferedBytes -= bytes.length;
    if (this.#full && this.#bufferedBytes <= this.#limitBytes / 2) {
      this.#full = false;
      this.onDrain?.();
    }
    return bytes;
  }

  #take(maxBytes: number): Uint8Array {
    const [first] = this.#chunks as [Uint8Array];
    if (first.length <= maxBytes) {
      this.#chunks.shift();
      return first;
    }
    this.#chunks[0] = first.subarray(maxBytes);
    return first.subarray(0, maxBytes);
  }

  #wakeReader(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
