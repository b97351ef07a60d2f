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
}
