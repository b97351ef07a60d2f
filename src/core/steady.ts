/** Something that is or is not, and counts only when it has stayed so for long enough. */
export class Steady {
  readonly #onUs: number;
  readonly #offUs: number;
  #isOn = false;
  /** Since when the contrary of `isOn` has been seen; undefined while it is not. */
  #sinceUs: number | undefined;

  /** How long it must be before it counts, and how long it must not be before it does no more. */
  constructor({ onMs, offMs }: { readonly onMs: number; readonly offMs: number }) {
    this.#onUs = onMs * 1000;
    this.#offUs = offMs * 1000;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** What is seen now; true when `isOn` has changed by that. */
  see(isSeen: boolean, nowUs: number): boolean {
    if (isSeen === this.#isOn) {
      this.#sinceUs = undefined;
      return false;
    }
    this.#sinceUs ??= nowUs;
    if (nowUs - this.#sinceUs < (isSeen ? this.#onUs : this.#offUs)) return false;
    return this.set(isSeen);
  }

  /** Counts at once; true when that is a change. */
  set(isOn: boolean): boolean {
    const isChanged = isOn !== this.#isOn;
    this.#isOn = isOn;
    this.#sinceUs = undefined;
    return isChanged;
  }
}
