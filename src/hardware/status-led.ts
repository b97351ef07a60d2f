import type { Clock, Timer } from '../core/clock.ts';
import type { OutputPin } from './pins.ts';

/** What the LED shows, from the least to the most urgent. */
export type LedState = 'live' | 'no-source' | 'onboarding' | 'starting' | 'error' | 'under-voltage' | 'identify';

/** Milliseconds on, off, on, …; over and over. No off: it stays on. docs/status-led.svg is drawn from it. */
export const LED_PATTERNS: Readonly<Record<LedState, readonly number[]>> = {
  live: [0],
  'no-source': [1000, 1000],
  onboarding: [900, 300],
  starting: [100, 400],
  error: [120, 180, 120, 1080],
  'under-voltage': [120, 180, 120, 180, 120, 780],
  identify: [60, 60],
};

/** An LED that blinks what state the station is in. */
export class StatusLed implements Disposable {
  readonly #clock: Clock;
  readonly #pin: OutputPin;
  #state: LedState | undefined;
  #step = 0;
  #timer: Timer | undefined;

  constructor({ clock, pin }: { clock: Clock; pin: OutputPin }) {
    this.#clock = clock;
    this.#pin = pin;
  }

  /** A pattern that runs goes on; another begins anew. */
  show(state: LedState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#step = 0;
    this.#timer?.cancel();
    this.#blink(LED_PATTERNS[state]);
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#pin[Symbol.dispose]();
  }

  #blink(pattern: readonly number[]): void {
    const step = this.#step % pattern.length;
    this.#pin.set(step % 2 === 0);
    this.#step += 1;
    if (pattern.length > 1) this.#timer = this.#clock.after(pattern[step] as number, () => this.#blink(pattern));
  }
}
