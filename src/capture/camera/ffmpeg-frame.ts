import {
  AV_PIX_FMT_RGBA,
  AVCOL_RANGE_JPEG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_RGB,
  AVCOL_SPC_SMPTE170M,
  AVCOL_SPC_UNSPECIFIED,
} from 'node-av/constants';
import { Frame, SoftwareScaleContext } from 'node-av/lib';
import { BugError, MediaError } from '../../core/errors.ts';
import { BYTES_PER_PIXEL, newPixels, type Pixels } from '../../picture/pixels.ts';
import type { CapturedFrame } from './camera.ts';

/** Sizes that are kept ready: levels and viewers ask for few. */
const MAX_SIZES = 4;
/** From this height on, video that does not say how it codes colour is taken for BT.709, as players do. */
const HD_HEIGHT = 720;

/** A decoded picture in FFmpeg's memory, of which it holds a reference of its own. */
export class FfmpegFrame implements CapturedFrame {
  readonly jpeg = undefined;
  readonly ptsUs: number;
  readonly width: number;
  readonly height: number;
  readonly #frame: Frame;
  readonly #scaler: FrameScaler;
  #isDisposed = false;

  /** @param frame becomes this one's to free */
  constructor(frame: Frame, ptsUs: number, scaler: FrameScaler) {
    this.ptsUs = ptsUs;
    this.width = frame.width;
    this.height = frame.height;
    this.#frame = frame;
    this.#scaler = scaler.share();
  }

  toPixels(width: number): Pixels {
    if (this.#isDisposed) throw new BugError('capture.frame-gone', 'a picture was used after it had been disposed of');
    return this.#scaler.scale(this.#frame, Math.max(1, Math.min(width, this.width)));
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#frame.free();
    this.#scaler.release();
  }
}

/**
 * Converts pictures to RGBA, and scales them. Shared by the frames of a camera, which may outlive its reading: whoever
 * has made or shared it releases it once, and the last one frees it.
 */
export class FrameScaler {
  readonly #isVideo: boolean;
  /** By the width asked for, the one that was used last at the end. */
  readonly #sizes = new Map<number, SizeScaler>();
  #users = 1;

  /** @param isVideo coded for showing, not raw pictures of a camera: those are BT.601 where they do not say */
  constructor(isVideo: boolean) {
    this.#isVideo = isVideo;
  }

  share(): this {
    this.#users += 1;
    return this;
  }

  release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    for (const size of this.#sizes.values()) size.free();
    this.#sizes.clear();
  }

  scale(frame: Frame, width: number): Pixels {
    if (frame.colorSpace === AVCOL_SPC_UNSPECIFIED) {
      frame.colorSpace = this.#isVideo && frame.height >= HD_HEIGHT ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
    }
    const height = Math.max(1, Math.round((frame.height * width) / frame.width));
    return this.#sizeOf(width, height).scale(frame);
  }

  #sizeOf(width: number, height: number): SizeScaler {
    let size = this.#sizes.get(width);
    this.#sizes.delete(width);
    if (size?.height !== height) {
      size?.free();
      size = new SizeScaler(width, height);
    }
    this.#sizes.set(width, size);
    for (const [oldest, unused] of this.#sizes) {
      if (this.#sizes.size <= MAX_SIZES) break;
      unused.free();
      this.#sizes.delete(oldest);
    }
    return size;
  }
}

/** Scales to one size. What comes in may change. */
class SizeScaler {
  readonly width: number;
  readonly height: number;
  readonly #context = new SoftwareScaleContext();
  readonly #out = new Frame();

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#context.allocContext();
    this.#context.setOption('sws_flags', 'bilinear');
    const out = this.#out;
    out.alloc();
    out.format = AV_PIX_FMT_RGBA;
    out.width = width;
    out.height = height;
    out.colorSpace = AVCOL_SPC_RGB;
    out.colorRange = AVCOL_RANGE_JPEG;
    if (out.getBuffer() < 0) throw new RangeError(`no memory for ${width}x${height} pixels`);
  }

  scale(frame: Frame): Pixels {
    const { width, height } = this;
    const out = this.#out;
    const isScaled = this.#context.scaleFrameSync(out, frame) >= 0;
    const rows = out.data?.[0];
    const rowBytes = out.linesize[0] ?? 0;
    if (!isScaled || rows === undefined) throw oddPicture(frame);
    // FFmpeg writes beyond the ends of rows, and its memory does not live as long as ours: it is copied out.
    const pixels = newPixels(width, height);
    const wantedBytes = width * BYTES_PER_PIXEL;
    if (rowBytes === wantedBytes) {
      rows.copy(pixels.data, 0, 0, wantedBytes * height);
      return pixels;
    }
    for (let y = 0; y < height; y += 1) {
      rows.copy(pixels.data, y * wantedBytes, y * rowBytes, y * rowBytes + wantedBytes);
    }
    return pixels;
  }

  free(): void {
    this.#context.freeContext();
    this.#out.free();
  }
}

function oddPicture({ format, width, height }: Frame): MediaError {
  return new MediaError(
    'capture.odd-picture',
    `a picture of ${width}x${height} in format ${format} can't be converted`,
    {
      remedy: 'Set another format or size in the camera.',
    },
  );
}
