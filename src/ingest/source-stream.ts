import type { Socket } from 'node:net';
import type { Clock, Timer } from '../core/clock.ts';
import type { Counter } from '../core/counters.ts';
import { NetworkError, PipitError } from '../core/errors.ts';
import type { BodyDecoder } from './body-decoder.ts';
import type { SourceInput } from './source-mounts.ts';

/** How a source client's stream ended. `error` is for the client, when it is still there to be told. */
export type StreamEnd =
  | { readonly how: 'ended' }
  | { readonly how: 'lost'; readonly reason: string }
  | { readonly how: 'refused'; readonly error: PipitError };

export interface SourceStreamParts {
  readonly clock: Clock;
  readonly socket: Socket;
  readonly decoder: BodyDecoder;
  readonly input: SourceInput;
  /** Bytes of media of all source clients. */
  readonly received: Counter;
  /** Milliseconds without a byte after which the client counts as gone; asked anew each time. */
  idleTimeoutMs(): number;
}

/**
 * The body of one source client: from its socket through the decoder into the input. When the input has
 * enough, the socket is not read and TCP holds the client up. Whatever happens, the input hears `end` or
 * `abort` once, unless it was the one that closed.
 */
export class SourceStream {
  readonly #parts: SourceStreamParts;
  readonly #done: (end: StreamEnd) => void;
  readonly #emit = (media: Buffer): void => this.#pass(media);
  readonly #onData = (bytes: Buffer): void => this.#take(bytes);
  readonly #onEnd = (): void => this.#closedByClient();
  readonly #onClose = (): void => this.#finish({ how: 'lost', reason: 'the connection broke' });
  #isOver = false;
  #isFull = false;
  #receivedBytes = 0;
  #lastByteUs: number;
  #idle: Timer | undefined;

  /** @param done called once, when the stream is over; the socket is left open, and unread. */
  constructor(parts: SourceStreamParts, done: (end: StreamEnd) => void) {
    this.#parts = parts;
    this.#done = done;
    this.#lastByteUs = parts.clock.nowUs();
  }

  /** Bytes of media so far. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Begins with the bytes that came along with the head. The socket must be paused. */
  start(first: Buffer): void {
    const { socket, input } = this.#parts;
    input.onDrain = () => this.#drained();
    input.onClose = (error) => this.#finish({ how: 'refused', error }, true);
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onClose);
    this.#watch(this.#parts.idleTimeoutMs());
    // Also when there are none: a body of length 0 is complete at once.
    this.#take(first);
    if (!this.#isOver && !this.#isFull) socket.resume();
  }

  /** Ends the stream from this side. */
  stop(reason: string): void {
    this.#finish({ how: 'lost', reason });
  }

  #take(bytes: Buffer): void {
    this.#lastByteUs = this.#parts.clock.nowUs();
    try {
      if (this.#parts.decoder.decode(bytes, this.#emit)) this.#finish({ how: 'ended' });
    } catch (error) {
      if (!(error instanceof PipitError)) throw error;
      this.#finish({ how: 'refused', error });
    }
  }

  #pass(media: Buffer): void {
    // The input may have closed during the portion in hand.
    if (this.#isOver) return;
    this.#receivedBytes += media.length;
    this.#parts.received.add(media.length);
    if (this.#parts.input.write(media) || this.#isOver) return;
    this.#isFull = true;
    this.#parts.socket.pause();
  }

  #drained(): void {
    if (!this.#isFull || this.#isOver) return;
    this.#isFull = false;
    // The client was held up: its silence began only now.
    this.#lastByteUs = this.#parts.clock.nowUs();
    this.#parts.socket.resume();
  }

  #closedByClient(): void {
    if (this.#parts.decoder.endsByClose) this.#finish({ how: 'ended' });
    else this.#finish({ how: 'lost', reason: 'the client closed before the end of its body' });
  }

  /** One timer that looks again when it may be time: nothing to do per portion. */
  #watch(ms: number): void {
    this.#idle = this.#parts.clock.after(ms, () => {
      const limitMs = this.#parts.idleTimeoutMs();
      const silentMs = this.#isFull ? 0 : (this.#parts.clock.nowUs() - this.#lastByteUs) / 1000;
      if (silentMs < limitMs) return this.#watch(limitMs - silentMs);
      const error = new NetworkError('ingest.idle', `Nothing came for ${limitMs / 1000} s`, {
        remedy: 'Send without pauses, or raise advanced.source_timeout.',
      });
      this.#finish({ how: 'refused', error });
    });
  }

  #finish(end: StreamEnd, byInput = false): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#idle?.cancel();
    const { socket, input } = this.#parts;
    socket.pause();
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('close', this.#onClose);
    input.onDrain = () => {};
    input.onClose = () => {};
    if (end.how === 'ended') input.end();
    else if (!byInput) input.abort(end.how === 'lost' ? end.reason : end.error.message);
    this.#done(end);
  }
}
