import { AV_CODEC_FLAG_LOW_DELAY, AV_FRAME_FLAG_CORRUPT, FF_THREAD_SLICE } from 'node-av/constants';
import { Codec, CodecContext, Frame, type Packet, type Stream } from 'node-av/lib';
import { MediaError } from '../../core/errors.ts';

/** More would take memory for pictures under way, and cores that encode. */
const THREADS = 2;
/** Far beyond any camera: what a damaged header claims must not take all memory. */
const MAX_PIXELS = 64e6;

/** Decodes the packets of one stream of pictures, in a thread of FFmpeg's. */
export class FfmpegPictureDecoder implements Disposable {
  readonly #context = new CodecContext();
  readonly #decoded = new Frame();

  /**
   * @param isLive pictures come out as soon as they can, at the cost of less work in parallel
   * @throws MediaError `capture.no-decoder`
   */
  constructor(stream: Stream, isLive: boolean) {
    const { codecpar } = stream;
    const codec = Codec.findDecoder(codecpar.codecId);
    if (codec === null) throw noDecoder(`codec ${codecpar.codecId}`);
    const context = this.#context;
    context.allocContext3(codec);
    context.parametersToContext(codecpar);
    context.pktTimebase = stream.timeBase;
    context.threadCount = THREADS;
    context.setOption('max_pixels', MAX_PIXELS);
    if (isLive) {
      // Threads that share a picture, not threads that each work on one: those hold back a picture each.
      context.threadType = FF_THREAD_SLICE;
      context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
    }
    if (context.open2Sync(codec) < 0) {
      context.freeContext();
      throw noDecoder(codec.name ?? `codec ${codecpar.codecId}`);
    }
    this.#decoded.alloc();
  }

  /** Takes a packet, or with null the end: `receive` has what is still under way. False when it was damaged. */
  async send(packet: Packet | null): Promise<boolean> {
    return (await this.#context.sendPacket(packet)) >= 0;
  }

  /** The next picture, valid until the next call; null for a damaged one; undefined when there is none yet. */
  receive(): Frame | null | undefined {
    const frame = this.#decoded;
    frame.unref();
    if (this.#context.receiveFrameSync(frame) < 0) return undefined;
    return frame.hasFlags(AV_FRAME_FLAG_CORRUPT) || frame.decodeErrorFlags !== 0 ? null : frame;
  }

  [Symbol.dispose](): void {
    this.#decoded.free();
    this.#context.freeContext();
  }
}

function noDecoder(what: string): MediaError {
  return new MediaError('capture.no-decoder', `there is no decoder for ${what}`, {
    remedy: 'Deliver MJPEG, H.264, H.265 or raw pictures.',
  });
}
