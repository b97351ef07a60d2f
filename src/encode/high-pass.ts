import { SAMPLE_RATE } from '../core/pcm.ts';
import { Glide } from './glide.ts';

/** Damping of a Butterworth filter of second order: -3 dB at the corner, 12 dB an octave below. */
const DAMPING = Math.SQRT2;
/** What is left of a sound that has died away, squared; less is slow to calculate with. */
const NOTHING = 1e-12;

/**
 * A high-pass of second order for one or two channels, as a state-variable filter with trapezoidal integrators
 * (V. Zavalishin, The Art of VA Filter Design, 4.4): its corner may move while sound goes through, and when it is
 * switched on it starts from what is heard, so that neither clicks.
 */
export class HighPass {
  /** Two integrators a channel. */
  readonly #states: Float64Array;
  /** tan(π corner / rate) */
  readonly #warped = new Glide(0);
  /** How much of what the filter takes away is taken away. */
  readonly #share = new Glide(0);

  constructor(channels: number) {
    this.#states = new Float64Array(2 * channels);
  }

  /** Nothing is filtered, nor will be. */
  get isIdle(): boolean {
    return this.#share.value === 0 && !this.#share.isMoving;
  }

  /** @param cornerHz 0: lets all through */
  configure(cornerHz: number): void {
    if (cornerHz <= 0) {
      this.#share.to(0);
      return;
    }
    const warped = Math.tan((Math.PI * cornerHz) / SAMPLE_RATE);
    if (this.isIdle) {
      this.#states.fill(0);
      this.#warped.jump(warped);
      // The integrators are empty: at first they take nothing away.
      this.#share.jump(1);
      return;
    }
    this.#warped.to(warped);
    this.#share.to(1);
  }

  /** Filters from one sample up to another, in place: one step of a glide. */
  step(planes: readonly Float32Array[], from: number, to: number): void {
    const shareBefore = this.#share.value;
    const share = this.#share.step();
    const g = this.#warped.step();
    const a1 = 1 / (1 + g * (g + DAMPING));
    const a2 = g * a1;
    const a3 = g * a2;
    const slope = (share - shareBefore) / (to - from);
    for (let channel = 0; channel < planes.length; channel += 1) {
      const plane = planes[channel] as Float32Array;
      let s1 = this.#states[2 * channel] as number;
      let s2 = this.#states[2 * channel + 1] as number;
      let part = shareBefore;
      for (let i = from; i < to; i += 1) {
        const input = plane[i] as number;
        const rest = input - s2;
        const band = a1 * s1 + a2 * rest;
        const low = s2 + a2 * s1 + a3 * rest;
        s1 = 2 * band - s1;
        s2 = 2 * low - s2;
        part += slope;
        plane[i] = input - part * (DAMPING * band + low);
      }
      this.#states[2 * channel] = s1 * s1 < NOTHING ? 0 : s1;
      this.#states[2 * channel + 1] = s2 * s2 < NOTHING ? 0 : s2;
    }
  }
}
