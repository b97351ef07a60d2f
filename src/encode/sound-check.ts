import { type Channels, type PcmBlock, SAMPLE_RATE } from '../core/pcm.ts';
import type { SoundCheckReport } from '../core/sound-check.ts';
import type { SoundTreatment } from '../core/sound-treatment.ts';
import { HumFinder } from './hum-finder.ts';
import { NoiseFinder } from './noise-finder.ts';
import { soundVerdicts } from './sound-verdicts.ts';

const FULL_SCALE = 32_768;
const FLOOR_DB = -120;
/** Of the time: what is loud, and what is left when nobody speaks. */
const LOUD_SHARE = 0.9;
const FLOOR_SHARE = 0.1;
const WINDOW_FRAMES = SAMPLE_RATE / 10;
/** One sample at full scale may be the top of a wave; a run of them is a wave cut off. */
const CLIP_RUN = 2;

/** Sums over one channel. */
class ChannelSums {
  count = 0;
  sum = 0;
  squares = 0;
  peak = 0;

  add(sample: number): void {
    this.count += 1;
    this.sum += sample;
    this.squares += sample * sample;
    const size = Math.abs(sample);
    if (size > this.peak) this.peak = size;
  }

  /** Without what does not move. */
  get rms(): number {
    if (this.count === 0) return 0;
    const mean = this.sum / this.count;
    return Math.sqrt(Math.max(0, this.squares / this.count - mean * mean));
  }
}

/** RMS of the louder channel in each tenth of a second. */
class Loudness {
  readonly #sorted: number[] = [];
  #channels: readonly ChannelSums[];

  constructor(channels: Channels) {
    this.#channels = Array.from({ length: channels }, () => new ChannelSums());
  }

  add(channel: number, sample: number): void {
    this.#channels[channel]?.add(sample);
  }

  /** To be called after each sample of all channels. */
  advance(): void {
    if ((this.#channels[0]?.count ?? 0) < WINDOW_FRAMES) return;
    this.#sorted.push(Math.max(...this.#channels.map(({ rms }) => rms)));
    this.#sorted.sort((a, b) => a - b);
    this.#channels = this.#channels.map(() => new ChannelSums());
  }

  /** dBFS that it does not exceed for that share of the time. */
  quantileDb(share: number): number {
    return decibels(this.#sorted[Math.floor(share * (this.#sorted.length - 1))] ?? 0);
  }
}

/** Listens to a source for some seconds, to what it delivers and to what becomes of it, and says what is wrong. */
export class SoundCheck {
  readonly #channels: Channels;
  readonly #treatment: SoundTreatment;
  readonly #frames: number;
  readonly #captured: readonly ChannelSums[];
  readonly #heard: readonly ChannelSums[];
  readonly #loudness: Loudness;
  readonly #runs: number[];
  readonly #hum = new HumFinder();
  readonly #noise = new NoiseFinder();
  #clipped = 0;

  /** @param treatment what is done to the sound meanwhile */
  constructor(channels: Channels, seconds: number, treatment: SoundTreatment) {
    this.#channels = channels;
    this.#treatment = treatment;
    this.#frames = seconds * SAMPLE_RATE;
    this.#captured = Array.from({ length: channels }, () => new ChannelSums());
    this.#heard = Array.from({ length: channels }, () => new ChannelSums());
    this.#loudness = new Loudness(channels);
    this.#runs = Array(channels).fill(0);
  }

  /** A block as it was captured. */
  capture({ samples }: PcmBlock): void {
    for (let i = 0; i < samples.length; i += 1) {
      const channel = i % this.#channels;
      const sample = samples[i] as number;
      this.#captured[channel]?.add(sample / FULL_SCALE);
      const run = sample >= 32_767 || sample === -32_768 ? (this.#runs[channel] as number) + 1 : 0;
      this.#runs[channel] = run;
      if (run >= CLIP_RUN) this.#clipped += run === CLIP_RUN ? CLIP_RUN : 1;
    }
  }

  /** The same block as it is heard. True when enough has been heard. */
  hear({ samples }: PcmBlock): boolean {
    const channels = this.#channels;
    for (let i = 0; i + channels <= samples.length; i += channels) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel += 1) {
        const sample = (samples[i + channel] as number) / FULL_SCALE;
        this.#heard[channel]?.add(sample);
        this.#loudness.add(channel, sample);
        sum += sample;
      }
      this.#loudness.advance();
      this.#hum.push(sum / channels);
      this.#noise.push(sum / channels);
    }
    return (this.#heard[0]?.count ?? 0) >= this.#frames;
  }

  report(): SoundCheckReport {
    const facts = {
      seconds: Math.round(((this.#heard[0]?.count ?? 0) / SAMPLE_RATE) * 10) / 10,
      rmsDb: this.#heard.map(({ rms }) => decibels(rms)),
      peakDb: this.#heard.map(({ peak }) => decibels(peak)),
      loudDb: this.#loudness.quantileDb(LOUD_SHARE),
      floorDb: this.#loudness.quantileDb(FLOOR_SHARE),
      clippedSamples: this.#clipped,
      hum: this.#hum.find(),
      dcOffset: this.#heard.map(({ sum, count }) => Math.round((sum / Math.max(1, count)) * 1e4) / 1e4),
      capturedDb: this.#captured.map(({ rms }) => decibels(rms)),
      noiseDb: this.#noise.find(),
    };
    const { capturedDb: _, noiseDb: __, ...told } = facts;
    return { ...told, ...soundVerdicts(facts, this.#treatment) };
  }
}

/** dBFS, one decimal. */
function decibels(amplitude: number): number {
  return amplitude > 0 ? Math.max(FLOOR_DB, Math.round(200 * Math.log10(amplitude)) / 10) : FLOOR_DB;
}
