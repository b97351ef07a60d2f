import type { Clock } from '../core/clock.ts';
import { type HostLoad, UNKNOWN_LOAD } from '../core/host-load.ts';
import { HOST_ROOTS, type HostRoots } from './host-files.ts';
import { readHostMemory } from './host-memory.ts';
import { HostProcessor } from './host-processor.ts';
import { HostSwap } from './host-swap.ts';
import { HostTemperature } from './host-temperature.ts';
import { HostThrottling } from './host-throttling.ts';
import { Repeated } from './repeated.ts';

export interface HostSamplerDeps {
  readonly clock: Clock;
}

export interface HostSamplerOptions {
  /** Between two samples. */
  readonly intervalMs: number;
  /** The machine's own when left out. */
  readonly roots?: HostRoots;
}

/**
 * Looks at the machine every now and then. It reads the kernel's files itself, without waiting for them in the main
 * thread: the `systeminformation` package starts a shell, and stands still for it, each time it is asked for the load.
 */
export class HostSampler {
  readonly #proc: string;
  readonly #processor: HostProcessor;
  readonly #swap: HostSwap;
  readonly #temperature: HostTemperature;
  readonly #throttling: HostThrottling;
  #load = UNKNOWN_LOAD;
  readonly #sampling: Repeated;

  constructor({ clock }: HostSamplerDeps, { intervalMs, roots = HOST_ROOTS }: HostSamplerOptions) {
    this.#proc = roots.proc;
    this.#processor = new HostProcessor(roots.proc);
    this.#temperature = new HostTemperature(roots.sys);
    this.#swap = new HostSwap(clock, roots.proc);
    this.#throttling = new HostThrottling(clock, roots);
    this.#sampling = new Repeated(clock, intervalMs, (signal) => this.#sample(signal));
  }

  /** The last sample; nothing is known before the first, nor how busy the processor is before the second. */
  get load(): HostLoad {
    return this.#load;
  }

  /** Samples until `signal` aborts. A second call does nothing. */
  start(signal: AbortSignal): void {
    this.#sampling.start(signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#sampling[Symbol.asyncDispose]();
  }

  async #sample(signal: AbortSignal): Promise<void> {
    const [processor, memory, isSwapping, temperatureC, throttling] = await Promise.all([
      this.#processor.read(),
      readHostMemory(this.#proc),
      this.#swap.isBusy(),
      this.#temperature.read(),
      this.#throttling.read(signal),
    ]);
    this.#load = { ...processor, ...memory, isSwapping, temperatureC, ...throttling };
  }
}
