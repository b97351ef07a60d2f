import {
  AV_PIX_FMT_BGR24,
  AV_PIX_FMT_GRAY8,
  AV_PIX_FMT_NV12,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_UYVY422,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUYV422,
  type AVPixelFormat,
} from 'node-av/constants';
import { Frame } from 'node-av/lib';
import { BugError } from '../../core/errors.ts';
import type { CapturedFrame } from './camera.ts';
import { FfmpegFrame, FrameScaler } from './ffmpeg-frame.ts';

/** How the pixels of a camera lie in memory. */
export interface RawLayout {
  /** By FFmpeg's name. */
  readonly format: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** From one row to the next, of the first plane; 0 where there are no gaps. */
  readonly strideBytes: number;
}

interface RawFormat {
  readonly id: AVPixelFormat;
  /** A pixel of the first plane. */
  readonly pixelBytes: number;
  /** What follows the first plane: one of both colours side by side, or one for each, at half width and height. */
  readonly colour: 'none' | 'together' | 'apart';
}

const FORMATS: Readonly<Record<string, RawFormat>> = {
  yuyv422: { id: AV_PIX_FMT_YUYV422, pixelBytes: 2, colour: 'none' },
  uyvy422: { id: AV_PIX_FMT_UYVY422, pixelBytes: 2, colour: 'none' },
  nv12: { id: AV_PIX_FMT_NV12, pixelBytes: 1, colour: 'together' },
  yuv420p: { id: AV_PIX_FMT_YUV420P, pixelBytes: 1, colour: 'apart' },
  rgb24: { id: AV_PIX_FMT_RGB24, pixelBytes: 3, colour: 'none' },
  bgr24: { id: AV_PIX_FMT_BGR24, pixelBytes: 3, colour: 'none' },
  gray: { id: AV_PIX_FMT_GRAY8, pixelBytes: 1, colour: 'none' },
};

interface Plane {
  readonly rowBytes: number;
  readonly rows: number;
  readonly strideBytes: number;
}

/** Makes pictures of pixels as a camera delivers them. Its pictures may outlive it. */
export class RawPictures implements Disposable {
  /** What a whole picture takes at least; rows after the last one's pixels may be missing. */
  readonly bytes: number;
  readonly #layout: RawLayout;
  readonly #id: AVPixelFormat;
  readonly #planes: readonly Plane[];
  readonly #scaler = new FrameScaler(false);

  /** @throws BugError for a format that it does not know: ask `isRawFormat` */
  constructor(layout: RawLayout) {
    const format = FORMATS[layout.format];
    if (format === undefined) throw new BugError('capture.no-format', `${layout.format} is no format of pixels`);
    this.#layout = layout;
    this.#id = format.id;
    this.#planes = planesOf(layout, format);
    const last = this.#planes.at(-1);
    const whole = this.#planes.reduce((sum, { rows, strideBytes }) => sum + rows * strideBytes, 0);
    this.bytes = whole - (last === undefined ? 0 : last.strideBytes - last.rowBytes);
  }

  /** A picture of its own memory. `data` has at least `bytes`. */
  picture(data: Buffer, ptsUs: number): CapturedFrame {
    const frame = new Frame();
    frame.alloc();
    frame.format = this.#id;
    frame.width = this.#layout.width;
    frame.height = this.#layout.height;
    if (frame.getBuffer() < 0 || frame.data === null) {
      frame.free();
      throw new BugError('capture.no-frame', `no memory for a picture of ${frame.width}x${frame.height}`);
    }
    const { data: targets, linesize } = frame;
    let from = 0;
    for (const [index, plane] of this.#planes.entries()) {
      copyRows(data.subarray(from), plane, targets[index] as Buffer, linesize[index] ?? 0);
      from += plane.rows * plane.strideBytes;
    }
    return new FfmpegFrame(frame, ptsUs, this.#scaler);
  }

  [Symbol.dispose](): void {
    this.#scaler.release();
  }
}

/** Whether pictures can be made of pixels in that format, by FFmpeg's name. */
export function isRawFormat(format: string): boolean {
  return Object.hasOwn(FORMATS, format);
}

function planesOf({ width, height, strideBytes }: RawLayout, { pixelBytes, colour }: RawFormat): Plane[] {
  const rowBytes = width * pixelBytes;
  const stride = Math.max(strideBytes, rowBytes);
  const halfWidth = Math.ceil(width / 2);
  const rows = Math.ceil(height / 2);
  const first = { rowBytes, rows: height, strideBytes: stride };
  if (colour === 'none') return [first];
  if (colour === 'together') {
    return [first, { rowBytes: 2 * halfWidth, rows, strideBytes: Math.max(stride, 2 * halfWidth) }];
  }
  const half = { rowBytes: halfWidth, rows, strideBytes: Math.max(Math.floor(stride / 2), halfWidth) };
  return [first, half, half];
}

function copyRows(source: Buffer, { rowBytes, rows, strideBytes }: Plane, target: Buffer, targetStride: number): void {
  if (strideBytes === targetStride) {
    source.copy(target, 0, 0, (rows - 1) * strideBytes + rowBytes);
    return;
  }
  for (let y = 0; y < rows; y += 1) {
    source.copy(target, y * targetStride, y * strideBytes, y * strideBytes + rowBytes);
  }
}
