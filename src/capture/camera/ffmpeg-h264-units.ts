import { BitStreamFilter, BitStreamFilterContext, Packet, type Stream } from 'node-av/lib';
import { BugError } from '../../core/errors.ts';
import { parameterSetsOf } from './annex-b.ts';

/** A coded picture in Annex B; times in the stream's own ticks. */
export interface H264Unit {
  readonly pts: bigint;
  readonly duration: bigint;
  readonly isKeyframe: boolean;
  readonly data: Buffer;
}

/**
 * Makes Annex B of the packets of an H.264 stream, with parameter sets in front of each keyframe, which some cameras
 * send only once or apart. Begins with the first keyframe.
 */
export class FfmpegH264Units implements Disposable {
  readonly #filter = new BitStreamFilterContext();
  readonly #in = new Packet();
  readonly #out = new Packet();
  #parameterSets: Buffer;
  #hasBegun = false;

  constructor(stream: Stream) {
    const toAnnexB = BitStreamFilter.getByName('h264_mp4toannexb');
    if (toAnnexB === null) throw new BugError('capture.no-filter', 'this FFmpeg has no h264_mp4toannexb');
    this.#filter.alloc(toAnnexB);
    const { inputCodecParameters } = this.#filter;
    if (inputCodecParameters !== null) stream.codecpar.copy(inputCodecParameters);
    this.#filter.inputTimeBase = stream.timeBase;
    // It refuses parameter sets that are damaged; pictures need none of this.
    this.#parameterSets =
      this.#filter.init() < 0 ? Buffer.alloc(0) : (this.#filter.outputCodecParameters?.extradata ?? Buffer.alloc(0));
    this.#in.alloc();
    this.#out.alloc();
  }

  /** Calls back with the units of a packet, at once. */
  take(packet: Packet, onUnit: (unit: H264Unit) => void): void {
    if (!this.#filter.isInitialized) return;
    if (this.#in.ref(packet) < 0 || this.#filter.sendPacketSync(this.#in) < 0) {
      this.#in.unref();
      return;
    }
    while (this.#filter.receivePacketSync(this.#out) >= 0) {
      const { pts, duration, isKeyframe, data } = this.#out;
      const whole = data === null || !isKeyframe ? data : this.#withParameterSets(data);
      this.#hasBegun ||= isKeyframe && whole !== null;
      if (this.#hasBegun && whole !== null) onUnit({ pts, duration, isKeyframe, data: whole });
      this.#out.unref();
    }
  }

  [Symbol.dispose](): void {
    this.#filter.free();
    this.#in.free();
    this.#out.free();
  }

  /** Null when none are known. */
  #withParameterSets(data: Buffer): Buffer | null {
    const { hasSps, hasPps, bytes, insertAt } = parameterSetsOf(data);
    if (hasSps && hasPps) {
      this.#parameterSets = bytes;
      return data;
    }
    if (this.#parameterSets.length === 0) return null;
    return Buffer.concat([data.subarray(0, insertAt), this.#parameterSets, data.subarray(insertAt)]);
  }
}
