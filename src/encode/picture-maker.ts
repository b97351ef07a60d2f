import type { Clock } from '../core/clock.ts';
import type { Counter, CounterSet } from '../core/counters.ts';
import { MediaError, sentencesOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { FrameStore } from './frame-store.ts';
import { encodeStill } from './still.ts';
import type { EncodedFrame, StoredFrame } from './stored-frame.ts';
import { Turns } from './turns.ts';

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
  /** The frame that it is of: the one that was asked for, or the newest when that was gone. */
  readonly sequence: number;
  readonly ptsUs: number;
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  /** What it took, microseconds; 0 for the camera's own JPEG. */
  readonly encodeUs: number;
}

export interface PictureMakerDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  readonly store: FrameStore;
}

/** JPEGs under way at a time: each takes a thread, of which the camera needs one too, and memory for its pixels. */
const MAX_JPEGS = 3;
/** WebP and AVIF take long, and must leave threads for JPEGs. */
const MAX_STILLS = 1;
/** Who asks when so many wait is better told at once that there is none. */
const MAX_WAITING_STILLS = 8;

/** Makes pictures of the frames that are kept. */
export class PictureMaker {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #store: FrameStore;
  readonly #jpegs = new Turns(MAX_JPEGS);
  readonly #stills = new Turns(MAX_STILLS);
  readonly #damaged: Counter;
  readonly #own: Counter;
  readonly #encoded: Counter;
  #lastDamaged = 0;
  #lastTrouble = '';

  constructor({ clock, log, counters, store }: PictureMakerDeps) {
    this.#clock = clock;
    this.#log = log;
    this.#store = store;
    this.#damaged = counters.counter(
      'capture_damaged_frames_total',
      'Damaged pictures of the camera that were left out',
    );
    this.#own = counters.counter('pictures_passed_through_total', "Pictures that are the camera's own JPEG");
    this.#encoded = counters.counter('pictures_encoded_total', 'Pictures that had to be encoded');
  }

  /** Undefined when the frame is gone, turns out to be damaged, or cannot be made into that format. */
  async make(order: PictureOrder): Promise<MadePicture | undefined> {
    const { format, level, width, topLevel } = order;
    const found = this.#store.get(order.sequence);
    if (found === undefined) return undefined;
    const { frame, sequence } = found;
    const { ptsUs } = frame;
    const own = format === 'jpeg' ? frame.ownJpeg(level, width, topLevel) : undefined;
    if (own !== undefined) {
      this.#own.add();
      return { ...own, sequence, ptsUs, encodeUs: 0 };
    }
    const turns = format === 'jpeg' ? this.#jpegs : this.#stills;
    if (turns === this.#stills && turns.waiting >= MAX_WAITING_STILLS) return undefined;
    try {
      const made = await frame.hold(() => turns.take(() => this.#encode(frame, order)));
      return { ...made, sequence, ptsUs };
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      this.#note(sequence, error);
      return undefined;
    }
  }

  async #encode(frame: StoredFrame, { format, level, width }: PictureOrder) {
    const startUs = this.#clock.nowUs();
    const made = format === 'jpeg' ? await frame.encode(level, width) : await encodeAs(format, frame, level, width);
    this.#encoded.add();
    return { ...made, encodeUs: this.#clock.nowUs() - startUs };
  }

  #note(sequence: number, error: MediaError): void {
    if (error.code === 'picture.damaged') {
      // However many asked for it.
      if (sequence > this.#lastDamaged) this.#damaged.add();
      this.#lastDamaged = Math.max(sequence, this.#lastDamaged);
    } else if (error.code !== this.#lastTrouble) {
      this.#lastTrouble = error.code;
      this.#log.warning(sentencesOf(error), { code: error.code });
    }
  }
}

function encodeAs(format: 'webp' | 'avif', frame: StoredFrame, level: number, width: number): Promise<EncodedFrame> {
  return frame.use(width, async (pixels) => {
    const { width: madeWidth, height } = pixels;
    return { data: await encodeStill(pixels, format, level), width: madeWidth, height };
  });
}
