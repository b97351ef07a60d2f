import type { Clock } from '../core/clock.ts';
import type { Counter, CounterSet } from '../core/counters.ts';
import { MediaError } from '../core/errors.ts';
import type { FrameStore } from './frame-store.ts';
import { encodeStill } from './still.ts';
import type { StoredFrame } from './stored-frame.ts';

/** What is to be made of which frame. */
export interface PictureOrder {
  readonly sequence: number;
  /** 1 to 100. */
  readonly level: number;
  /** Pixels; 0: the frame's own. */
  readonly width: number;
  readonly format: 'jpeg' | 'webp' | 'avif';
  /** From this level on, the camera's own JPEG will do. */
  readonly topLevel: number;
}

export interface MadePicture {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  /** What it took, microseconds; 0 for the camera's own JPEG. */
  readonly encodeUs: number;
}

export interface PictureMakerDeps {
  readonly clock: Clock;
  readonly counters: CounterSet;
  readonly store: FrameStore;
}

/** Makes pictures of the frames that are kept. */
export class PictureMaker {
  readonly #clock: Clock;
  readonly #store: FrameStore;
  readonly #damaged: Counter;
  readonly #own: Counter;
  readonly #encoded: Counter;

  constructor({ clock, counters, store }: PictureMakerDeps) {
    this.#clock = clock;
    this.#store = store;
    this.#damaged = counters.counter('capture_damaged_frames_total', 'Pictures of the camera that were damaged');
    this.#own = counters.counter('pictures_passed_through_total', "Pictures that are the camera's own JPEG");
    this.#encoded = counters.counter('pictures_encoded_total', 'Pictures that had to be encoded');
  }

  /** Undefined when the frame is gone or turns out to be damaged. */
  async make(order: PictureOrder): Promise<MadePicture | undefined> {
    const frame = this.#store.get(order.sequence);
    if (frame === undefined) return undefined;
    const startUs = this.#clock.nowUs();
    try {
      if (order.format !== 'jpeg') return await this.#still(frame, order.format, order, startUs);
      const { data, width, height, isOwn } = await frame.jpeg(order.level, order.width, order.topLevel);
      (isOwn ? this.#own : this.#encoded).add();
      return { data, width, height, encodeUs: isOwn ? 0 : this.#clock.nowUs() - startUs };
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      this.#damaged.add();
      return undefined;
    }
  }

  async #still(
    frame: StoredFrame,
    format: 'webp' | 'avif',
    { width, level }: PictureOrder,
    startUs: number,
  ): Promise<MadePicture> {
    const pixels = await frame.pixels(width);
    this.#encoded.add();
    const data = await encodeStill(pixels, format, level);
    return { data, width: pixels.width, height: pixels.height, encodeUs: this.#clock.nowUs() - startUs };
  }
}
