import type { HostLoad } from './host-load.ts';

/** Why a box saves: the first of these that applies. */
export type HostReason = 'temperature' | 'memory' | 'cpu' | 'throttled';

/** Beyond `down` somebody saves more; below `up`, all of them, somebody may save less. In between things stay as they are. */
export interface Marks {
  readonly down: number;
  readonly up: number;
}

/** What the machine is felt to be like at one moment. */
export interface HostFeeling {
  /** In the order of HostReason. */
  readonly reasons: readonly HostReason[];
  readonly isCalm: boolean;
  /** It is calm but for throttling, which a weak power supply makes last for months. */
  readonly hasRoom: boolean;
  /** It has told anything at all. */
  readonly isKnown: boolean;
  /** Per cent of all cores, smoothed. */
  readonly cpuPercent: number | undefined;
}

/** Degrees Celsius. A Pi slows itself down from 80 on. */
const TEMPERATURE: Marks = { down: 80, up: 72 };
/** Per cent of all memory. */
const MEMORY: Marks = { down: 90, up: 80 };
/** Per cent of the time in which some task waited for memory: a fifth of it is felt by whoever must be in time. */
const MEMORY_PRESSURE: Marks = { down: 20, up: 5 };
/** Over how long the processor's load is smoothed. */
const SMOOTHING_US = 3_000_000;

/** Weighs what the machine tells; what it does not tell has no say. */
export class HostPressure {
  #cpuPercent: number | undefined;
  #nowUs = 0;

  /**
   * @param nowUs microseconds of any clock that only goes forward
   * @param cpu marks of the processor's load, per cent of all cores
   */
  feel(nowUs: number, load: HostLoad, cpu: Marks): HostFeeling {
    const { temperatureC, memoryPercent, memoryPressurePercent, isSwapping, isThrottled } = load;
    const cpuPercent = this.#smooth(nowUs, load.cpuPercent);
    const isMemoryShort =
      isAbove(memoryPercent, MEMORY.down) || isAbove(memoryPressurePercent, MEMORY_PRESSURE.down) || isSwapping;
    const reasons: HostReason[] = [];
    if (isAbove(temperatureC, TEMPERATURE.down)) reasons.push('temperature');
    if (isMemoryShort) reasons.push('memory');
    if (isAbove(cpuPercent, cpu.down)) reasons.push('cpu');
    if (isThrottled) reasons.push('throttled');
    const hasRoom =
      !isSwapping &&
      isBelow(temperatureC, TEMPERATURE.up) &&
      isBelow(memoryPercent, MEMORY.up) &&
      isBelow(memoryPressurePercent, MEMORY_PRESSURE.up) &&
      isBelow(cpuPercent, cpu.up);
    return { reasons, isCalm: hasRoom && !isThrottled, hasRoom, isKnown: tells(load), cpuPercent };
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

function isAbove(figure: number | undefined, mark: number): boolean {
  return figure !== undefined && figure > mark;
}

function isBelow(figure: number | undefined, mark: number): boolean {
  return figure === undefined || figure < mark;
}

function tells({ cpuPercent, memoryPercent, temperatureC, isThrottled }: HostLoad): boolean {
  return [cpuPercent, memoryPercent, temperatureC, isThrottled].some((figure) => figure !== undefined);
}
