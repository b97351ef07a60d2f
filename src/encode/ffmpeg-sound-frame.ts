import {
  AV_CH_LAYOUT_MONO,
  AV_CH_LAYOUT_STEREO,
  AV_CHANNEL_ORDER_NATIVE,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  type AVSampleFormat,
} from 'node-av/constants';
import { FFmpegError, Frame } from 'node-av/lib';
import { MediaError } from '../core/errors.ts';
import { type Channels, SAMPLE_RATE } from '../core/pcm.ts';
import type { SharedFrame } from './rung-encoder.ts';

/** How an encoder wants its samples. */
export interface SoundForm {
  /** Interleaved 16-bit, or planes of floats (±1). */
  readonly format: typeof AV_SAMPLE_FMT_S16 | typeof AV_SAMPLE_FMT_FLTP;
  /** 1 where there are two is the mean of both. */
  readonly channels: Channels;
  /** What samples are multiplied by; anything but 1 needs floats, which do not clip. */
  readonly gain: number;
}

/** FFmpeg's description of that many channels. */
export function layoutOf(channels: Channels) {
  const mask = channels === 1 ? AV_CH_LAYOUT_MONO : AV_CH_LAYOUT_STEREO;
  return { nbChannels: channels, order: AV_CHANNEL_ORDER_NATIVE, mask };
}

/** @throws MediaError when FFmpeg returned an error */
export function check(result: number, what: string): void {
  if (result >= 0) return;
  throw new MediaError('encode.codec', `${what} failed: ${FFmpegError.strerror(result)}`, {
    remedy: 'The rung starts again by itself; if it keeps failing, set another encoder effort or leave the rung out.',
  });
}

/** One codec frame's worth of sound. Each form of it that encoders want is made once, when it is first wanted. */
export class FfmpegSoundFrame implements SharedFrame {
  readonly size: number;
  readonly input: Int16Array;
  readonly #channels: Channels;
  readonly #renderings: Rendering[] = [];
  #start = 0;

  /** @param channels of `input` */
  constructor(size: number, channels: Channels) {
    this.size = size;
    this.input = new Int16Array(size * channels);
    this.#channels = channels;
  }

  commit(start: number): void {
    this.#start = start;
    for (const rendering of this.#renderings) rendering.isMade = false;
  }

  /** What was committed last in that form. It stays this frame's, and is valid until the next `commit`. */
  as(form: SoundForm): Frame {
    let rendering = this.#renderings.find((one) => one.isOf(form));
    if (rendering === undefined) {
      rendering = new Rendering(form, this.size);
      this.#renderings.push(rendering);
    }
    if (!rendering.isMade) rendering.make(this.input, this.#channels, this.#start);
    return rendering.native;
  }

  [Symbol.dispose](): void {
    for (const rendering of this.#renderings.splice(0)) rendering[Symbol.dispose]();
  }
}

/** An AVFrame that is written in place: JavaScript sees its memory, so each sample is converted once. */
class Rendering implements Disposable {
  readonly native = new Frame();
  readonly #form: SoundForm;
  readonly #size: number;
  isMade = false;
  /** One view per plane; null until the frame has memory of its own. */
  #planes: (Int16Array | Float32Array)[] | null = null;

  constructor(form: SoundForm, size: number) {
    this.#form = form;
    this.#size = size;
  }

  isOf({ format, channels, gain }: SoundForm): boolean {
    return format === this.#form.format && channels === this.#form.channels && gain === this.#form.gain;
  }

  make(input: Int16Array, inputChannels: Channels, start: number): void {
    const { channels, format, gain } = this.#form;
    const planes = this.#writable();
    if (format === AV_SAMPLE_FMT_FLTP) {
      const scale = gain / 32768;
      for (const [channel, plane] of planes.entries())
        copyChannel(input, inputChannels, channel, channels, plane, scale);
    } else if (channels === inputChannels) {
      planes[0]?.set(input);
    } else {
      copyChannel(input, inputChannels, 0, channels, planes[0] as Int16Array, 1);
    }
    this.native.pts = BigInt(start);
    this.isMade = true;
  }

  [Symbol.dispose](): void {
    this.#planes = null;
    this.native.free();
  }

  /** The planes, in fresh memory when an encoder still holds on to what was written last. */
  #writable(): (Int16Array | Float32Array)[] {
    if (this.#planes !== null && this.native.isWritable) return this.#planes;
    const { format, channels } = this.#form;
    const frame = this.native;
    this.#planes = null;
    frame.free();
    frame.alloc();
    frame.nbSamples = this.#size;
    frame.format = format as AVSampleFormat;
    frame.sampleRate = SAMPLE_RATE;
    frame.channelLayout = layoutOf(channels);
    check(frame.getBuffer(), 'allocating a frame');
    const View = format === AV_SAMPLE_FMT_FLTP ? Float32Array : Int16Array;
    const samples = format === AV_SAMPLE_FMT_S16 ? this.#size * channels : this.#size;
    this.#planes = (frame.data ?? []).map((plane) => new View(plane.buffer as ArrayBuffer, plane.byteOffset, samples));
    return this.#planes;
  }
}

/** Copies one of `channels` channels out of interleaved samples of `inputChannels`. */
function copyChannel(
  input: Int16Array,
  inputChannels: Channels,
  channel: number,
  channels: Channels,
  into: Int16Array | Float32Array,
  scale: number,
): void {
  if (channels === 1 && inputChannels === 2) {
    const half = scale / 2;
    for (let i = 0, from = 0; i < into.length; i++, from += 2) {
      into[i] = ((input[from] as number) + (input[from + 1] as number)) * half;
    }
    return;
  }
  for (let i = 0, from = channel; i < into.length; i++, from += inputChannels) {
    into[i] = (input[from] as number) * scale;
  }
}
