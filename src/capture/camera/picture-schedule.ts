import { type Clock, sleep } from '../../core/clock.ts';
import type { CapturedFrame } from './camera.ts';
import type { PictureStamps } from './picture-stamps.ts';

/** Later than this, the schedule begins anew: what was missed is not made up for in a burst. */
const MAX_LATE_US = 1e6;
/** A longer gap between two pictures is taken for a jump of the stream's clock. */
const MAX_GAP_US = 10e6;
/** How long a picture lasts where nothing tells. */
const USUAL_US = 40_000;
/** How long a picture lasts that is the only one. */
const STILL_US = 1e6;

/**
 * When each picture of a film is due, counted from the first, so that no error adds up. Rounds of a film that is looped
 * follow each other as its pictures do.
 */
export class PictureSchedule implements PictureStamps {
  readonly #clock: Clock;
  /** From the stream's time to ours; undefined until it is known what follows what. */
  #offsetUs: number | undefined;
  #lastStreamUs = 0;
  #lastUs: number | undefined;
  /** When the next picture is due if nothing else is said. */
  #nextUs: number | undefined;
  #pictures = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  arrived(): void {}

  stamp(streamUs: number | undefined, durationUs: number): number {
    const nowUs = this.#clock.nowUs();
    this.#nextUs ??= nowUs;
    if (streamUs !== undefined && this.#offsetUs !== undefined) {
      const gapUs = streamUs - this.#lastStreamUs;
      if (gapUs < 0 || gapUs > MAX_GAP_US) this.#offsetUs = undefined;
    }
    let timeUs = this.#timeOf(streamUs) ?? this.#nextUs;
    const lateUs = nowUs - timeUs;
    if (lateUs > MAX_LATE_US) {
      timeUs += lateUs;
      if (this.#offsetUs !== undefined) this.#offsetUs += lateUs;
    }
    const gapUs = this.#lastUs === undefined || this.#pictures === 0 ? USUAL_US : timeUs - this.#lastUs;
    this.#nextUs = timeUs + (durationUs > 0 ? durationUs : gapUs);
    this.#lastUs = timeUs;
    if (streamUs !== undefined) this.#lastStreamUs = streamUs;
    this.#pictures += 1;
    return Math.round(timeUs);
  }

  timeOf(streamUs: number | undefined): number {
    return Math.round(this.#timeOf(streamUs) ?? this.#nextUs ?? this.#clock.nowUs());
  }

  /** The film begins again: its first picture is due when its last one has been shown, a still one after a second. */
  startAgain(): void {
    if (this.#pictures === 1 && this.#lastUs !== undefined) this.#nextUs = this.#lastUs + STILL_US;
    this.#offsetUs = undefined;
    this.#pictures = 0;
  }

  #timeOf(streamUs: number | undefined): number | undefined {
    if (streamUs === undefined) return undefined;
    if (this.#offsetUs === undefined) {
      this.#nextUs ??= this.#clock.nowUs();
      this.#offsetUs = this.#nextUs - streamUs;
      this.#lastStreamUs = streamUs;
    }
    return streamUs + this.#offsetUs;
  }
}

/** Yields each picture when it is due: not before its own time. What waits when `signal` aborts is disposed of. */
export async function* inTime(
  frames: AsyncIterable<CapturedFrame>,
  deps: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<CapturedFrame, void, undefined> {
  const { clock, signal } = deps;
  for await (const frame of frames) {
    const aheadUs = frame.ptsUs - clock.nowUs();
    if (aheadUs > 0 && !(await sleep(clock, Math.ceil(aheadUs / 1000), signal))) {
      frame[Symbol.dispose]();
      return;
    }
    yield frame;
  }
}
