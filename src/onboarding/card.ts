import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DeviceError } from '../core/errors.ts';
import { MAX_CARD_FILE_BYTES } from './card-text.ts';

/** The FAT partition of the card, where its owner and Raspberry Pi Imager leave files. */
export class Card {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The beginning of a file; undefined when there is none. */
  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      const path = join(this.folder, name);
      if (!(await stat(path)).isFile()) return undefined;
      return (await readFile(path)).subarray(0, MAX_CARD_FILE_BYTES);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw trouble(name, 'read', error);
    }
  }

  /**
   * FAT has no journal: the new file is on the card before it takes the old one's name.
   * @throws DeviceError `onboarding.card`
   */
  async write(name: string, text: string): Promise<void> {
    const draft = join(this.folder, `${name}.new`);
    try {
      const file = await open(draft, 'w');
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, join(this.folder, name));
    } catch (error) {
      throw trouble(name, 'written', error);
    }
  }

  /** @throws DeviceError `onboarding.card` */
  async remove(name: string): Promise<void> {
    try {
      await rm(join(this.folder, name), { force: true });
    } catch (error) {
      throw trouble(name, 'removed', error);
    }
  }
}

function trouble(name: string, how: string, cause: unknown): DeviceError {
  return new DeviceError('onboarding.card', `${name} on the card can't be ${how}: ${(cause as Error).message}`, {
    remedy: 'Look at the card in a PC: its first partition may be full, write-protected or damaged.',
    cause,
  });
}
