import type { CapturedFrame } from '../capture/camera/camera.ts';
import type { PictureTreatment } from '../core/camera-settings.ts';
import { StoredFrame } from './stored-frame.ts';

export interface FrameStoreDeps {
  /** CLOCK_MONOTONIC to the wall clock, for what is burnt in. */
  readonly wallTime: (ptsUs: number) => Date;
}

export interface FrameStoreOptions {
  /** Name of the camera, where it is burnt in. */
  readonly name: string;
  readonly treatment: PictureTreatment;
  /** Frames that are kept; a viewer asks for the newest, or for the one before it. */
  readonly maxFrames?: number;
}

/** A frame that was numbered, as the main process hears of it. */
export interface NumberedFrame {
  readonly sequence: number;
  readonly ptsUs: number;
  /** As viewers see it. */
  readonly width: number;
  readonly height: number;
}

/** The newest frames of a camera: what is wanted of them is decoded and encoded when it is asked for. */
export class FrameStore implements Disposable {
  readonly #deps: FrameStoreDeps;
  readonly #options: Required<FrameStoreOptions>;
  readonly #frames = new Map<number, StoredFrame>();
  #sequence = 0;

  constructor(deps: FrameStoreDeps, options: FrameStoreOptions) {
    this.#deps = deps;
    this.#options = { maxFrames: 3, ...options };
  }

  /** Takes the frame over and gives it a number, from 1; the oldest one may be forgotten for it. */
  add(frame: CapturedFrame): NumberedFrame {
    const { name, treatment, maxFrames } = this.#options;
    const { wallTime } = this.#deps;
    const sequence = ++this.#sequence;
    const stored = new StoredFrame(frame, { treatment, name, wallTime });
    this.#frames.get(sequence - 1)?.supersede();
    this.#frames.set(sequence, stored);
    for (const [number, old] of this.#frames) {
      if (this.#frames.size <= maxFrames) break;
      this.#frames.delete(number);
      old.release();
    }
    return { sequence, ptsUs: frame.ptsUs, width: stored.width, height: stored.height };
  }

  /**
   * The frame of that number, or the newest when it has been forgotten: then everything is late, and a picture of now
   * is better than none. Undefined for one that has not come yet.
   */
  get(sequence: number): { readonly sequence: number; readonly frame: StoredFrame } | undefined {
    if (sequence > this.#sequence) return undefined;
    const found = this.#frames.has(sequence) ? sequence : this.#sequence;
    const frame = this.#frames.get(found);
    return frame && { sequence: found, frame };
  }

  [Symbol.dispose](): void {
    for (const frame of this.#frames.values()) frame.release();
    this.#frames.clear();
  }
}
