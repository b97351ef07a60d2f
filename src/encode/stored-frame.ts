import type { CapturedFrame } from '../capture/camera/camera.ts';
import type { PictureTreatment } from '../core/camera-settings.ts';
import { checkJpeg } from '../picture/jpeg-info.ts';
import { decodeJpeg, encodeJpeg } from '../picture/jpeg-turbo.ts';
import { freePixels, type Pixels } from '../picture/pixels.ts';
import { shrunk } from '../picture/shrink.ts';
import { isTreated, isUpended, treat } from './treatment.ts';

export interface StoredFrameContext {
  readonly treatment: PictureTreatment;
  readonly name: string;
  readonly wallTime: (ptsUs: number) => Date;
}

/** A JPEG of a frame. */
export interface EncodedFrame {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** The frame as viewers see it, at one width. */
interface Rendition {
  readonly pixels: Promise<Pixels>;
  /** Whoever works with the pixels at present. */
  users: number;
}

/** Widths that are kept decoded: the camera's own, that of a busy box, and what single viewers ask for. */
const MAX_RENDITIONS = 3;

/**
 * One frame that is kept for a while. It is decoded, turned, masked and written on once for each width that is wanted,
 * however many qualities are made of that. Decoded pictures are large: they are freed as soon as they are of no use, not
 * when garbage is collected.
 */
export class StoredFrame {
  /** Microseconds of CLOCK_MONOTONIC. */
  readonly ptsUs: number;
  /** As viewers see it. */
  readonly width: number;
  readonly height: number;
  readonly #frame: CapturedFrame;
  readonly #context: StoredFrameContext;
  /** By width, the oldest first. */
  readonly #renditions = new Map<number, Rendition>();
  #ownQuality: number | undefined;
  #isNewest = true;
  #isKept = true;
  /** Pieces of work that the frame is needed for. */
  #users = 0;

  /** @param frame becomes this one's to dispose of */
  constructor(frame: CapturedFrame, context: StoredFrameContext) {
    this.#frame = frame;
    this.#context = context;
    const [width, height] = isUpended(context.treatment) ? [frame.height, frame.width] : [frame.width, frame.height];
    this.width = width;
    this.height = height;
    this.ptsUs = frame.ptsUs;
  }

  /** A newer one has come: few will ask for this one any more, and it is decoded anew for them. */
  supersede(): void {
    this.#isNewest = false;
    this.#tidy();
  }

  /** It is needed no more; its memory goes when nothing is being made of it any longer. Once. */
  release(): void {
    this.#isKept = false;
    this.supersede();
    this.#disposeWhenUnused();
  }

  /**
   * The camera's own JPEG, where making another one would gain nothing: at the top level, and wherever it is no better
   * than what is asked for. Never where anything is done to pictures.
   */
  ownJpeg(level: number, width: number, topLevel: number): EncodedFrame | undefined {
    const { jpeg } = this.#frame;
    if (jpeg === undefined || isTreated(this.#context.treatment)) return undefined;
    if (width !== 0 && width < this.width) return undefined;
    if (level < topLevel) {
      this.#ownQuality ??= qualityOf(jpeg);
      if (this.#ownQuality > level) return undefined;
    }
    return { data: jpeg, width: this.width, height: this.height };
  }

  /**
   * The frame as a JPEG of that quality, at most `width` wide; 0 is its own width.
   * @throws MediaError `picture.damaged`
   */
  encode(level: number, width: number): Promise<EncodedFrame> {
    return this.use(width, async (pixels) => {
      const { width: madeWidth, height } = pixels;
      return { data: await encodeJpeg(pixels, level), width: madeWidth, height };
    });
  }

  /**
   * What `work` makes of the frame as viewers see it, at most `width` wide; 0 is its own width. The pixels must not be
   * changed, and are gone when the work is done.
   * @throws MediaError `picture.damaged`
   */
  use<T>(width: number, work: (pixels: Pixels) => Promise<T>): Promise<T> {
    return this.hold(async () => {
      const rendition = this.#renditionOf(width === 0 ? this.width : Math.min(width, this.width));
      rendition.users += 1;
      try {
        return await work(await rendition.pixels);
      } finally {
        rendition.users -= 1;
        this.#tidy();
      }
    });
  }

  /** Keeps the frame's own memory until the work is done. To be called while the frame is kept, or held already. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#users += 1;
    try {
      return await work();
    } finally {
      this.#users -= 1;
      this.#disposeWhenUnused();
    }
  }

  #renditionOf(width: number): Rendition {
    const known = this.#renditions.get(width);
    if (known !== undefined) return known;
    const made: Rendition = { pixels: this.#make(width), users: 0 };
    this.#renditions.set(width, made);
    return made;
  }

  /** Frees what nobody works with, as far as it is not kept for the next who asks. */
  #tidy(): void {
    const most = this.#isNewest ? MAX_RENDITIONS : 0;
    for (const [width, { pixels, users }] of this.#renditions) {
      if (this.#renditions.size <= most) return;
      if (users > 0) continue;
      this.#renditions.delete(width);
      pixels.then(freePixels, () => {});
    }
  }

  #disposeWhenUnused(): void {
    if (!this.#isKept && this.#users === 0) this.#frame[Symbol.dispose]();
  }

  async #make(width: number): Promise<Pixels> {
    const { treatment, name, wallTime } = this.#context;
    const ownWidth = Math.max(1, Math.round((width * this.#frame.width) / this.width));
    const pixels = await this.#decode(ownWidth);
    const treated = treat(pixels, treatment, { name, takenAt: wallTime(this.#frame.ptsUs) });
    if (treated !== pixels) freePixels(pixels);
    return treated;
  }

  async #decode(width: number): Promise<Pixels> {
    const { jpeg, width: fullWidth, height: fullHeight } = this.#frame;
    if (jpeg === undefined) return this.#frame.toPixels(width);
    const whole = await decodeJpeg(jpeg, fullWidth, fullHeight);
    const pixels = shrunk(whole, width);
    if (pixels !== whole) freePixels(whole);
    return pixels;
  }
}

function qualityOf(jpeg: Buffer): number {
  const checked = checkJpeg(jpeg);
  return checked.jpeg === undefined ? 100 : checked.quality;
}
