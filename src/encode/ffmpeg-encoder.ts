import {
  AV_LOG_WARNING,
  AV_OPT_SEARCH_CHILDREN,
  AV_OPT_TYPE_STRING,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  AVERROR_EAGAIN,
  type FFEncoderCodec,
} from 'node-av/constants';
import { CodecContext, Codec as FfmpegCodec, Log, Packet, Rational } from 'node-av/lib';
import { MediaError } from '../core/errors.ts';
import { SAMPLE_RATE } from '../core/pcm.ts';
import type { Codec, Rung } from '../core/rung.ts';
import type { EncoderSettings } from '../core/source-settings.ts';
import { ADTS_HEADER_BYTES, ADTS_MAX_FRAME_BYTES, writeAdtsHeader } from './adts.ts';
import { check, FfmpegSoundFrame, layoutOf, type SoundForm } from './ffmpeg-sound-frame.ts';
import {
  channelsOf,
  type EncoderFactory,
  FRAME_SIZE,
  type OnPacket,
  type RungEncoder,
  type SharedFrame,
} from './rung-encoder.ts';

interface CodecFacts {
  readonly encoder: string;
  readonly format: SoundForm['format'];
  /** The most it takes per channel, kbit/s: a mono rung is encoded at less than its name says where that is low. */
  readonly maxKbpsPerChannel: number;
}

const CODECS: Readonly<Record<Codec, CodecFacts>> = {
  mp3: { encoder: 'libmp3lame', format: AV_SAMPLE_FMT_FLTP, maxKbpsPerChannel: 320 },
  aac: { encoder: 'aac', format: AV_SAMPLE_FMT_FLTP, maxKbpsPerChannel: 288 },
  opus: { encoder: 'libopus', format: AV_SAMPLE_FMT_S16, maxKbpsPerChannel: 256 },
  flac: { encoder: 'flac', format: AV_SAMPLE_FMT_S16, maxKbpsPerChannel: 0 },
};

const REINSTALL = 'Install Pipit again with the version of node-av that its lock file names.';

/** The encoders of FFmpeg, in this process. Everything that is specific to a codec stands in this file. */
export const ffmpegEncoders: EncoderFactory = {
  frame: (codec, channels) => new FfmpegSoundFrame(FRAME_SIZE[codec], channels),
  encoder: (rung, settings) => new FfmpegEncoder(rung, settings),
};

/**
 * LAME makes sound softer by this factor where it is asked for less than some 200 kbit/s, against clipping. A listener
 * that changes rung would hear the level step, so what it is given is that much louder.
 */
const LAME_SOFTENS = 0.95;
const LAME_SOFTENS_BELOW_KBPS = 200;

function formOf(rung: Rung, settings: EncoderSettings): SoundForm {
  const isSoftened = rung.codec === 'mp3' && rung.bitrateKbps < LAME_SOFTENS_BELOW_KBPS;
  return {
    format: CODECS[rung.codec].format,
    channels: channelsOf(rung, settings.channels),
    gain: isSoftened ? 1 / LAME_SOFTENS : 1,
  };
}

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

function openContext(context: CodecContext, rung: Rung, form: SoundForm, settings: EncoderSettings): void {
  const { encoder, maxKbpsPerChannel } = CODECS[rung.codec];
  const size = FRAME_SIZE[rung.codec];
  const codec = FfmpegCodec.findEncoderByName(encoder as FFEncoderCodec);
  if (codec === null)
    throw new MediaError('encode.missing', `this FFmpeg has no encoder ${encoder}`, { remedy: REINSTALL });
  // FFmpeg's log is the process's own; at its default it has a line for every encoder that closes.
  if (Log.getLevel() > AV_LOG_WARNING) Log.setLevel(AV_LOG_WARNING);
  context.allocContext3(codec);
  context.sampleFormat = form.format;
  context.sampleRate = SAMPLE_RATE;
  context.channelLayout = layoutOf(form.channels);
  context.timeBase = new Rational(1, SAMPLE_RATE);
  context.threadCount = 1;
  const kbps = Math.min(rung.bitrateKbps, maxKbpsPerChannel * form.channels);
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
  readonly #form: SoundForm;
  /** Header and raw frame side by side, for AAC. */
  readonly #adts: Uint8Array | null;
  #open = true;

  constructor(rung: Rung, settings: EncoderSettings) {
    this.#form = formOf(rung, settings);
    this.#adts = rung.codec === 'aac' ? new Uint8Array(ADTS_MAX_FRAME_BYTES) : null;
    try {
      openContext(this.#context, rung, this.#form, settings);
    } catch (error) {
      this.#context.freeContext();
      throw error;
    }
    this.#packet.alloc();
    this.config = Uint8Array.from(this.#context.extraData ?? []);
  }

  encode(frame: SharedFrame, onPacket: OnPacket): void {
    check(this.#context.sendFrameSync((frame as FfmpegSoundFrame).as(this.#form)), 'encoding');
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
    writeAdtsHeader(adts, this.#form.channels, raw.length);
    adts.set(raw, ADTS_HEADER_BYTES);
    return adts.subarray(0, ADTS_HEADER_BYTES + raw.length);
  }
}
