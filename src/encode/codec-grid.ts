import type { Codec, Rung } from '../core/rung.ts';
import type { PcmHistory } from './pcm-history.ts';
import type { RungEncoder, SharedFrame } from './rung-encoder.ts';

/**
 * Frames that an encoder is given before the first whose packet counts, so that its filters and psychoacoustic model
 * have settled when a listener hears it: without them the join of two AAC or MP3 encoders is a click some 15 to 20 dB
 * above the coding noise.
 */
const WARM_UP_FRAMES: Readonly<Record<Codec, number>> = { mp3: 2, aac: 2, opus: 4, flac: 0 };
/**
 * The same where it goes on for another encoder of its rung that listeners have just heard: rate control settles too.
 * That of AAC takes most of a second, in which its noise is up to 10 dB above what it will be.
 */
const TAKE_OVER_FRAMES: Readonly<Record<Codec, number>> = { mp3: 8, aac: 40, opus: 4, flac: 0 };

export interface CodecGridOptions {
  readonly codec: Codec;
  /** `samples` is the frame size. */
  readonly onPacket: (rung: Rung, data: Uint8Array, first: number, samples: number) => void;
  /** A rung was so far behind that its samples had left the history. */
  readonly onSkip: (samples: number) => void;
  /** The encoder of that rung has failed and was removed. */
  readonly onFailure: (rung: Rung, error: unknown) => void;
}

interface Cursor {
  readonly rung: Rung;
  readonly encoder: RungEncoder;
  /** Absolute index of the first sample frame that it takes next: always on the grid. */
  next: number;
  /** Packets that begin before this sample frame are not delivered. */
  readonly from: number;
}

/**
 * The running encoders of one codec. They step together: a codec frame is fetched and converted once, and every
 * rung that stands at it encodes it.
 */
export class CodecGrid implements Disposable {
  readonly #history: PcmHistory;
  readonly #frame: SharedFrame;
  readonly #options: CodecGridOptions;
  readonly #cursors: Cursor[] = [];
  /** Where frames begin, less than their size. */
  #phase = 0;
  /** The cursor that is encoding. A field, so that no closure is made for each frame. */
  #current: Cursor | undefined;
  readonly #onPacket = (data: Uint8Array, first: number): void => {
    const { rung, from } = this.#current as Cursor;
    if (first >= from) this.#options.onPacket(rung, data, first, this.#frame.size);
  };

  /** @param deps.frame owned by the grid from now on */
  constructor(deps: { readonly history: PcmHistory; readonly frame: SharedFrame }, options: CodecGridOptions) {
    this.#history = deps.history;
    this.#frame = deps.frame;
    this.#options = options;
  }

  /** Where frames begin, less than their size. To be set only while no rung is encoded: all lie on one grid. */
  get phase(): number {
    return this.#phase;
  }

  set phase(phase: number) {
    this.#phase = phase;
  }

  has(rung: Rung): boolean {
    return this.#cursors.some((cursor) => cursor.rung === rung);
  }

  /**
   * Adds a rung whose packets count from sample frame `from` on, or from where the history begins.
   * @param encoder fresh; owned by the grid from now on
   * @param takesOver when listeners have heard the rung up to `from` from another encoder
   */
  add(rung: Rung, encoder: RungEncoder, from: number, takesOver = false): void {
    const { size } = this.#frame;
    const wanted =
      Math.floor((from - this.#phase) / size) - (takesOver ? TAKE_OVER_FRAMES : WARM_UP_FRAMES)[rung.codec];
    const next = Math.max(wanted, Math.ceil((this.#history.oldest - this.#phase) / size)) * size + this.#phase;
    this.#cursors.push({ rung, encoder, next, from: Math.max(from, next) });
  }

  /** Ends the encoder of that rung, if there is one. */
  remove(rung: Rung): void {
    const at = this.#cursors.findIndex((cursor) => cursor.rung === rung);
    for (const cursor of at < 0 ? [] : this.#cursors.splice(at, 1)) cursor.encoder[Symbol.dispose]();
  }

  /** Encodes the oldest codec frame that is due; how many sample frames that made over all rungs, 0 if none is. */
  step(): number {
    const { size } = this.#frame;
    let at = Number.POSITIVE_INFINITY;
    for (const cursor of this.#cursors) {
      if (cursor.next < this.#history.oldest) this.#skip(cursor);
      at = Math.min(at, cursor.next);
    }
    if (at + size > this.#history.end) return 0;
    this.#history.read(at, size, this.#frame.input);
    this.#frame.commit(at);
    let done = 0;
    for (let i = this.#cursors.length - 1; i >= 0; i--) {
      const cursor = this.#cursors[i] as Cursor;
      if (cursor.next !== at) continue;
      cursor.next += size;
      done += size;
      this.#encode(cursor);
    }
    return done;
  }

  [Symbol.dispose](): void {
    for (const cursor of this.#cursors.splice(0)) cursor.encoder[Symbol.dispose]();
    this.#frame[Symbol.dispose]();
  }

  #encode(cursor: Cursor): void {
    this.#current = cursor;
    try {
      cursor.encoder.encode(this.#frame, this.#onPacket);
    } catch (error) {
      this.remove(cursor.rung);
      this.#options.onFailure(cursor.rung, error);
    }
  }

  #skip(cursor: Cursor): void {
    const { size } = this.#frame;
    const next = Math.floor((this.#history.end - this.#phase) / size) * size + this.#phase;
    this.#options.onSkip(next - cursor.next);
    cursor.next = next;
  }
}
