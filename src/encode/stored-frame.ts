import type { CapturedFrame } from '../capture/camera/camera.ts';
import type { PictureTreatment } from '../core/camera-settings.ts';
import { checkJpeg } from '../picture/jpeg-info.ts';
import { decodeJpeg, encodeJpeg } from '../picture/jpeg-turbo.ts';
import type { Pixels } from '../picture/pixels.ts';
import type { PixelScaler } from './ffmpeg-scale.ts';
import { isTreated, isUpended, treat } from './treatment.ts';

export interface StoredFrameContext {
  readonly scaler: PixelScaler;
  readonly treatment: PictureTreatment;
  readonly name: string;
  readonly wallTime: (ptsUs: number) => Date;
}

/** A JPEG of a frame. */
export interface EncodedFrame {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  /** It is the camera's own. */
  readonly isOwn: boolean;
}

/**
 * One frame that is kept for a while. It is decoded, turned, masked and written on once for each width that is wanted,
 * however many qualities are made of that.
 */
export class StoredFrame {
  /** As viewers see it. */
  readonly width: number;
  readonly height: number;
  readonly #frame: CapturedFrame;
  readonly #context: StoredFrameContext;
  readonly #pixels = new Map<number, Promise<Pixels>>();
  #ownQuality: number | undefined;
  #users = 1;

  constructor(frame: CapturedFrame, context: StoredFrameContext) {
    this.#frame = frame;
    this.#context = context;
    const [width, height] = isUpended(context.treatment) ? [frame.height, frame.width] : [frame.width, frame.height];
    this.width = width;
    this.height = height;
  }

  /** It is needed no more; its memory goes when nothing is being made of it any longer. */
  release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#pixels.clear();
    this.#frame[Symbol.dispose]();
  }

  /**
   * The frame as a JPEG of that quality. The camera's own is the answer where making another one would gain nothing:
   * at the top level, and wherever it is no better than what is asked for.
   * @throws MediaError `picture.damaged`
   */
  async jpeg(level: number, width: number, topLevel: number): Promise<EncodedFrame> {
    const own = this.#ownJpeg(level, width, topLevel);
    if (own !== undefined) return { data: own, width: this.width, height: this.height, isOwn: true };
    const pixels = await this.pixels(width);
    return { data: await encodeJpeg(pixels, level), width: pixels.width, height: pixels.height, isOwn: false };
  }

  /**
   * The frame as viewers see it, at most `width` wide; 0 is its own width. Must not be changed.
   * @throws MediaError `picture.damaged`
   */
  async pixels(width: number): Promise<Pixels> {
    const wanted = width === 0 ? this.width : Math.min(width, this.width);
    this.#users += 1;
    try {
      let pixels = this.#pixels.get(wanted);
      if (pixels === undefined) {
        pixels = this.#make(wanted);
        this.#pixels.set(wanted, pixels);
      }
      return await pixels;
    } finally {
      this.release();
    }
  }

  #ownJpeg(level: number, width: number, topLevel: number): Buffer | undefined {
    const { jpeg } = this.#frame;
    if (jpeg === undefined || isTreated(this.#context.treatment)) return undefined;
    if (width !== 0 && width < this.width) return undefined;
    if (level >= topLevel) return jpeg;
    this.#ownQuality ??= qualityOf(jpeg);
    return this.#ownQuality <= level ? jpeg : undefined;
  }

  async #make(width: number): Promise<Pixels> {
    const { treatment, name, scaler, wallTime } = this.#context;
    const ownWidth = Math.max(1, Math.round((width * this.#frame.width) / this.width));
    const pixels = await this.#decode(ownWidth, scaler);
    return treat(pixels, treatment, { name, takenAt: wallTime(this.#frame.ptsUs) });
  }

  async #decode(width: number, scaler: PixelScaler): Promise<Pixels> {
    const { jpeg, width: fullWidth, height: fullHeight } = this.#frame;
    if (jpeg === undefined) return this.#frame.toPixels(width);
    return scaler.scale(await decodeJpeg(jpeg, fullWidth, fullHeight), width);
  }
}

function qualityOf(jpeg: Buffer): number {
  const checked = checkJpeg(jpeg);
  return checked.jpeg === undefined ? 100 : checked.quality;
}
