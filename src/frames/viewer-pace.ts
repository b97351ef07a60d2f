/** The share of the newest interval in the smoothed one. */
const SMOOTHING = 0.1;

/**
 * Which frames come in time for a wished rate. Each has a due time, counted from the one before and not from the frame
 * that was taken for it, so that nothing drifts: of 25 a second, 25 lose none, and 10 are spread as evenly as they can
 * be. Times in microseconds.
 */
export class ViewerPace {
  #seenUs: number | undefined;
  #intervalUs: number | undefined;
  #dueUs: number | undefined;

  /** Frames a second that come by; Infinity before there are two. */
  get offeredFps(): number {
    return this.#intervalUs === undefined ? Number.POSITIVE_INFINITY : 1e6 / this.#intervalUs;
  }

  /** To be told of every frame. */
  seen(ptsUs: number): void {
    const gapUs = this.#seenUs === undefined ? 0 : ptsUs - this.#seenUs;
    this.#seenUs = ptsUs;
    if (gapUs <= 0) return;
    this.#intervalUs ??= gapUs;
    // A camera that was away for a while has not become slow.
    this.#intervalUs += SMOOTHING * (Math.min(gapUs, 2 * this.#intervalUs) - this.#intervalUs);
  }

  /** Whether it is time for one; then the next is due an interval later. */
  isDue(ptsUs: number, fps: number): boolean {
    if (fps === Number.POSITIVE_INFINITY) {
      this.#dueUs = undefined;
      return true;
    }
    const wishedUs = 1e6 / fps;
    // The one that is nearest to its time, before or after it.
    const earlyUs = Math.min(this.#intervalUs ?? 0, wishedUs) / 2;
    // The rate was lower a moment ago, or time has been set anew.
    const dueUs = Math.min(this.#dueUs ?? ptsUs, ptsUs + wishedUs);
    if (ptsUs < dueUs - earlyUs) {
      this.#dueUs = dueUs;
      return false;
    }
    // Frames that did not come are not made up for.
    const nextUs = dueUs + wishedUs;
    this.#dueUs = nextUs < ptsUs ? ptsUs + wishedUs - earlyUs : nextUs;
    return true;
  }
}
