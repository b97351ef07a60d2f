import type { HostLoad } from '../core/host-load.ts';

/** Why the box saves: the first of these that applies. */
export type BoxReason = 'temperature' | 'memory' | 'encode' | 'cpu' | 'throttled';

/** How the box does, at one moment. What is undefined has no say. */
export interface BoxInput {
  readonly load: HostLoad;
  /** What encoding a picture takes now. */
  readonly encodeMs: number | undefined;
  /** Over the last second or so, all cameras together; 0: nobody watches, or all get the cameras' own JPEGs. */
  readonly encodesPerSecond: number;
}

/** What the box feels: why it should save more, and whether it could do with saving less. */
export interface Pressure {
  readonly reason: BoxReason | undefined;
  readonly isCalm: boolean;
}

/** Beyond `down` the box saves more; below `up`, all of them, it tries to save less. In between it stays as it is. */
const MARKS = {
  /** Degrees Celsius. A Pi slows itself down from 80 on. */
  temperature: { down: 80, up: 72 },
  /** Per cent of all memory. */
  memory: { down: 90, up: 80 },
  /** Milliseconds, while the processor is busy. */
  encode: { down: 10, up: 6 },
  /** Per cent of all cores, smoothed. */
  cpu: { down: 85, up: 60 },
} as const;

/** Over how long the processor's load is smoothed. */
const SMOOTHING_US = 3_000_000;

/** Weighs what the machine tells. */
export class BoxPressure {
  #cpuPercent: number | undefined;
  #nowUs = 0;

  /** @param encodeGrowth how much longer an encode would take one step up the ladder: 1 when as long */
  feel(nowUs: number, { load, encodeMs, encodesPerSecond }: BoxInput, encodeGrowth: number): Pressure {
    const isEncoding = encodesPerSecond > 0;
    const { temperature, memory, encode, cpu } = MARKS;
    const cpuPercent = this.#smooth(nowUs, load.cpuPercent);
    // A slow processor that has time to spare may take its time over a picture: that costs nobody anything.
    const isBusy = cpuPercent === undefined || cpuPercent >= cpu.up;
    const present = isEncoding && isBusy ? encodeMs : undefined;
    const encodeUp = Math.min(encode.up, encode.down / encodeGrowth);
    const isCalm =
      load.isThrottled !== true &&
      !(load.temperatureC !== undefined && load.temperatureC >= temperature.up) &&
      !(load.memoryPercent !== undefined && load.memoryPercent >= memory.up) &&
      !(present !== undefined && present >= encodeUp) &&
      !(cpuPercent !== undefined && cpuPercent >= cpu.up);
    if (isCalm) return { reason: undefined, isCalm: tells(load) || present !== undefined || !isEncoding };
    // While nothing is encoded there is nothing to save: the load is somebody else's.
    if (!isEncoding) return { reason: undefined, isCalm };
    if ((load.temperatureC ?? 0) > temperature.down) return { reason: 'temperature', isCalm };
    if ((load.memoryPercent ?? 0) > memory.down) return { reason: 'memory', isCalm };
    if ((present ?? 0) > encode.down) return { reason: 'encode', isCalm };
    if ((cpuPercent ?? 0) > cpu.down) return { reason: 'cpu', isCalm };
    return { reason: load.isThrottled ? 'throttled' : undefined, isCalm };
  }

  #smooth(nowUs: number, cpuPercent: number | undefined): number | undefined {
    const before = this.#cpuPercent;
    const weight = 1 - Math.exp(-(nowUs - this.#nowUs) / SMOOTHING_US);
    this.#nowUs = nowUs;
    this.#cpuPercent =
      before === undefined || cpuPercent === undefined ? cpuPercent : before + (cpuPercent - before) * weight;
    return this.#cpuPercent;
  }
}

function tells({ cpuPercent, memoryPercent, temperatureC, isThrottled }: HostLoad): boolean {
  return [cpuPercent, memoryPercent, temperatureC, isThrottled].some((figure) => figure !== undefined);
}
