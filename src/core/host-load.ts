/** How hard the machine has it; sampled every second or two. What it does not tell is undefined. */
export interface HostLoad {
  /** All cores together, 0 to 100, over the last sample. */
  readonly cpuPercent: number | undefined;
  /** Of all memory, what could not be given to a program that asks for it (by MemAvailable), 0 to 100. */
  readonly memoryPercent: number | undefined;
  readonly memoryAvailableMb: number | undefined;
  /** The hottest sensor of the processor, degrees Celsius. */
  readonly temperatureC: number | undefined;
  /** The Pi runs slower than it could, because of heat or a weak power supply (bits 0 to 3 of get_throttled). */
  readonly isThrottled: boolean | undefined;
  /** The power supply is too weak at this moment (bit 0 of it). */
  readonly isUnderVoltage: boolean | undefined;
  /** Part of the last ten seconds in which some task waited for memory (PSI, `some avg10`), 0 to 100. */
  readonly memoryPressurePercent: number | undefined;
  /** Memory goes to the swap device and comes back from it, more than a little. */
  readonly isSwapping: boolean | undefined;
  /** Of all cores, what Pipit's own processes took over the last sample, 0 to 100. */
  readonly ownCpuPercent: number | undefined;
}

/** What a machine tells that tells nothing. */
export const UNKNOWN_LOAD: HostLoad = Object.freeze({
  cpuPercent: undefined,
  memoryPercent: undefined,
  memoryAvailableMb: undefined,
  temperatureC: undefined,
  isThrottled: undefined,
  isUnderVoltage: undefined,
  memoryPressurePercent: undefined,
  isSwapping: undefined,
  ownCpuPercent: undefined,
});
