import { SAMPLE_RATE } from '../src/core/pcm.ts';

const WINDOW = 2048;
const HOP = WINDOW / 2;
const BANDS_PER_BARK = 2;
const TOP_HZ = 18_000;
/** Sound pressure of a full-scale sine, as ITU-R BS.1387 assumes it where the real one is unknown. */
const FULL_SCALE_DB_SPL = 92;

/** Critical-band rate after Zwicker and Terhardt. */
function bark(hz: number): number {
  return 13 * Math.atan(0.00076 * hz) + 3.5 * Math.atan((hz / 7500) ** 2);
}

/** Threshold in quiet after Terhardt, dB SPL. */
function quietDb(hz: number): number {
  const khz = hz / 1000;
  return 3.64 * khz ** -0.8 - 6.5 * Math.exp(-0.6 * (khz - 3.3) ** 2) + 0.001 * khz ** 4;
}

const BANDS = Math.floor(bark(TOP_HZ) * BANDS_PER_BARK);
/** Band of each line of the spectrum; -1 above the topmost. */
const BAND_OF = Int16Array.from({ length: HOP + 1 }, (_, line) => {
  const band = Math.floor(bark((line * SAMPLE_RATE) / WINDOW) * BANDS_PER_BARK);
  return line > 0 && band < BANDS ? band : -1;
});
/** How much of the power in band `from` masks in band `to`: Schroeder's spreading function less an offset. */
const MASKS = Array.from({ length: BANDS }, (_, to) =>
  Float64Array.from({ length: BANDS }, (_, from) => {
    const distance = (to - from) / BANDS_PER_BARK + 0.474;
    const spread = 15.81 + 7.5 * distance - 17.5 * Math.sqrt(1 + distance ** 2);
    const z = to / BANDS_PER_BARK;
    return 10 ** ((spread - (z <= 12 ? 3 : 0.25 * z)) / 10);
  }),
);
const LINE_POWER_AT_FULL_SCALE = (WINDOW / 4) ** 2;
const QUIET = Float64Array.from({ length: BANDS }, () => 0);
for (const [line, band] of BAND_OF.entries()) {
  if (band < 0) continue;
  const power = LINE_POWER_AT_FULL_SCALE * 10 ** ((quietDb((line * SAMPLE_RATE) / WINDOW) - FULL_SCALE_DB_SPL) / 10);
  QUIET[band] = QUIET[band] === 0 ? power : Math.min(QUIET[band] as number, power);
}

/**
 * Total noise-to-mask ratio in dB, in the manner of ITU-R BS.1387 (PEAQ): the power of what a codec has changed,
 * over the power that the original masks, averaged over bands of half a Bark, frames and channels. Lower is
 * better; each decibel down is a decibel less of audible noise. Simplified: one FFT instead of an ear model, no
 * temporal masking, no cognition. It compares efforts of one codec; between codecs that shape or replace noise
 * differently (Opus fills high bands with noise of its own) it says little.
 * @param original interleaved stereo at 48 kHz
 * @param coded the same after coding and decoding, sample 0 being sample `offset` of `original`
 */
export function noiseToMaskDb(original: Int16Array, coded: Int16Array, offset: number): number {
  const first = Math.max(0, offset);
  const last = Math.min(original.length / 2, coded.length / 2 + offset);
  const fourier = new Fourier(WINDOW);
  const signal = new Float64Array(BANDS);
  const noise = new Float64Array(BANDS);
  const here = new Float64Array(WINDOW);
  const gone = new Float64Array(WINDOW);
  let sum = 0;
  let count = 0;
  for (let at = first; at + WINDOW <= last; at += HOP) {
    for (const channel of [0, 1]) {
      for (let i = 0; i < WINDOW; i++) {
        const before = (original[(at + i) * 2 + channel] as number) / 32768;
        here[i] = before;
        gone[i] = (coded[(at + i - offset) * 2 + channel] as number) / 32768 - before;
      }
      fourier.bandPower(here, signal);
      if (signal.every((power, band) => power < (QUIET[band] as number))) continue;
      fourier.bandPower(gone, noise);
      let ratio = 0;
      for (const [band, masks] of MASKS.entries()) {
        let mask = QUIET[band] as number;
        for (const [from, share] of masks.entries()) mask += share * (signal[from] as number);
        ratio += (noise[band] as number) / mask;
      }
      sum += ratio / BANDS;
      count++;
    }
  }
  return 10 * Math.log10(sum / count);
}

/** A radix-2 Fourier transform under a Hann window. */
class Fourier {
  readonly #size: number;
  readonly #cosine: Float64Array;
  readonly #sine: Float64Array;
  readonly #window: Float64Array;
  readonly #reversed: Uint32Array;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;

  constructor(size: number) {
    this.#size = size;
    const bits = Math.log2(size);
    const half = { length: size / 2 };
    this.#cosine = Float64Array.from(half, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.#sine = Float64Array.from(half, (_, i) => -Math.sin((2 * Math.PI * i) / size));
    this.#window = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
    this.#reversed = Uint32Array.from({ length: size }, (_, i) => {
      let reversed = 0;
      for (let bit = 0; bit < bits; bit++) reversed |= ((i >> bit) & 1) << (bits - 1 - bit);
      return reversed;
    });
    this.#real = new Float64Array(size);
    this.#imaginary = new Float64Array(size);
  }

  /** Sums the power of the spectrum of `samples` into `bands`. */
  bandPower(samples: Float64Array, bands: Float64Array): void {
    const real = this.#real;
    const imaginary = this.#imaginary.fill(0);
    for (let i = 0; i < this.#size; i++) {
      const from = this.#reversed[i] as number;
      real[i] = (samples[from] as number) * (this.#window[from] as number);
    }
    for (let half = 1; half < this.#size; half *= 2) {
      const stride = this.#size / (2 * half);
      for (let start = 0; start < this.#size; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const low = start + k;
          const high = low + half;
          const c = this.#cosine[k * stride] as number;
          const s = this.#sine[k * stride] as number;
          const re = (real[high] as number) * c - (imaginary[high] as number) * s;
          const im = (real[high] as number) * s + (imaginary[high] as number) * c;
          real[high] = (real[low] as number) - re;
          imaginary[high] = (imaginary[low] as number) - im;
          real[low] = (real[low] as number) + re;
          imaginary[low] = (imaginary[low] as number) + im;
        }
      }
    }
    bands.fill(0);
    for (const [line, band] of BAND_OF.entries()) {
      if (band >= 0)
        bands[band] = (bands[band] as number) + (real[line] as number) ** 2 + (imaginary[line] as number) ** 2;
    }
  }
}
