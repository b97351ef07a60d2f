import { SAMPLE_RATE } from '../core/pcm.ts';

/** Where loudness is brought to, RMS dBFS, and how far from it is near enough. */
const WANTED_DB = -20;
const NEAR_DB = 2;
/** The most that is added or taken away. */
const REACH_DB = 20;
/** Down before it hurts, up before it is missed; in dB a step, of which there are a thousand a second. */
const DOWN_DB = 0.008;
const UP_DB = 0.002;
/** Back to no gain in silence, after so many steps of it. */
const HOME_DB = 0.001;
const HOLD_STEPS = 3_000;
/** When it is switched off. */
const OFF_DB = 1;
/** Loudness is that of the last windows of a tenth of a second: longer than a syllable. */
const WINDOW_FRAMES = SAMPLE_RATE / 10;
const WINDOWS = 4;
const FLOOR_DB = -120;

/**
 * Follows the level slowly, so that quiet and loud are heard about equally. Below the gate it rests and, when that
 * lasts, goes back to no gain: silence is not pumped up.
 */
export class AutoGain {
  #isOn = false;
  #gateDb = FLOOR_DB;
  #gainDb = 0;
  /** Mean squares of the last windows, full scale being 1, and how many there are. */
  readonly #windows = new Float64Array(WINDOWS);
  #window = 0;
  #filled = 0;
  #squares = 0;
  #frames = 0;
  #levelDb = FLOOR_DB;
  #restedSteps = 0;

  /** Present gain, dB. */
  get gainDb(): number {
    return this.#gainDb;
  }

  /** There is no gain, nor will be. */
  get isIdle(): boolean {
    return !this.#isOn && this.#gainDb === 0;
  }

  /** @param gateDb RMS dBFS, before this gain, below which it is silent */
  configure(isOn: boolean, gateDb: number): void {
    this.#gateDb = gateDb;
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    this.#filled = 0;
    this.#squares = 0;
    this.#frames = 0;
    this.#restedSteps = 0;
    this.#levelDb = FLOOR_DB;
  }

  /** Takes in the sum of the squares of the loudest channel over some frames, full scale being 1. */
  measure(squares: number, frames: number): void {
    this.#squares += squares;
    this.#frames += frames;
    if (this.#frames < WINDOW_FRAMES) return;
    this.#windows[this.#window] = this.#squares / this.#frames;
    this.#window = (this.#window + 1) % WINDOWS;
    this.#filled = Math.min(WINDOWS, this.#filled + 1);
    this.#squares = 0;
    this.#frames = 0;
    let sum = 0;
    for (const square of this.#windows) sum += square;
    // Until all have been filled nothing is known of the loudness.
    this.#levelDb = this.#filled < WINDOWS ? FLOOR_DB : Math.max(FLOOR_DB, 10 * Math.log10(sum / WINDOWS));
  }

  /** One step further: the gain at its end, dB. */
  step(): number {
    if (!this.#isOn) return this.#go(0, OFF_DB, OFF_DB);
    if (this.#levelDb < this.#gateDb) {
      this.#restedSteps += 1;
      return this.#restedSteps > HOLD_STEPS ? this.#go(0, HOME_DB, HOME_DB) : this.#gainDb;
    }
    this.#restedSteps = 0;
    const wantedDb = Math.max(-REACH_DB, Math.min(REACH_DB, WANTED_DB - this.#levelDb));
    return Math.abs(wantedDb - this.#gainDb) < NEAR_DB ? this.#gainDb : this.#go(wantedDb, DOWN_DB, UP_DB);
  }

  #go(wantedDb: number, downDb: number, upDb: number): number {
    const way = wantedDb - this.#gainDb;
    this.#gainDb = way >= -downDb && way <= upDb ? wantedDb : this.#gainDb + (way > 0 ? upDb : -downDb);
    return this.#gainDb;
  }
}
