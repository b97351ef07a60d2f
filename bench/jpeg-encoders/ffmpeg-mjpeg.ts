import {
  AV_CODEC_FLAG_QSCALE,
  AV_CODEC_ID_MJPEG,
  AV_LOG_ERROR,
  AV_PIX_FMT_RGBA,
  AV_PIX_FMT_YUVJ420P,
  AVCOL_RANGE_JPEG,
  AVCOL_SPC_SMPTE170M,
  FF_ENCODER_MJPEG,
  FF_QP2LAMBDA,
  SWS_FAST_BILINEAR,
} from 'node-av/constants';
import { Codec, CodecContext, Frame, Log, Packet, Rational, SoftwareScaleContext } from 'node-av/lib';
import { BYTES_PER_PIXEL, type Pixels } from '../../src/picture/pixels.ts';
import type { Luma } from './luma-ssim.ts';

/*
 * FFmpeg's own JPEG encoder and decoder, and its conversion of RGBA to what they work on: brightness and, at half the
 * resolution, colour, over all 256 steps.
 */

/** A frame of undefined content, whoever asks for it frees it. */
export function newYuv(width: number, height: number): Frame {
  const frame = new Frame();
  frame.alloc();
  frame.format = AV_PIX_FMT_YUVJ420P;
  frame.width = width;
  frame.height = height;
  frame.colorRange = AVCOL_RANGE_JPEG;
  frame.colorSpace = AVCOL_SPC_SMPTE170M;
  check(frame.getBuffer(), 'memory for a frame');
  return frame;
}

/** Converts pictures of one size from RGBA. */
export class YuvConverter implements Disposable {
  readonly #context = new SoftwareScaleContext();

  constructor(width: number, height: number) {
    // It calls the pixel format deprecated, which the encoder still wants.
    Log.setLevel(AV_LOG_ERROR);
    this.#context.getContext(width, height, AV_PIX_FMT_RGBA, width, height, AV_PIX_FMT_YUVJ420P, SWS_FAST_BILINEAR);
  }

  convert({ width, height, data }: Pixels, into: Frame): void {
    const strides = into.linesize.slice(0, 3);
    check(
      this.#context.scaleSync([data], [width * BYTES_PER_PIXEL], 0, height, into.data ?? [], strides),
      'converting to YUV',
    );
  }

  [Symbol.dispose](): void {
    this.#context.freeContext();
  }
}

/** Encodes pictures of one size. */
export class MjpegEncoder implements Disposable {
  readonly #context = new CodecContext();
  readonly #packet = new Packet();

  /** @param huffman `optimal` tables are made for each picture, `default` ones are those of the standard */
  constructor(width: number, height: number, huffman: 'optimal' | 'default') {
    const context = this.#context;
    context.allocContext3(Codec.findEncoderByName(FF_ENCODER_MJPEG));
    context.width = width;
    context.height = height;
    context.pixelFormat = AV_PIX_FMT_YUVJ420P;
    context.colorRange = AVCOL_RANGE_JPEG;
    context.timeBase = new Rational(1, 25);
    context.threadCount = 1;
    context.qMin = 1;
    context.setFlags(AV_CODEC_FLAG_QSCALE);
    context.globalQuality = FF_QP2LAMBDA;
    context.setOption('huffman', huffman);
    check(context.open2Sync(), 'opening the encoder');
    this.#packet.alloc();
  }

  /** @param scale 1, the best, to 31 */
  async encode(frame: Frame, scale: number): Promise<Buffer> {
    frame.quality = scale * FF_QP2LAMBDA;
    check(await this.#context.sendFrame(frame), 'encoding');
    check(this.#context.receivePacketSync(this.#packet), 'encoding');
    const jpeg = Buffer.from(this.#packet.data ?? []);
    this.#packet.unref();
    return jpeg;
  }

  [Symbol.dispose](): void {
    this.#context.freeContext();
    this.#packet.free();
  }
}

/** Decodes JPEGs of 4:2:0, with the exact inverse transform that browsers use too. */
export class MjpegDecoder implements Disposable {
  readonly #context = new CodecContext();
  readonly #packet = new Packet();
  readonly #frame = new Frame();

  constructor() {
    this.#context.allocContext3(Codec.findDecoder(AV_CODEC_ID_MJPEG));
    this.#context.threadCount = 1;
    check(this.#context.open2Sync(), 'opening the decoder');
    this.#packet.alloc();
    this.#frame.alloc();
  }

  /** What it returns is valid until the next call. */
  async decode(jpeg: Buffer): Promise<Frame> {
    this.#packet.data = jpeg;
    check(await this.#context.sendPacket(this.#packet), 'decoding');
    this.#packet.unref();
    this.#frame.unref();
    check(this.#context.receiveFrameSync(this.#frame), 'decoding');
    return this.#frame;
  }

  [Symbol.dispose](): void {
    this.#context.freeContext();
    this.#packet.free();
    this.#frame.free();
  }
}

/** The frame's first plane, which it goes on owning. */
export function lumaOf(frame: Frame): Luma {
  const { width, height, data, linesize } = frame;
  return { width, height, stride: linesize[0] ?? width, data: data?.[0] ?? Buffer.alloc(0) };
}

function check(result: number, what: string): void {
  if (result < 0) throw new Error(`${what}: FFmpeg says ${result}`);
}
