/** Said twice, 5 s apart: one dropout is no slow link. */
const ENTER_AFTER = 2;
/** Said for half a minute: to go back costs a gap. */
const LEAVE_AFTER = 6;
/** 32 kbit/s show nothing of a link that carries more again, so it is tested; from then on half as often each time. */
const FIRST_TEST_MS = 300_000;
const LONGEST_TEST_MS = 2_400_000;

/** Decides whether to listen by a codec that goes below the lowest rung of the others. */
export class Rescue {
  isOn = false;
  #count = 0;
  #onMs = 0;
  #testEveryMs = FIRST_TEST_MS;

  /**
   * Takes what was said of the link just now.
   * @returns true when `isOn` has changed
   */
  note(isBelowLowest, nowMs) {
    this.#count = isBelowLowest === this.isOn ? 0 : this.#count + 1;
    if (this.#count < (this.isOn ? LEAVE_AFTER : ENTER_AFTER)) return false;
    this.#count = 0;
    this.isOn = !this.isOn;
    this.#onMs = nowMs;
    return true;
  }

  /** It is time to see whether the link carries more again. Once true, it is false for a while. */
  wantsTest(nowMs) {
    if (!this.isOn || nowMs - this.#onMs < this.#testEveryMs) return false;
    this.#onMs = nowMs;
    this.#testEveryMs = Math.min(LONGEST_TEST_MS, this.#testEveryMs * 2);
    return true;
  }
}
