/** Power by frequency of a stretch of sound, by a fast Fourier transform under a Hann window. */
export class PowerSpectrum {
  readonly #size: number;
  readonly #window: Float64Array;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  /** Each index with its bits in reverse. */
  readonly #order: Uint16Array;

  /** @param size samples, a power of two up to 65536 */
  constructor(size: number) {
    const bits = Math.log2(size);
    this.#size = size;
    this.#window = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
    this.#cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / size));
    this.#real = new Float64Array(size);
    this.#imaginary = new Float64Array(size);
    this.#order = Uint16Array.from({ length: size }, (_, i) => {
      let reversed = 0;
      for (let bit = 0; bit < bits; bit += 1) reversed |= ((i >> bit) & 1) << (bits - 1 - bit);
      return reversed;
    });
  }

  /** Adds the power of the samples from `from` on to `into`, which has half as many bins as there are samples. */
  add(samples: Float32Array, from: number, into: Float32Array): void {
    const real = this.#real;
    const imaginary = this.#imaginary;
    for (let i = 0; i < this.#size; i += 1) {
      real[this.#order[i] as number] = (samples[from + i] as number) * (this.#window[i] as number);
    }
    imaginary.fill(0);
    for (let half = 1; half < this.#size; half *= 2) this.#butterflies(half);
    for (let bin = 0; bin < into.length; bin += 1) {
      into[bin] = (into[bin] as number) + (real[bin] as number) ** 2 + (imaginary[bin] as number) ** 2;
    }
  }

  /** Joins transforms of so many samples two by two (J. W. Cooley, J. W. Tukey, 1965). */
  #butterflies(half: number): void {
    const real = this.#real;
    const imaginary = this.#imaginary;
    const stride = this.#size / (2 * half);
    for (let start = 0; start < this.#size; start += 2 * half) {
      for (let i = 0; i < half; i += 1) {
        const cos = this.#cos[i * stride] as number;
        const sin = this.#sin[i * stride] as number;
        const [a, b] = [start + i, start + i + half];
        const x = (real[b] as number) * cos - (imaginary[b] as number) * sin;
        const y = (real[b] as number) * sin + (imaginary[b] as number) * cos;
        real[b] = (real[a] as number) - x;
        imaginary[b] = (imaginary[a] as number) - y;
        real[a] = (real[a] as number) + x;
        imaginary[a] = (imaginary[a] as number) + y;
      }
    }
  }
}
