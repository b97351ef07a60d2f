import { type Clock, sleep } from '../core/clock.ts';
import { type HostLoad, UNKNOWN_LOAD } from '../core/host-load.ts';
import type { HostRoots } from './host-files.ts';
import { readHostMemory } from './host-memory.ts';
import { HostProcessor } from './host-processor.ts';
import { HostTemperature } from './host-temperature.ts';
import { HostThrottling } from './host-throttling.ts';

export interface HostSamplerDeps {
  readonly clock: Clock;
}

export interface HostSamplerOptions {
  /** Between two samples. */
  readonly intervalMs: number;
  /** The machine's own when left out. */
  readonly roots?: HostRoots;
}

const MACHINE: HostRoots = { proc: '/proc', sys: '/sys' };

/**
 * Looks at the machine every now and then. It reads the kernel's files itself, without waiting for them in the main
 * thread: the `systeminformation` package starts a shell, and stands still for it, each time it is asked for the load.
 */
export class HostSampler {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #proc: string;
  readonly #processor: HostProcessor;
  readonly #temperature: HostTemperature;
  readonly #throttling: HostThrottling;
  readonly #stop = new AbortController();
  #load = UNKNOWN_LOAD;
  #running: Promise<void> | undefined;

  constructor({ clock }: HostSamplerDeps, { intervalMs, roots = MACHINE }: HostSamplerOptions) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#proc = roots.proc;
    this.#processor = new HostProcessor(roots.proc);
    this.#temperature = new HostTemperature(roots.sys);
    this.#throttling = new HostThrottling(roots.sys);
  }

  /** The last sample; nothing is known before the first, nor how busy the processor is before the second. */
  get load(): HostLoad {
    return this.#load;
  }

  /** Samples until `signal` aborts. A second call does nothing. */
  start(signal: AbortSignal): void {
    this.#running ??= this.#run(AbortSignal.any([signal, this.#stop.signal]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    do {
      const [cpuPercent, memory, temperatureC, isThrottled] = await Promise.all([
        this.#processor.percent(),
        readHostMemory(this.#proc),
        this.#temperature.read(),
        this.#throttling.read(),
      ]);
      this.#load = { ...UNKNOWN_LOAD, cpuPercent, ...memory, temperatureC, isThrottled };
    } while (await sleep(this.#clock, this.#intervalMs, signal));
  }
}
