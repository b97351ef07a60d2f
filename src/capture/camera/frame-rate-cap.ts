/** What a wish for none comes to: whoever reads must come round to notice that it has changed. Pictures a second. */
const MIN_FPS = 0.1;
/** How much the source may be late, and then come in a burst, without any being left out. */
const MAX_CREDIT_US = 150_000;
/** How much a new interval counts in the mean. */
const SMOOTHING = 0.125;

/**
 * Chooses pictures so that there are no more than wished for, evenly: each time the one nearest to when the next is
 * due. What is due is counted on, not from the picture that was chosen, so that no error adds up; a camera at the
 * wished rate loses none, though its pictures come unevenly.
 */
export class FrameRateCap {
  readonly #fps: () => number;
  #lastUs: number | undefined;
  /** Between pictures of the source, the mean. */
  #intervalUs = 0;
  #dueUs = 0;
  #admittedUs = 0;

  constructor(fps: () => number) {
    this.#fps = fps;
  }

  /** Whether the picture of that time is one of them. Called for each, in order. */
  admits(ptsUs: number): boolean {
    this.#observe(ptsUs);
    const wishedUs = 1e6 / Math.max(MIN_FPS, this.#fps());
    // The wish may have grown since the last one.
    const dueUs = Math.min(this.#dueUs, this.#admittedUs + wishedUs + this.#intervalUs / 2);
    if (ptsUs < dueUs - this.#intervalUs / 2) return false;
    const creditUs = wishedUs < 1.5 * this.#intervalUs ? MAX_CREDIT_US : this.#intervalUs;
    this.#dueUs = Math.max(dueUs, ptsUs - creditUs) + wishedUs;
    this.#admittedUs = ptsUs;
    return true;
  }

  #observe(ptsUs: number): void {
    const lastUs = this.#lastUs;
    this.#lastUs = ptsUs;
    if (lastUs === undefined || ptsUs < lastUs) {
      // The first one, or the clock was set back.
      this.#dueUs = ptsUs;
      this.#admittedUs = ptsUs;
    } else if (this.#intervalUs === 0) {
      this.#intervalUs = ptsUs - lastUs;
    } else {
      this.#intervalUs += (Math.min(ptsUs - lastUs, 4 * this.#intervalUs) - this.#intervalUs) * SMOOTHING;
    }
  }
}
