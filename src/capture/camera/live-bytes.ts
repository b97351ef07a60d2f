import type { Clock, Timer } from '../../core/clock.ts';
import type { ByteReader } from '../byte-input.ts';

/** Cameras take up to three seconds for their first picture. The worker itself is ended when it has none for ten. */
const SILENCE_MS = 5_000;
/** So often it is looked for within that time. */
const LOOKS = 5;

/**
 * Bytes that must keep coming while somebody waits for them. A camera that hangs says nothing, and the program that
 * reads it waits in the kernel: it must be ended from here, or it would hold the camera for as long as it lives.
 */
export class LiveBytes implements ByteReader, Disposable {
  readonly #source: ByteReader;
  readonly #clock: Clock;
  readonly #onSilence: () => void;
  #waitsSinceUs: number | undefined;
  #timer: Timer;
  #isSilent = false;

  /** @param onSilence called once, when nothing has come for five seconds; it makes `source` end */
  constructor(source: ByteReader, clock: Clock, onSilence: () => void) {
    this.#source = source;
    this.#clock = clock;
    this.#onSilence = onSilence;
    this.#timer = this.#lookLater();
  }

  /** Nothing came for so long. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  async read(maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    this.#waitsSinceUs = this.#clock.nowUs();
    try {
      return await this.#source.read(maxBytes, signal);
    } finally {
      this.#waitsSinceUs = undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#timer.cancel();
  }

  /** Not at once, since a timer for each read would cost more than the read. */
  #lookLater(): Timer {
    return this.#clock.after(SILENCE_MS / LOOKS, () => {
      const sinceUs = this.#waitsSinceUs;
      if (sinceUs === undefined || this.#clock.nowUs() - sinceUs < SILENCE_MS * 1000) {
        this.#timer = this.#lookLater();
      } else {
        this.#isSilent = true;
        this.#onSilence();
      }
    });
  }
}
