import { type Channels, type PcmBlock, SAMPLE_RATE } from '../core/pcm.ts';
import type { SoundTreatment } from '../core/sound-treatment.ts';
import { AutoGain } from './auto-gain.ts';
import { ChannelMix } from './channel-mix.ts';
import { Glide } from './glide.ts';
import { HighPass } from './high-pass.ts';
import { firstAbove, PeakLimiter } from './peak-limiter.ts';

/** A thousandth of a second: between two steps gains go in a line. */
const STEP_FRAMES = SAMPLE_RATE / 1000;
/** What is treated at once. */
const PIECE_FRAMES = SAMPLE_RATE / 10;
const PIECE_STEPS = PIECE_FRAMES / STEP_FRAMES;
const FULL_SCALE = 32_768;

/**
 * Treats the sound of a source, in this order: channels, high-pass, gain, automatic gain, limiter. Adds no delay.
 * Settings may change at any time without a click. Where nothing is to be done it touches no sample.
 */
export class SoundTreater {
  readonly #channels: Channels;
  readonly #mix = new ChannelMix();
  readonly #highPass: HighPass;
  /** dB */
  readonly #gain = new Glide(0);
  readonly #autoGain = new AutoGain();
  readonly #limiter = new PeakLimiter();
  readonly #planes: readonly Float32Array[];
  readonly #peaks = new Float64Array(PIECE_STEPS);
  readonly #gains = new Float64Array(PIECE_STEPS + 1);
  /** At the end of the last piece, without the limiter. */
  #lastGain = 1;

  constructor(channels: Channels) {
    this.#channels = channels;
    this.#highPass = new HighPass(channels);
    this.#planes = Array.from({ length: channels }, () => new Float32Array(PIECE_FRAMES));
  }

  /** What automatic gain adds at present, dB. */
  get autoGainDb(): number {
    return this.#autoGain.gainDb;
  }

  /** Samples leave as they come. */
  get isIdle(): boolean {
    const isGainIdle = this.#gain.value === 0 && !this.#gain.isMoving && this.#autoGain.isIdle;
    return isGainIdle && this.#limiter.isIdle && this.#mix.isIdle && this.#highPass.isIdle;
  }

  /** @param silenceDb RMS dBFS below which automatic gain takes it for silence */
  configure(treatment: SoundTreatment, silenceDb: number): void {
    this.#gain.to(treatment.gainDb);
    if (this.#channels === 2) this.#mix.configure(treatment.useChannels);
    this.#highPass.configure(treatment.highPassHz);
    this.#autoGain.configure(treatment.autoGain, silenceDb);
  }

  /** Treats a block in place. */
  treat(block: PcmBlock): void {
    if (this.isIdle) return;
    const { samples } = block;
    const length = samples.length - (samples.length % this.#channels);
    for (let at = 0; at < length; at += PIECE_FRAMES * this.#channels) {
      this.#treatPiece(samples, at, Math.min(PIECE_FRAMES, (length - at) / this.#channels));
    }
  }

  #treatPiece(samples: Int16Array, at: number, frames: number): void {
    this.#take(samples, at, frames);
    const steps = Math.ceil(frames / STEP_FRAMES);
    this.#gains[0] = this.#lastGain;
    for (let step = 0; step < steps; step += 1) {
      const from = step * STEP_FRAMES;
      this.#step(step, from, Math.min(frames, from + STEP_FRAMES));
    }
    this.#lastGain = this.#gains[steps] as number;
    this.#limiter.limit(this.#peaks, this.#gains, steps);
    this.#put(samples, at, frames, steps);
  }

  /** Everything up to the limiter but for the gain itself, which is noted. */
  #step(step: number, from: number, to: number): void {
    if (!this.#mix.isIdle) this.#mix.step(this.#planes[0] as Float32Array, this.#planes[1] as Float32Array, from, to);
    if (!this.#highPass.isIdle) this.#highPass.step(this.#planes, from, to);
    const gainDb = this.#gain.step();
    this.#peaks[step] = this.#peak(from, to);
    if (!this.#autoGain.isIdle) this.#autoGain.measure(this.#squares(from, to) * 10 ** (gainDb / 10), to - from);
    const wholeDb = gainDb + this.#autoGain.step();
    this.#gains[step + 1] = wholeDb === 0 ? 1 : 10 ** (wholeDb / 20);
  }

  #peak(from: number, to: number): number {
    let high = 0;
    let low = 0;
    for (const plane of this.#planes) {
      for (let i = from; i < to; i += 1) {
        const sample = plane[i] as number;
        if (sample > high) high = sample;
        else if (sample < low) low = sample;
      }
    }
    return Math.max(high, -low);
  }

  /** Of the loudest channel, full scale being 1. */
  #squares(from: number, to: number): number {
    let loudest = 0;
    for (const plane of this.#planes) {
      let squares = 0;
      for (let i = from; i < to; i += 1) squares += (plane[i] as number) * (plane[i] as number);
      loudest = Math.max(loudest, squares);
    }
    return loudest / (FULL_SCALE * FULL_SCALE);
  }

  #take(samples: Int16Array, at: number, frames: number): void {
    const channels = this.#channels;
    for (let channel = 0; channel < channels; channel += 1) {
      const plane = this.#planes[channel] as Float32Array;
      for (let i = 0, from = at + channel; i < frames; i += 1, from += channels) plane[i] = samples[from] as number;
    }
  }

  #put(samples: Int16Array, at: number, frames: number, steps: number): void {
    for (let step = 0; step < steps; step += 1) {
      const from = step * STEP_FRAMES;
      const to = Math.min(frames, from + STEP_FRAMES);
      const start = this.#gains[step] as number;
      const end = this.#gains[step + 1] as number;
      // The gain that the last piece ended with may be too much for this one, which it did not see.
      const above = step === 0 && end < start ? firstAbove(this.#planes, to, start) : to;
      if (above > from) this.#putLine(samples, at, from, above, start, end);
      if (above < to) this.#putLine(samples, at, above, to, end, end);
    }
  }

  #putLine(samples: Int16Array, at: number, from: number, to: number, start: number, end: number): void {
    const channels = this.#channels;
    const slope = (end - start) / (to - from);
    for (let channel = 0; channel < channels; channel += 1) {
      const plane = this.#planes[channel] as Float32Array;
      let gain = start;
      for (let i = from, into = at + from * channels + channel; i < to; i += 1, into += channels) {
        samples[into] = Math.round(gain * (plane[i] as number));
        gain += slope;
      }
    }
  }
}
