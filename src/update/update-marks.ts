import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the image's scripts leave marks about the two systems (image/root/files/usr/lib/pipit-image/update-begins). */
export const MARKS_FOLDER = '/data/confirm';

const MAX_REASON = 1_000;

/**
 * What is noted of the systems, each by the boot loader's name of it: `fresh-B` while B has not proven itself,
 * `installed-B` once all of it was written, `undone-B` with the reason why it was given up.
 */
export class UpdateMarks {
  readonly #folder: string;

  constructor(folder = MARKS_FOLDER) {
    this.#folder = folder;
  }

  /** It was installed, and nobody has said yet that it came up well. */
  isFresh(bootName: string): Promise<boolean> {
    return this.#has(`fresh-${bootName}`);
  }

  /** All of it was written. */
  wasInstalled(bootName: string): Promise<boolean> {
    return this.#has(`installed-${bootName}`);
  }

  /** Why it was given up; undefined: nobody has said. */
  async reason(bootName: string): Promise<string | undefined> {
    const text = await readFile(join(this.#folder, `undone-${bootName}`), 'utf8').catch(() => '');
    return text.trim().slice(0, MAX_REASON) || undefined;
  }

  /** Says why it is given up. */
  async giveUp(bootName: string, reason: string): Promise<void> {
    await writeFile(join(this.#folder, `undone-${bootName}`), `${reason.slice(0, MAX_REASON)}\n`);
  }

  /** It has proven itself. */
  async confirm(bootName: string): Promise<void> {
    for (const what of ['undone', 'installed', 'fresh'])
      await rm(join(this.#folder, `${what}-${bootName}`), { force: true });
  }

  async #has(name: string): Promise<boolean> {
    return (await stat(join(this.#folder, name)).catch(() => undefined)) !== undefined;
  }
}
