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
  readonly #stricter: readonly string[];

  /**
   * @param folder is made when something is kept
   * @param stricter folders of runs that ask for more: what has passed there has passed here
   */
  constructor(folder: string, stricter: readonly string[] = []) {
    this.#folder = folder;
    this.#stricter = stricter;
  }

  /** @returns undefined when it has not passed, or nobody can read what it came to */
  async of(part: string): Promise<PartResult | undefined> {
    for (const folder of [this.#folder, ...this.#stricter]) {
      const result = await readFile(join(folder, `${part}.json`), 'utf8')
        .then((text) => JSON.parse(text) as PartResult)
        .catch(() => undefined);
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** Keeps it when nothing of it has failed. */
  async keep(part: string, result: PartResult): Promise<void> {
    if (result.results.length === 0 || result.results.some(({ outcome }) => outcome === 'failed')) return;
    await mkdir(this.#folder, { recursive: true });
    await writeFile(join(this.#folder, `${part}.json`), JSON.stringify(result));
  }
}
