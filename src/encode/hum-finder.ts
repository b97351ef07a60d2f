import { SAMPLE_RATE } from '../core/pcm.ts';

/** A second: so long that 50 Hz and 60 Hz and what lies between them are apart. */
const WINDOW = SAMPLE_RATE;
const HARMONICS = 6;
/** Where it is listened for what is there besides hum, Hz from each harmonic. */
const BESIDE_HZ = 5;
/** A harmonic stands out by so much in nearly every second: music does not hold a note for so long. */
const STANDS_OUT_DB = 10;
const USUALLY = 0.25;

export interface Hum {
  readonly hz: 50 | 60;
  /** RMS dBFS of all harmonics together. */
  readonly levelDb: number;
}

/** Level of a harmonic and by how much it stands out, both in dB, in one second. */
interface Heard {
  readonly levelDb: number;
  readonly aboveDb: number;
}

/** Finds the hum of the mains and its harmonics in sound that is given to it second by second. */
export class HumFinder {
  readonly #samples = new Float32Array(WINDOW);
  #filled = 0;
  readonly #heard: Readonly<Record<50 | 60, Heard[][]>> = {
    50: Array.from({ length: HARMONICS }, () => []),
    60: Array.from({ length: HARMONICS }, () => []),
  };

  /** One more sample; full scale is 1. */
  push(sample: number): void {
    this.#samples[this.#filled] = sample;
    this.#filled += 1;
    if (this.#filled < WINDOW) return;
    this.#filled = 0;
    applyHann(this.#samples);
    for (const hz of [50, 60] as const) {
      for (const [index, heard] of this.#heard[hz].entries()) heard.push(listenAt(this.#samples, hz * (index + 1)));
    }
  }

  /** The hum that is always there; undefined where there is none, or nothing to tell from. */
  find(): Hum | undefined {
    const found = ([50, 60] as const).map((hz) => humOf(hz, this.#heard[hz])).filter((hum) => hum !== undefined);
    return found.sort((a, b) => b.levelDb - a.levelDb)[0];
  }
}

/** The first harmonic or the second has to be there: the sixth of 50 Hz is the fifth of 60 Hz. */
function humOf(hz: 50 | 60, harmonics: readonly (readonly Heard[])[]): Hum | undefined {
  let power = 0;
  let isMains = false;
  for (const [index, heard] of harmonics.entries()) {
    if (heard.length === 0) return undefined;
    if (quantile(heard, ({ aboveDb }) => aboveDb) < STANDS_OUT_DB) continue;
    isMains ||= index < 2;
    power += 10 ** (quantile(heard, ({ levelDb }) => levelDb) / 10);
  }
  return isMains ? { hz, levelDb: 10 * Math.log10(power) } : undefined;
}

function quantile(heard: readonly Heard[], what: (one: Heard) => number): number {
  const sorted = heard.map(what).sort((a, b) => a - b);
  return sorted[Math.floor(USUALLY * sorted.length)] as number;
}

function listenAt(samples: Float32Array, hz: number): Heard {
  const levelDb = goertzelDb(samples, hz);
  const besideDb = Math.max(goertzelDb(samples, hz - BESIDE_HZ), goertzelDb(samples, hz + BESIDE_HZ));
  return { levelDb, aboveDb: levelDb - besideDb };
}

function applyHann(samples: Float32Array): void {
  for (let i = 0; i < samples.length; i += 1) {
    samples[i] = (samples[i] as number) * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / samples.length));
  }
}

/** RMS dBFS of what windowed sound has at that frequency (G. Goertzel, 1958). */
function goertzelDb(samples: Float32Array, hz: number): number {
  const factor = 2 * Math.cos((2 * Math.PI * hz) / SAMPLE_RATE);
  let last = 0;
  let before = 0;
  for (let i = 0; i < samples.length; i += 1) {
    const now = (samples[i] as number) + factor * last - before;
    before = last;
    last = now;
  }
  const power = last * last + before * before - factor * last * before;
  // The mean of the window is a half; a sine of amplitude 1 has an RMS of the root of a half.
  const amplitude = (4 * Math.sqrt(Math.max(0, power))) / samples.length;
  return 20 * Math.log10(amplitude * Math.SQRT1_2 + 1e-9);
}
