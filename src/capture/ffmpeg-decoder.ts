import {
  AV_CH_LAYOUT_MONO,
  AV_CH_LAYOUT_STEREO,
  AV_CHANNEL_ORDER_NATIVE,
  AV_CHANNEL_ORDER_UNSPEC,
  AV_SAMPLE_FMT_S16,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  type AVSampleFormat,
} from 'node-av/constants';
import { Codec, CodecContext, Frame, type Packet, SoftwareResampleContext, type Stream } from 'node-av/lib';
import { MediaError } from '../core/errors.ts';
import { type Channels, SAMPLE_RATE } from '../core/pcm.ts';

/** Room for what one frame of a codec becomes; more is made when one needs it. */
const FIRST_CAPACITY_FRAMES = 8192;
/** By channel count, the layouts that FFmpeg takes for usual: WAV and raw PCM need not say which they have. */
const USUAL_LAYOUTS: readonly bigint[] = [0n, 0x4n, 0x3n, 0xbn, 0x107n, 0x37n, 0x3fn, 0x70fn, 0x63fn];

/** Decodes the packets of one stream and resamples them to interleaved 16-bit samples at SAMPLE_RATE. */
export class FfmpegDecoder implements Disposable {
  readonly #context = new CodecContext();
  readonly #channels: Channels;
  readonly #decoded = new Frame();
  readonly #out = new Frame();
  #resampler: SoftwareResampleContext | undefined;
  /** The memory of `#out`. */
  #samples = new Int16Array(0);

  /** @throws MediaError `capture.no-decoder` */
  constructor(stream: Stream, channels: Channels) {
    this.#channels = channels;
    const { codecpar } = stream;
    const codec = Codec.findDecoder(codecpar.codecId);
    if (codec === null) throw noDecoder(`codec ${codecpar.codecId}`);
    this.#context.allocContext3(codec);
    this.#context.parametersToContext(codecpar);
    this.#context.pktTimebase = stream.timeBase;
    this.#context.threadCount = 1;
    const { order, nbChannels } = codecpar.channelLayout;
    const mask = USUAL_LAYOUTS[nbChannels] ?? 0n;
    if (order === AV_CHANNEL_ORDER_UNSPEC && mask !== 0n) {
      this.#context.channelLayout = { nbChannels, order: AV_CHANNEL_ORDER_NATIVE, mask };
    }
    if (this.#context.open2Sync(codec) < 0) {
      this.#context.freeContext();
      throw noDecoder(codec.name ?? `codec ${codecpar.codecId}`);
    }
    this.#decoded.alloc();
  }

  /**
   * Decodes a packet, or with null what the decoder and resampler still hold at the end.
   * @param onSamples interleaved samples, valid until it returns
   * @returns false when the packet was damaged
   */
  decode(packet: Packet | null, onSamples: (samples: Int16Array) => void): boolean {
    let isGood = this.#context.sendPacketSync(packet) >= 0;
    for (;;) {
      const result = this.#context.receiveFrameSync(this.#decoded);
      if (result === AVERROR_EAGAIN || result === AVERROR_EOF) break;
      if (result < 0) {
        isGood = false;
        break;
      }
      if (!this.#resample(this.#decoded, onSamples)) isGood = false;
      this.#decoded.unref();
    }
    if (packet === null) this.#flush(onSamples);
    return isGood;
  }

  [Symbol.dispose](): void {
    this.#resampler?.free();
    this.#resampler = undefined;
    this.#decoded.free();
    this.#out.free();
    this.#context.freeContext();
  }

  #resample(frame: Frame, onSamples: (samples: Int16Array) => void): boolean {
    this.#resampler ??= this.#resamplerFor(frame);
    if (this.#convert(this.#resampler, frame, onSamples)) return true;
    // FFmpeg refuses a frame whose format is not the one before's: a station changed its programme.
    this.#flush(onSamples);
    this.#resampler = this.#resamplerFor(frame);
    return this.#convert(this.#resampler, frame, onSamples);
  }

  #flush(onSamples: (samples: Int16Array) => void): void {
    if (this.#resampler === undefined) return;
    this.#convert(this.#resampler, null, onSamples);
    this.#resampler.free();
    this.#resampler = undefined;
  }

  #convert(resampler: SoftwareResampleContext, frame: Frame | null, onSamples: (samples: Int16Array) => void): boolean {
    this.#makeRoom(Math.max(0, resampler.getOutSamples(frame?.nbSamples ?? 0)));
    this.#out.nbSamples = Math.floor(this.#samples.length / this.#channels);
    if (resampler.convertFrame(this.#out, frame) < 0) return false;
    const { nbSamples } = this.#out;
    if (nbSamples > 0) onSamples(this.#samples.subarray(0, nbSamples * this.#channels));
    return true;
  }

  #makeRoom(frames: number): void {
    if (frames * this.#channels <= this.#samples.length && this.#samples.length > 0) return;
    const capacity = Math.max(FIRST_CAPACITY_FRAMES, frames);
    const out = this.#out;
    this.#samples = new Int16Array(0);
    out.free();
    out.alloc();
    out.nbSamples = capacity;
    out.format = AV_SAMPLE_FMT_S16;
    out.sampleRate = SAMPLE_RATE;
    out.channelLayout = layoutOf(this.#channels);
    const plane = out.getBuffer() < 0 ? undefined : out.data?.[0];
    if (plane === undefined) throw new RangeError(`no memory for ${capacity} sample frames`);
    this.#samples = new Int16Array(plane.buffer as ArrayBuffer, plane.byteOffset, capacity * this.#channels);
  }

  #resamplerFor(frame: Frame): SoftwareResampleContext {
    const resampler = new SoftwareResampleContext();
    const { channelLayout, format, sampleRate } = frame;
    const out = layoutOf(this.#channels);
    resampler.allocSetOpts2(out, AV_SAMPLE_FMT_S16, SAMPLE_RATE, channelLayout, format as AVSampleFormat, sampleRate);
    // One microphone on two loudspeakers is as loud as two: FFmpeg would take 3 dB off.
    if (this.#channels === 2 && channelLayout.nbChannels === 1) resampler.setMatrix([1, 1], 1);
    if (resampler.init() >= 0) return resampler;
    resampler.free();
    throw new MediaError('capture.odd-sound', `sound of ${sampleRate} Hz, ${channelLayout.nbChannels} channels`, {
      remedy: 'Deliver sound of 8 to 192 kHz with one to eight channels.',
    });
  }
}

function layoutOf(channels: Channels) {
  const mask = channels === 1 ? AV_CH_LAYOUT_MONO : AV_CH_LAYOUT_STEREO;
  return { nbChannels: channels, order: AV_CHANNEL_ORDER_NATIVE, mask };
}

function noDecoder(what: string): MediaError {
  return new MediaError('capture.no-decoder', `there is no decoder for ${what}`, {
    remedy: 'Deliver MP3, AAC, Vorbis, Opus, FLAC or PCM.',
  });
}
