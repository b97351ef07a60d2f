import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestResult } from '../../hardware-tests/hardware-test.ts';
import type { BootFigures } from './boot-figures.ts';

/** What a part of the emulation came to. */
export interface PartResult {
  readonly results: readonly TestResult[];
  /** What was measured until its end. */
  readonly figures: { readonly [K in keyof BootFigures]?: BootFigures[K] };
}

/**
 * Parts of the emulation that have passed on this machine, by the hash of what they tried: an hour of tests that fails in its
 * last part is gone on with there. A part follows its own order on machines that it may start anew, so it is kept whole or not
 * at all.
 */
export class PassedParts {
  readonly #folder: string;

  /** @param folder is made when something is kept */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns undefined when it has not passed, or nobody can read what it came to */
  async of(part: string): Promise<PartResult | undefined> {
    try {
      return JSON.parse(await readFile(this.#file(part), 'utf8')) as PartResult;
    } catch {
      return undefined;
    }
  }

  /** Keeps it when nothing of it has failed. */
  async keep(part: string, result: PartResult): Promise<void> {
    if (result.results.length === 0 || result.results.some(({ outcome }) => outcome === 'failed')) return;
    await mkdir(this.#folder, { recursive: true });
    await writeFile(this.#file(part), JSON.stringify(result));
  }

  #file(part: string): string {
    return join(this.#folder, `${part}.json`);
  }
}
