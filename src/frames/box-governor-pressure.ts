import type { HostLoad } from '../core/host-load.ts';
import { HostPressure, type HostReason, type Marks } from '../core/host-pressure.ts';

/** Why the box saves: the first of temperature, memory, sound, encode, cpu, throttled that applies. */
export type BoxReason = HostReason | 'sound' | 'encode';

/** How the box does, at one moment. What is undefined has no say. */
export interface BoxInput {
  readonly load: HostLoad;
  /** What encoding a picture takes now. */
  readonly encodeMs: number | undefined;
  /** Over the last second or so, all cameras together; 0: nobody watches, or all get the cameras' own JPEGs. */
  readonly encodesPerSecond: number;
  /** Sound is being lost. */
  readonly isSoundLost?: boolean;
}

/** What the box feels: why it should save more, and whether it could do with saving less. */
export interface Pressure {
  readonly reason: BoxReason | undefined;
  readonly isCalm: boolean;
}

/** Milliseconds, while the processor is busy. */
const ENCODE: Marks = { down: 10, up: 6 };
/** Per cent of all cores, smoothed. */
const CPU: Marks = { down: 85, up: 60 };

/** Weighs what the machine tells, and what pictures cost it. */
export class BoxPressure {
  readonly #host = new HostPressure();

  /** @param encodeGrowth how much longer an encode would take one step up the ladder: 1 when as long */
  feel(nowUs: number, { load, encodeMs, encodesPerSecond, isSoundLost }: BoxInput, encodeGrowth: number): Pressure {
    const isEncoding = encodesPerSecond > 0;
    const { reasons, isCalm: isHostCalm, isKnown, cpuPercent } = this.#host.feel(nowUs, load, CPU);
    // A slow processor that has time to spare may take its time over a picture: that costs nobody anything. And when
    // sound is lost in spite of spare time, pictures are not to blame.
    const isBusy = cpuPercent === undefined || cpuPercent >= CPU.up;
    const present = isEncoding && isBusy ? encodeMs : undefined;
    const isInTheWay = isEncoding && isBusy && isSoundLost === true;
    const isCalm =
      isHostCalm &&
      !isInTheWay &&
      !(present !== undefined && present >= Math.min(ENCODE.up, ENCODE.down / encodeGrowth));
    if (isCalm) return { reason: undefined, isCalm: isKnown || present !== undefined || !isEncoding };
    // While nothing is encoded there is nothing to save: the load is somebody else's.
    if (!isEncoding) return { reason: undefined, isCalm };
    const has = (reason: HostReason): boolean => reasons.includes(reason);
    if (has('temperature')) return { reason: 'temperature', isCalm };
    if (has('memory')) return { reason: 'memory', isCalm };
    if (isInTheWay) return { reason: 'sound', isCalm };
    if ((present ?? 0) > ENCODE.down) return { reason: 'encode', isCalm };
    return { reason: reasons[0], isCalm };
  }
}
