/** Rates are those of about this time. */
const SPAN_US = 2_000_000;

/** How fast pictures leave for one viewer, and since when none of them gets anywhere. Times in microseconds. */
export class ViewerMeter {
  #measuredUs: number;
  #frames = 0;
  #bytes = 0;
  #fps = 0;
  #bitrateKbps = 0;
  #movedUs: number;
  #arrivedBytes = 0;

  constructor(nowUs: number) {
    this.#measuredUs = nowUs;
    this.#movedUs = nowUs;
  }

  /** Pictures a second. */
  get fps(): number {
    return this.#fps;
  }

  get bitrateKbps(): number {
    return this.#bitrateKbps;
  }

  /** @param frames and `bytes`: sent since the connection began */
  measure(nowUs: number, frames: number, bytes: number): void {
    const elapsedUs = nowUs - this.#measuredUs;
    if (elapsedUs <= 0) return;
    const share = elapsedUs / (SPAN_US + elapsedUs);
    this.#fps += share * (((frames - this.#frames) * 1e6) / elapsedUs - this.#fps);
    this.#bitrateKbps += share * (((bytes - this.#bytes) * 8000) / elapsedUs - this.#bitrateKbps);
    this.#measuredUs = nowUs;
    this.#frames = frames;
    this.#bytes = bytes;
  }

  /** How long there has been something to take of which nothing was taken. */
  stalledUs(nowUs: number, arrivedBytes: number, isIdle: boolean): number {
    if (isIdle || arrivedBytes > this.#arrivedBytes) this.#movedUs = nowUs;
    this.#arrivedBytes = Math.max(this.#arrivedBytes, arrivedBytes);
    return nowUs - this.#movedUs;
  }
}
