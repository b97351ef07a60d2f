import type { SoundTreatment } from '../core/sound-treatment.ts';
import { Glide } from './glide.ts';

/** How much of left and right is in the left that is heard, and in the right. */
const MIXES: Readonly<Record<SoundTreatment['useChannels'], readonly [number, number, number, number]>> = {
  both: [1, 0, 0, 1],
  mono: [0.5, 0.5, 0.5, 0.5],
  left: [1, 0, 1, 0],
  right: [0, 1, 0, 1],
};

/** Makes of two channels what is to be heard on both, and goes from one way to another without a click. */
export class ChannelMix {
  readonly #parts = MIXES.both.map((part) => new Glide(part));
  #choice: SoundTreatment['useChannels'] = 'both';

  /** Both channels stay as they are. */
  get isIdle(): boolean {
    return this.#choice === 'both' && !this.#parts.some((part) => part.isMoving);
  }

  configure(choice: SoundTreatment['useChannels']): void {
    this.#choice = choice;
    for (const [index, part] of this.#parts.entries()) part.to(MIXES[choice][index] as number);
  }

  /** Mixes from one sample up to another, in place: one step of a glide. */
  step(left: Float32Array, right: Float32Array, from: number, to: number): void {
    const [leftLeft, rightLeft, leftRight, rightRight] = this.#parts as [Glide, Glide, Glide, Glide];
    let [ll, rl, lr, rr] = [leftLeft.value, rightLeft.value, leftRight.value, rightRight.value];
    const frames = to - from;
    const dll = (leftLeft.step() - ll) / frames;
    const drl = (rightLeft.step() - rl) / frames;
    const dlr = (leftRight.step() - lr) / frames;
    const drr = (rightRight.step() - rr) / frames;
    for (let i = from; i < to; i += 1) {
      const l = left[i] as number;
      const r = right[i] as number;
      ll += dll;
      rl += drl;
      lr += dlr;
      rr += drr;
      left[i] = ll * l + rl * r;
      right[i] = lr * l + rr * r;
    }
  }
}
