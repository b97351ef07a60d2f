import type { Clock } from '../core/clock.ts';
import { type HostStorage, UNKNOWN_STORAGE } from '../core/host-storage.ts';
import { readCardWear } from './host-card.ts';
import { readHostDisk } from './host-disk.ts';
import { HOST_ROOTS, type HostRoots } from './host-files.ts';
import { readWrittenBytes } from './host-written.ts';
import { Repeated } from './repeated.ts';

export interface HostStorageSamplerDeps {
  readonly clock: Clock;
}

export interface HostStorageSamplerOptions {
  /** Between two samples. */
  readonly intervalMs: number;
  /** On the disk that is looked at. */
  readonly directory: string;
  /** The machine's own when left out. */
  readonly roots?: HostRoots;
}

/** Looks every now and then how full the disk is, how worn the card, and what was written. */
export class HostStorageSampler implements AsyncDisposable {
  #storage = UNKNOWN_STORAGE;
  readonly #sampling: Repeated;

  constructor({ clock }: HostStorageSamplerDeps, options: HostStorageSamplerOptions) {
    const { intervalMs, directory, roots = HOST_ROOTS } = options;
    let mostWritten = 0;
    this.#sampling = new Repeated(clock, intervalMs, async () => {
      const [disk, cardWearRatio, written] = await Promise.all([
        readHostDisk(directory),
        readCardWear(roots.sys),
        readWrittenBytes(roots.proc),
      ]);
      // Between the reading of a child and of its parent, one may end, and is missed once.
      if (written !== undefined) mostWritten = Math.max(mostWritten, written);
      const writtenBytes = written === undefined ? undefined : mostWritten;
      this.#storage = { ...disk, cardWearRatio, writtenBytes };
    });
  }

  /** The last sample; nothing is known before the first. */
  get storage(): HostStorage {
    return this.#storage;
  }

  /** Samples until `signal` aborts. A second call does nothing. */
  start(signal: AbortSignal): void {
    this.#sampling.start(signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#sampling[Symbol.asyncDispose]();
  }
}
