import type { TestCardSettings } from '../../core/camera-settings.ts';
import { sleep } from '../../core/clock.ts';
import { newPixels, type Pixels } from '../../picture/pixels.ts';
import { shrunk } from '../../picture/shrink.ts';
import type { Camera, CameraContext, CapturedFrame } from './camera.ts';
import { TestCardFace, type TestCardMoment } from './test-card-face.ts';

/** Later than this, the schedule begins anew: what was missed is not made up for in a burst. */
const MAX_LATE_US = 1e6;
/** Slower it never gets, so that a wish for more is noticed soon. Pictures a second. */
const MIN_FPS = 1;

/** A test card with a running clock and frame number, in real time: freshness and drops can be read off a picture. */
export class TestCard implements Camera {
  readonly description: string;
  readonly #settings: TestCardSettings;
  readonly #context: CameraContext;
  readonly #face: TestCardFace;
  /** Where pictures are drawn that are wanted smaller. */
  #canvas: Pixels | undefined;

  /** @param note a line for people, shown below the clock */
  constructor(settings: TestCardSettings, context: CameraContext, note = '') {
    const { width, height, fps } = settings;
    this.description = `test card, ${width}x${height} at ${fps} pictures a second`;
    this.#settings = settings;
    this.#context = context;
    this.#face = new TestCardFace(width, height, note);
  }

  async *read(signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    const { clock, fps } = this.#context;
    let dueUs = clock.nowUs();
    for (let number = 1; !signal.aborted; number += 1) {
      const nowUs = clock.nowUs();
      if (nowUs - dueUs > MAX_LATE_US) dueUs = nowUs;
      if (dueUs > nowUs && !(await sleep(clock, (dueUs - nowUs) / 1000, signal))) return;
      yield this.#frame({ frame: number, ptsUs: clock.nowUs(), takenAt: new Date() });
      dueUs += 1e6 / Math.max(MIN_FPS, Math.min(this.#settings.fps, fps()));
    }
  }

  /** Nothing is drawn before somebody wants to see it. */
  #frame(moment: TestCardMoment): CapturedFrame {
    const { width, height } = this.#settings;
    return {
      ptsUs: moment.ptsUs,
      width,
      height,
      jpeg: undefined,
      toPixels: (wanted) => this.#draw(moment, wanted),
      [Symbol.dispose]() {},
    };
  }

  #draw(moment: TestCardMoment, width: number): Pixels {
    if (width < 1 || width >= this.#settings.width) return this.#face.draw(moment);
    this.#canvas ??= newPixels(this.#settings.width, this.#settings.height);
    return shrunk(this.#face.draw(moment, this.#canvas), width);
  }
}
