/** Whoever reads bytes that somebody else delivers. */
export interface ByteReader {
  /**
   * The next bytes, at most `maxBytes` and at least one; waits for them. Undefined at the end and once `signal`
   * aborts. Owned by the caller until its next read. One read at a time.
   */
  read(maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
}

/** How much may wait before its supplier is told to pause, in bytes. */
const DEFAULT_LIMIT_BYTES = 512 * 1024;

/**
 * Bytes on their way from whoever delivers them (the link, a program) to the demuxer: a bounded queue with
 * back-pressure. What is pushed is always taken; the answer tells the supplier when to pause.
 */
export class ByteInput implements ByteReader {
  /** Called when the reader has taken so much that a supplier which paused may go on. */
  onDrain: () => void = () => {};
  readonly #limitBytes: number;
  #chunks: Uint8Array[] = [];
  #queuedBytes = 0;
  #isFull = false;
  #isEnded = false;
  #wake: (() => void) | undefined;

  constructor(limitBytes = DEFAULT_LIMIT_BYTES) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes that nobody has read yet. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /**
   * Takes the bytes, which are the input's own from now on; after the end they are dropped.
   *
   * @returns false when more than the limit is queued: pause until `onDrain`.
   */
  push(bytes: Uint8Array): boolean {
    if (this.#isEnded) return true;
    if (bytes.length > 0) {
      this.#chunks.push(bytes);
      this.#queuedBytes += bytes.length;
      this.#wake?.();
    }
    this.#isFull ||= this.#queuedBytes > this.#limitBytes;
    return !this.#isFull;
  }

  /** Nothing more will come; what is queued is still read. */
  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async read(maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    while (this.#chunks.length === 0) {
      if (this.#isEnded || signal.aborted) return undefined;
      await this.#arrival(signal);
    }
    if (signal.aborted) return undefined;
    return this.#take(maxBytes);
  }

  #arrival(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => {
      signal.removeEventListener('abort', wake);
      this.#wake = undefined;
      resolve();
    };
    this.#wake = wake;
    signal.addEventListener('abort', wake, { once: true });
    return promise;
  }

  #take(maxBytes: number): Uint8Array {
    const first = this.#chunks[0] as Uint8Array;
    const bytes = first.subarray(0, maxBytes);
    if (bytes.length === first.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(bytes.length);
    this.#queuedBytes -= bytes.length;
    // Half empty before it is asked for more, so that supplier and reader do not wake each other for every chunk.
    if (this.#isFull && this.#queuedBytes <= this.#limitBytes / 2) {
      this.#isFull = false;
      this.onDrain();
    }
    return bytes;
  }
}
