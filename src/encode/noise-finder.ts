import { SAMPLE_RATE } from '../core/pcm.ts';
import { PowerSpectrum } from './power-spectrum.ts';

/** A tenth of a second, of which the spectrum is that of its parts. */
const WINDOW = SAMPLE_RATE / 10;
const PART = 2048;
/** Octaves in which it is looked how even sound is, by their lower end. Hz */
const OCTAVES = [250, 500, 1000, 2000, 4000] as const;
/** Of the time, the quietest part that is looked at; at least so many windows. */
const QUIET_SHARE = 0.2;
const MIN_WINDOWS = 5;
/** White noise has about 0.95 over so many windows, voices and instruments less than half of that. */
const EVENNESS = 0.75;
/** Mean square of the window. */
const HANN_POWER = 3 / 8;

interface Window {
  readonly rms: number;
  readonly power: Float32Array;
}

/** Tells noise from sound that has pitch, in the quietest part of what is given to it. */
export class NoiseFinder {
  readonly #samples = new Float32Array(WINDOW);
  readonly #spectrum = new PowerSpectrum(PART);
  readonly #windows: Window[] = [];
  #filled = 0;

  /** One more sample; full scale is 1. */
  push(sample: number): void {
    this.#samples[this.#filled] = sample;
    this.#filled += 1;
    if (this.#filled < WINDOW) return;
    this.#filled = 0;
    let squares = 0;
    for (const one of this.#samples) squares += one * one;
    const power = new Float32Array(PART / 2);
    for (let from = 0; from + PART <= WINDOW; from += PART) this.#spectrum.add(this.#samples, from, power);
    this.#windows.push({ rms: Math.sqrt(squares / WINDOW), power });
  }

  /**
   * RMS dBFS of those octaves of its quietest part that are as even as only noise is; undefined where none is, or for
   * too short a time.
   */
  find(): number | undefined {
    const quiet = [...this.#windows]
      .sort((a, b) => a.rms - b.rms)
      .slice(0, Math.max(MIN_WINDOWS, Math.ceil(this.#windows.length * QUIET_SHARE)));
    if (quiet.length < MIN_WINDOWS) return undefined;
    const mean = new Float64Array(PART / 2);
    for (const { power } of quiet) {
      for (let bin = 0; bin < mean.length; bin += 1) mean[bin] = (mean[bin] as number) + (power[bin] as number);
    }
    let power = 0;
    for (const hz of OCTAVES) power += evenPower(mean, binOf(hz), binOf(2 * hz));
    const parts = quiet.length * Math.floor(WINDOW / PART);
    return power === 0 ? undefined : 10 * Math.log10((power * 2) / (parts * PART * PART * HANN_POWER));
  }
}

function binOf(hz: number): number {
  return Math.round((hz * PART) / SAMPLE_RATE);
}

/** What these bins have together, if it is spread evenly: by geometric mean over arithmetic mean. */
function evenPower(power: Float64Array, from: number, to: number): number {
  let logs = 0;
  let sum = 0;
  for (let bin = from; bin < to; bin += 1) {
    logs += Math.log((power[bin] as number) + 1e-20);
    sum += (power[bin] as number) + 1e-20;
  }
  const bins = to - from;
  return Math.exp(logs / bins) / (sum / bins) > EVENNESS ? sum : 0;
}
