import type { HostLoad } from '../core/host-load.ts';
import type { QuickSyncSettings } from '../core/quick-sync-settings.ts';

/** How hard the machine has it, in a word. */
export type SystemStatus = 'high_load' | 'moderate_load' | 'low_load';

/** What a status comes from. */
export type LoadCause = 'throttled' | 'swapping' | 'pressure' | 'cpu' | 'memory';

export interface SystemLoad {
  readonly status: SystemStatus;
  /** The gravest one; undefined under low load. */
  readonly cause: LoadCause | undefined;
  /** There is room to spare: nobody is ever raised without it. False as long as that is not known. */
  readonly isIdle: boolean;
}

/** The figures of the settings that it goes by. */
export type LoadLimits = Pick<
  QuickSyncSettings,
  | 'highCpuPercent'
  | 'highMemoryPercent'
  | 'moderateCpuPercent'
  | 'moderateMemoryPercent'
  | 'idleCpuPercent'
  | 'idleMemoryPercent'
>;

/** Tasks wait for memory in so many per cent of the time: it is short, however much is said to be free. */
const PRESSED_PERCENT = 10;
/** Up to here nothing waits: memory that is in use does its work. */
const UNPRESSED_PERCENT = 1;

/**
 * Judges the load of the machine. What is unknown speaks for nothing. A share of memory in use is a guess at whether
 * memory is short, and pressure stall information is the answer (Documentation/accounting/psi.rst): where it says that
 * nothing waits, and nothing swaps, much memory in use is moderate load at most. A full ring on a small Pi is that case.
 */
export function systemLoad(host: HostLoad, limits: LoadLimits): SystemLoad {
  const { cpuPercent: cpu = 0, memoryPercent: memory = 0, memoryPressurePercent: pressure } = host;
  const high = causeOfHigh(host, limits, cpu, memory);
  if (high !== undefined) return { status: 'high_load', cause: high, isIdle: false };
  const isCpu = cpu > limits.moderateCpuPercent;
  if (isCpu || memory > limits.moderateMemoryPercent) {
    return { status: 'moderate_load', cause: isCpu ? 'cpu' : 'memory', isIdle: false };
  }
  const isKnown = host.cpuPercent !== undefined && host.memoryPercent !== undefined;
  const isPressed = pressure !== undefined && pressure > UNPRESSED_PERCENT;
  const hasRoom = cpu < limits.idleCpuPercent && memory < limits.idleMemoryPercent;
  return { status: 'low_load', cause: undefined, isIdle: isKnown && hasRoom && !isPressed };
}

function causeOfHigh(host: HostLoad, limits: LoadLimits, cpu: number, memory: number): LoadCause | undefined {
  const { memoryPressurePercent: pressure } = host;
  if (host.isThrottled === true) return 'throttled';
  if (host.isSwapping === true) return 'swapping';
  if (pressure !== undefined && pressure > PRESSED_PERCENT) return 'pressure';
  if (cpu > limits.highCpuPercent) return 'cpu';
  const isWaitedFor = pressure === undefined || pressure > UNPRESSED_PERCENT;
  return memory > limits.highMemoryPercent && isWaitedFor ? 'memory' : undefined;
}
