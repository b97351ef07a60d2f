import type { TestCardSettings } from '../../core/camera-settings.ts';
import { sleep } from '../../core/clock.ts';
import { newPixels, type Pixels } from '../../picture/pixels.ts';
import { shrunk } from '../../picture/shrink.ts';
import type { Camera, CameraContext, CapturedFrame } from './camera.ts';
import { TestCardFace, type TestCardMoment } from './test-card-face.ts';

/** Longest sleep in one go. */
const STEP_MS = 50;
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
    const { clock } = this.#context;
    let lastUs = clock.nowUs() - this.#intervalUs();
    for (let number = 1; !signal.aborted; number += 1) {
      // In short steps: whoever wants more pictures while one is waited for wants the next one sooner.
      let waitUs = lastUs + this.#intervalUs() - clock.nowUs();
      while (waitUs > 0) {
        if (!(await sleep(clock, Math.min(waitUs / 1000, STEP_MS), signal))) return;
        waitUs = lastUs + this.#intervalUs() - clock.nowUs();
      }
      // On a schedule, so that no error adds up; what was missed is not made up for in a burst.
      lastUs = Math.max(lastUs + this.#intervalUs(), clock.nowUs() - this.#intervalUs());
      yield this.#frame({ frame: number, ptsUs: clock.nowUs(), takenAt: new Date() });
    }
  }

  #intervalUs(): number {
    return 1e6 / Math.max(MIN_FPS, Math.min(this.#settings.fps, this.#context.fps()));
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
