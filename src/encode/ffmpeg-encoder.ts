import {
  AV_CH_LAYOUT_MONO,
  AV_CH_LAYOUT_STEREO,
  AV_CHANNEL_ORDER_NATIVE,
  AV_LOG_WARNING,
  AV_OPT_SEARCH_CHILDREN,
  AV_OPT_TYPE_STRING,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  AV_SAMPLE_FMT_S16P,
  AVERROR_EAGAIN,
  type AVSampleFormat,
  type FFEncoderCodec,
} from 'node-av/constants';
import { CodecContext, FFmpegError, Codec as FfmpegCodec, Frame, Log, Packet, Rational } from 'node-av/lib';
import { MediaError } from '../core/errors.ts';
import { type Channels, SAMPLE_RATE } from '../core/pcm.ts';
import type { Codec, Rung } from '../core/rung.ts';
import type { EncoderSettings } from '../core/source-settings.ts';
import { ADTS_HEADER_BYTES, ADTS_MAX_FRAME_BYTES, writeAdtsHeader } from './adts.ts';
import { type EncoderFactory, FRAME_SIZE, type OnPacket, type RungEncoder, type SharedFrame } from './rung-encoder.ts';

interface CodecFacts {
  readonly encoder: string;
  readonly format: AVSampleFormat;
  /** The most it takes per channel, kbit/s: a mono rung is encoded at less than its name says where that is low. */
  readonly maxKbpsPerChannel: number;
}

const CODECS: Readonly<Record<Codec, CodecFacts>> = {
  mp3: { encoder: 'libmp3lame', format: AV_SAMPLE_FMT_S16P, maxKbpsPerChannel: 320 },
  aac: { encoder: 'aac', format: AV_SAMPLE_FMT_FLTP, maxKbpsPerChannel: 288 },
  opus: { encoder: 'libopus', format: AV_SAMPLE_FMT_S16, maxKbpsPerChannel: 256 },
  flac: { encoder: 'flac', format: AV_SAMPLE_FMT_S16, maxKbpsPerChannel: 0 },
};

const REINSTALL = 'Install Pipit again with the version of node-av that its lock file names.';

/** The encoders of FFmpeg, in this process. Everything that is specific to a codec stands in this file. */
export const ffmpegEncoders: EncoderFactory = {
  frame: (codec, channels) => new FfmpegFrame(codec, channels),
  encoder: (rung, settings) => new FfmpegEncoder(rung, settings),
};

function optionsOf(codec: Codec, settings: EncoderSettings): Readonly<Record<string, string>> {
  switch (codec) {
    case 'mp3':
      // Without the reservoir no frame leans on the bytes of another, which is what lets a listener change rung.
      return { reservoir: '0', compression_level: String(settings.mp3Quality) };
    case 'aac':
      return { aac_coder: settings.aacCoder };
    case 'opus':
      // Constrained: left alone, libopus sends speech at 1.3 times the bitrate that the rung's name promises.
      return {
        application: 'audio',
        vbr: 'constrained',
        frame_duration: '20',
        compression_level: String(settings.opusComplexity),
      };
    case 'flac':
      return { compression_level: String(settings.flacLevel) };
  }
}

function layoutOf(channels: Channels) {
  const mask = channels === 1 ? AV_CH_LAYOUT_MONO : AV_CH_LAYOUT_STEREO;
  return { nbChannels: channels, order: AV_CHANNEL_ORDER_NATIVE, mask };
}

function check(result: number, what: string): void {
  if (result >= 0) return;
  throw new MediaError('encode.codec', `${what} failed: ${FFmpegError.strerror(result)}`, {
    remedy: 'The rung starts again by itself; if it keeps failing, set another encoder effort or leave the rung out.',
  });
}

/** An AVFrame that is written in place: JavaScript sees its memory, so each sample is copied or converted once. */
class FfmpegFrame implements SharedFrame {
  readonly size: number;
  readonly native = new Frame();
  readonly #channels: Channels;
  readonly #format: AVSampleFormat;
  /** Interleaved samples on their way into planes; null where the encoder takes them interleaved. */
  readonly #scratch: Int16Array | null;
  /** One view per plane; null until the frame has memory of its own. */
  #planes: (Int16Array | Float32Array)[] | null = null;

  constructor(codec: Codec, channels: Channels) {
    this.size = FRAME_SIZE[codec];
    this.#channels = channels;
    this.#format = CODECS[codec].format;
    this.#scratch = this.#format === AV_SAMPLE_FMT_S16 ? null : new Int16Array(this.size * channels);
  }

  get input(): Int16Array {
    return this.#scratch ?? (this.#writable()[0] as Int16Array);
  }

  commit(start: number): void {
    const scratch = this.#scratch;
    if (scratch !== null) {
      // Float samples are scaled to ±1.
      const scale = this.#format === AV_SAMPLE_FMT_FLTP ? 1 / 32768 : 1;
      for (const [channel, plane] of this.#writable().entries()) {
        for (let i = 0, from = channel; i < this.size; i++, from += this.#channels) {
          plane[i] = (scratch[from] as number) * scale;
        }
      }
    }
    this.native.pts = BigInt(start);
  }

  [Symbol.dispose](): void {
    this.#planes = null;
    this.native.free();
  }

  /** The planes, in fresh memory when an encoder still holds on to what was written last. */
  #writable(): (Int16Array | Float32Array)[] {
    if (this.#planes !== null && this.native.isWritable) return this.#planes;
    const frame = this.native;
    this.#planes = null;
    frame.free();
    frame.alloc();
    frame.nbSamples = this.size;
    frame.format = this.#format;
    frame.sampleRate = SAMPLE_RATE;
    frame.channelLayout = layoutOf(this.#channels);
    check(frame.getBuffer(), 'allocating a frame');
    const View = this.#format === AV_SAMPLE_FMT_FLTP ? Float32Array : Int16Array;
    const samples = this.#format === AV_SAMPLE_FMT_S16 ? this.size * this.#channels : this.size;
    this.#planes = (frame.data ?? []).map((plane) => new View(plane.buffer as ArrayBuffer, plane.byteOffset, samples));
    return this.#planes;
  }
}

function openContext(context: CodecContext, rung: Rung, settings: EncoderSettings): void {
  const { encoder, format, maxKbpsPerChannel } = CODECS[rung.codec];
  const size = FRAME_SIZE[rung.codec];
  const codec = FfmpegCodec.findEncoderByName(encoder as FFEncoderCodec);
  if (codec === null)
    throw new MediaError('encode.missing', `this FFmpeg has no encoder ${encoder}`, { remedy: REINSTALL });
  // FFmpeg's log is the process's own; at its default it has a line for every encoder that closes.
  if (Log.getLevel() > AV_LOG_WARNING) Log.setLevel(AV_LOG_WARNING);
  context.allocContext3(codec);
  context.sampleFormat = format;
  context.sampleRate = SAMPLE_RATE;
  context.channelLayout = layoutOf(settings.channels);
  context.timeBase = new Rational(1, SAMPLE_RATE);
  context.threadCount = 1;
  const kbps = Math.min(rung.bitrateKbps, maxKbpsPerChannel * settings.channels);
  if (kbps > 0) context.bitRate = BigInt(kbps * 1000);
  if (rung.codec === 'flac') context.frameSize = size;
  // Options are set one by one: with a Dictionary given to open2Sync, node-av 6.1 frees its memory twice.
  for (const [name, value] of Object.entries(optionsOf(rung.codec, settings))) {
    const result = context.setOption(name, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
    check(result, `option ${name}=${value} of ${encoder}`);
  }
  check(context.open2Sync(codec), `opening ${encoder} for ${rung.name}`);
  if (context.frameSize !== size) {
    const message = `${encoder} takes frames of ${context.frameSize} samples instead of ${size}`;
    throw new MediaError('encode.grid', message, { remedy: REINSTALL });
  }
}

class FfmpegEncoder implements RungEncoder {
  readonly config: Uint8Array;
  readonly #context = new CodecContext();
  readonly #packet = new Packet();
  readonly #channels: Channels;
  /** Header and raw frame side by side, for AAC. */
  readonly #adts: Uint8Array | null;
  #open = true;

  constructor(rung: Rung, settings: EncoderSettings) {
    this.#channels = settings.channels;
    this.#adts = rung.codec === 'aac' ? new Uint8Array(ADTS_MAX_FRAME_BYTES) : null;
    try {
      openContext(this.#context, rung, settings);
    } catch (error) {
      this.#context.freeContext();
      throw error;
    }
    this.#packet.alloc();
    this.config = Uint8Array.from(this.#context.extraData ?? []);
  }

  encode(frame: SharedFrame, onPacket: OnPacket): void {
    check(this.#context.sendFrameSync((frame as FfmpegFrame).native), 'encoding');
    const packet = this.#packet;
    for (;;) {
      const result = this.#context.receivePacketSync(packet);
      if (result === AVERROR_EAGAIN) return;
      check(result, 'encoding');
      const { data } = packet;
      if (data !== null) onPacket(this.#adts === null ? data : this.#withHeader(this.#adts, data), Number(packet.pts));
      packet.unref();
    }
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    // Drained first: FFmpeg warns about frames that an encoder is closed on.
    if (this.#context.sendFrameSync(null) >= 0) {
      while (this.#context.receivePacketSync(this.#packet) >= 0) this.#packet.unref();
    }
    this.#packet.free();
    this.#context.freeContext();
  }

  #withHeader(adts: Uint8Array, raw: Uint8Array): Uint8Array {
    writeAdtsHeader(adts, this.#channels, raw.length);
    adts.set(raw, ADTS_HEADER_BYTES);
    return adts.subarray(0, ADTS_HEADER_BYTES + raw.length);
  }
}
