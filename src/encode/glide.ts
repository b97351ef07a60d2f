/** Steps of a thousandth of a second that a change of setting is spread over, so that it is heard without a click. */
const GLIDE_STEPS = 20;

/** A value that goes to its target in small steps. */
export class Glide {
  #value: number;
  #target: number;
  #perStep = 0;
  #left = 0;

  constructor(value: number) {
    this.#value = value;
    this.#target = value;
  }

  get value(): number {
    return this.#value;
  }

  get isMoving(): boolean {
    return this.#left > 0;
  }

  /** Goes to `target` from where it is. */
  to(target: number): void {
    if (target === this.#target) return;
    this.#target = target;
    this.#left = GLIDE_STEPS;
    this.#perStep = (target - this.#value) / GLIDE_STEPS;
  }

  /** Is there at once. */
  jump(target: number): void {
    this.#target = target;
    this.#value = target;
    this.#left = 0;
  }

  /** One step further: the value at its end. */
  step(): number {
    if (this.#left > 0) {
      this.#left -= 1;
      this.#value = this.#left === 0 ? this.#target : this.#value + this.#perStep;
    }
    return this.#value;
  }
}
