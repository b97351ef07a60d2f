import type { LevelReading } from '../core/level-reading.ts';
import type { Channels, PcmBlock } from '../core/pcm.ts';
import { SAMPLE_RATE } from '../core/pcm.ts';
import type { MeterSettings } from '../core/source-settings.ts';

/** Sample frames per reading: ten a second. */
const READING_FRAMES = SAMPLE_RATE / 10;
const FULL_SCALE = 32768;
const FLOOR_DB = -120;
/** One sample at full scale may be the top of a wave; a run of them is a wave cut off. */
const CLIP_RUN = 2;

/**
 * Measures loudness ten times a second of sound, counts clipped samples and tells silence from sound. Time is
 * counted in samples: when nothing arrives, nothing is said.
 */
export class LevelMeter {
  readonly #channels: Channels;
  readonly #autoGainDb: () => number;
  readonly #onLevel: (level: LevelReading) => void;
  readonly #squares: Float64Array;
  readonly #peak: Float64Array;
  /** Samples at full scale in a row, per channel, up to now. */
  readonly #run: Uint32Array;
  #settings: MeterSettings;
  #frames = 0;
  #clipped = 0;
  #silent = false;
  #sound = false;
  /** Seconds for which the contrary of `#silent`, `#sound` has been measured. */
  #silentFor = 0;
  #soundFor = 0;

  constructor(options: {
    readonly channels: Channels;
    readonly settings: MeterSettings;
    readonly onLevel: (level: LevelReading) => void;
    /** What of the level is the doing of automatic gain, dB: by it a quiet room does not become a loud one. */
    readonly autoGainDb?: () => number;
  }) {
    this.#channels = options.channels;
    this.#settings = options.settings;
    this.#onLevel = options.onLevel;
    this.#autoGainDb = options.autoGainDb ?? (() => 0);
    this.#squares = new Float64Array(options.channels);
    this.#peak = new Float64Array(options.channels);
    this.#run = new Uint32Array(options.channels);
  }

  /** Samples at full scale since the start; those that stand alone are not counted. */
  get clippedSamples(): number {
    return this.#clipped;
  }

  /** Other thresholds from the next reading on. */
  configure(settings: MeterSettings): void {
    this.#settings = settings;
  }

  /** Counts what was cut off when it was captured, in a block that is treated before it is measured. */
  countClipped({ samples }: PcmBlock): void {
    const frames = Math.floor(samples.length / this.#channels);
    for (let channel = 0; channel < this.#channels; channel++) this.#countClipped(samples, channel, 0, frames);
  }

  /**
   * Measures a block; calls `onLevel` for each tenth of a second that it completes.
   * @param isTreated what was cut off has been counted before
   */
  append(block: PcmBlock, isTreated = false): void {
    const frames = Math.floor(block.samples.length / this.#channels);
    for (let from = 0; from < frames; ) {
      const to = Math.min(frames, from + READING_FRAMES - this.#frames);
      for (let channel = 0; channel < this.#channels; channel++) {
        const isFull = this.#measure(block.samples, channel, from, to);
        // The second look is only for the rare block that touches full scale or continues a run.
        if (isTreated) continue;
        if (isFull) this.#countClipped(block.samples, channel, from, to);
        else this.#run[channel] = 0;
      }
      this.#frames += to - from;
      from = to;
      if (this.#frames === READING_FRAMES) this.#read();
    }
  }

  /** True when full scale is touched. */
  #measure(samples: Int16Array, channel: number, from: number, to: number): boolean {
    const step = this.#channels;
    let squares = 0;
    let low = 0;
    let high = 0;
    for (let i = from * step + channel; i < to * step; i += step) {
      const sample = samples[i] as number;
      squares += sample * sample;
      if (sample > high) high = sample;
      else if (sample < low) low = sample;
    }
    this.#squares[channel] = (this.#squares[channel] as number) + squares;
    this.#peak[channel] = Math.max(this.#peak[channel] as number, high, -low);
    return high >= 32767 || low === -32768;
  }

  #countClipped(samples: Int16Array, channel: number, from: number, to: number): void {
    const step = this.#channels;
    let run = this.#run[channel] as number;
    for (let i = from * step + channel; i < to * step; i += step) {
      const sample = samples[i] as number;
      run = sample >= 32767 || sample === -32768 ? run + 1 : 0;
      if (run === CLIP_RUN) this.#clipped += CLIP_RUN;
      else if (run > CLIP_RUN) this.#clipped++;
    }
    this.#run[channel] = run;
  }

  #read(): void {
    const rmsDb: number[] = [];
    const peakDb: number[] = [];
    let loudest = FLOOR_DB;
    for (let channel = 0; channel < this.#channels; channel++) {
      const rms = decibels(Math.sqrt((this.#squares[channel] as number) / READING_FRAMES));
      rmsDb.push(rms);
      peakDb.push(decibels(this.#peak[channel] as number));
      loudest = Math.max(loudest, rms);
    }
    this.#squares.fill(0);
    this.#peak.fill(0);
    this.#frames = 0;
    this.#dwell(loudest - this.#autoGainDb());
    this.#onLevel({ rmsDb, peakDb, clippedSamples: this.#clipped, silent: this.#silent, sound: this.#sound });
  }

  /** Silence ends with the first loud reading; sound ends after the same dwell that it took to begin. */
  #dwell(loudestDb: number): void {
    const { silenceDb, silenceSeconds, soundDb, soundSeconds } = this.#settings;
    const seconds = READING_FRAMES / SAMPLE_RATE;
    this.#silentFor = loudestDb < silenceDb ? this.#silentFor + seconds : 0;
    this.#silent = this.#silentFor > 0 && reached(this.#silentFor, silenceSeconds);
    this.#soundFor = loudestDb > soundDb === this.#sound ? 0 : this.#soundFor + seconds;
    if (this.#soundFor > 0 && reached(this.#soundFor, soundSeconds)) {
      this.#sound = !this.#sound;
      this.#soundFor = 0;
    }
  }
}

/** Tenths of a second don't add up exactly in binary. */
function reached(seconds: number, dwellSeconds: number): boolean {
  return seconds > dwellSeconds - 0.001;
}

/** dBFS, where 0 is a full-scale square wave (a full-scale sine has an RMS of -3); two decimals suffice. */
function decibels(amplitude: number): number {
  if (amplitude <= 0) return FLOOR_DB;
  return Math.max(FLOOR_DB, Math.round(2000 * Math.log10(amplitude / FULL_SCALE)) / 100);
}
