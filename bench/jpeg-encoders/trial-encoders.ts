import type { Frame } from 'node-av/lib';
import sharp from 'sharp';
import { FfmpegFrame, FrameScaler } from '../../src/capture/camera/ffmpeg-frame.ts';
import { decodeJpeg, encodeJpeg } from '../../src/picture/jpeg-turbo.ts';
import { BYTES_PER_PIXEL, freePixels, type Pixels } from '../../src/picture/pixels.ts';
import { MjpegDecoder, MjpegEncoder, newYuv, YuvConverter } from './ffmpeg-mjpeg.ts';
import type { TrialFrame } from './street-frames.ts';

/** Encoders of one scale and one transform: what is found out about the quality of one is true of all. */
export type Scale = 'libjpeg-turbo' | 'sharp' | 'FFmpeg';

/** From the worst to the best. FFmpeg's has only these steps. */
export const SCALES: Readonly<Record<Scale, readonly number[]>> = {
  'libjpeg-turbo': Array.from({ length: 100 }, (_, i) => i + 1),
  sharp: Array.from({ length: 100 }, (_, i) => i + 1),
  FFmpeg: Array.from({ length: 31 }, (_, i) => 31 - i),
};

/** A way to a JPEG of 4:2:0. */
export interface TrialEncoder {
  readonly name: string;
  readonly scale: Scale;
  /** @param quality on its own scale */
  encode(frame: TrialFrame, quality: number): Promise<Buffer>;
}

/** A way from a camera's JPEG to another. */
export interface TrialTranscoder {
  readonly name: string;
  readonly scale: Scale;
  transcode(jpeg: Buffer, quality: number): Promise<Buffer>;
}

/** All that is compared, for pictures of one size. */
export class Trials implements Disposable {
  readonly encoders: readonly TrialEncoder[];
  readonly transcoders: readonly TrialTranscoder[];
  readonly #owned = new DisposableStack();

  constructor(width: number, height: number) {
    const converter = this.#owned.use(new YuvConverter(width, height));
    const optimal = this.#owned.use(new MjpegEncoder(width, height, 'optimal'));
    const standard = this.#owned.use(new MjpegEncoder(width, height, 'default'));
    const decoder = this.#owned.use(new MjpegDecoder());
    const scratch = this.#owned.adopt(newYuv(width, height), (frame) => frame.free());
    const scaler = this.#owned.adopt(new FrameScaler(false), (used) => used.release());
    sharp.cache(false);
    sharp.concurrency(1);

    this.encoders = [
      {
        name: 'libjpeg-turbo, from RGBA',
        scale: 'libjpeg-turbo',
        encode: ({ pixels }, quality) => encodeJpeg(pixels, quality),
      },
      {
        name: 'libjpeg-turbo, from YUV by way of RGBA',
        scale: 'libjpeg-turbo',
        encode: ({ yuv }, quality) => encodeAndFree(toPixels(yuv, scaler), quality),
      },
      {
        name: 'sharp, from RGBA',
        scale: 'sharp',
        encode: ({ pixels }, quality) => sharpened(pixels, quality, true),
      },
      {
        name: 'sharp, from RGBA, standard Huffman tables',
        scale: 'sharp',
        encode: ({ pixels }, quality) => sharpened(pixels, quality, false),
      },
      {
        name: 'FFmpeg, from YUV',
        scale: 'FFmpeg',
        encode: ({ yuv }, quality) => optimal.encode(yuv, quality),
      },
      {
        name: 'FFmpeg, from YUV, standard Huffman tables',
        scale: 'FFmpeg',
        encode: ({ yuv }, quality) => standard.encode(yuv, quality),
      },
      {
        name: 'FFmpeg, from RGBA, standard Huffman tables',
        scale: 'FFmpeg',
        encode({ pixels }, quality) {
          converter.convert(pixels, scratch);
          return standard.encode(scratch, quality);
        },
      },
    ];
    this.transcoders = [
      {
        name: 'libjpeg-turbo, by way of RGBA',
        scale: 'libjpeg-turbo',
        transcode: async (jpeg, quality) => encodeAndFree(await decodeJpeg(jpeg, width, height), quality),
      },
      {
        name: 'sharp',
        scale: 'sharp',
        transcode: (jpeg, quality) => sharp(jpeg).jpeg({ quality, chromaSubsampling: '4:2:0' }).toBuffer(),
      },
      {
        name: 'sharp, standard Huffman tables',
        scale: 'sharp',
        transcode: (jpeg, quality) =>
          sharp(jpeg).jpeg({ quality, chromaSubsampling: '4:2:0', optimiseCoding: false }).toBuffer(),
      },
      {
        name: 'FFmpeg, YUV throughout, standard Huffman tables',
        scale: 'FFmpeg',
        transcode: async (jpeg, quality) => standard.encode(await decoder.decode(jpeg), quality),
      },
    ];
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}

/** As the worker does once a frame is needed no more. */
async function encodeAndFree(pixels: Pixels, quality: number): Promise<Buffer> {
  const jpeg = await encodeJpeg(pixels, quality);
  freePixels(pixels);
  return jpeg;
}

/** As the worker does it for cameras that deliver something else than JPEG. */
function toPixels(yuv: Frame, scaler: FrameScaler): Pixels {
  const copy = yuv.clone();
  if (copy === null) throw new Error('no memory for a frame');
  using frame = new FfmpegFrame(copy, 0, scaler);
  return frame.toPixels(frame.width);
}

function sharpened({ data, width, height }: Pixels, quality: number, optimiseCoding: boolean): Promise<Buffer> {
  const raw = { width, height, channels: BYTES_PER_PIXEL } as const;
  return sharp(data, { raw }).jpeg({ quality, chromaSubsampling: '4:2:0', mozjpeg: false, optimiseCoding }).toBuffer();
}
