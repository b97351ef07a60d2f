import type { Clock, Timer } from '../core/clock.ts';

/** How long somebody pressed a button. */
export type PressLength = 'short' | 'long' | 'very-long';

export interface PressOptions {
  readonly longMs: number;
  readonly veryLongMs: number;
}

/** Tells from a button's ups and downs how long it was pressed; it counts when the button is let go. */
export class Press implements Disposable {
  readonly #clock: Clock;
  readonly #options: PressOptions;
  readonly #onPress: (length: PressLength) => void;
  readonly #onHeld: (length: PressLength | undefined) => void;
  #sinceUs: number | undefined;
  #timers: readonly Timer[] = [];

  /** @param onHeld what it would be by now; undefined when the button was let go. For a light that tells. */
  constructor(
    {
      clock,
      onPress,
      onHeld,
    }: {
      clock: Clock;
      onPress: (length: PressLength) => void;
      onHeld: (length: PressLength | undefined) => void;
    },
    options: PressOptions,
  ) {
    this.#clock = clock;
    this.#onPress = onPress;
    this.#onHeld = onHeld;
    this.#options = options;
  }

  change(isDown: boolean): void {
    if (isDown) this.#down();
    else this.#up();
  }

  [Symbol.dispose](): void {
    this.#sinceUs = undefined;
    this.#cancel();
  }

  #down(): void {
    if (this.#sinceUs !== undefined) return;
    const { longMs, veryLongMs } = this.#options;
    this.#sinceUs = this.#clock.nowUs();
    this.#onHeld('short');
    this.#timers = [
      this.#clock.after(longMs, () => this.#onHeld('long')),
      this.#clock.after(veryLongMs, () => this.#onHeld('very-long')),
    ];
  }

  #up(): void {
    if (this.#sinceUs === undefined) return;
    const heldMs = (this.#clock.nowUs() - this.#sinceUs) / 1000;
    this.#sinceUs = undefined;
    this.#cancel();
    this.#onHeld(undefined);
    const { longMs, veryLongMs } = this.#options;
    this.#onPress(heldMs >= veryLongMs ? 'very-long' : heldMs >= longMs ? 'long' : 'short');
  }

  #cancel(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
  }
}
