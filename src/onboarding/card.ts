import { existsSync } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, DeviceError } from '../core/errors.ts';
import { MAX_CARD_FILE_BYTES } from './card-text.ts';

/** The FAT partition of the card, where its owner and Raspberry Pi Imager leave files. */
export class Card {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * A file; undefined when there is none.
   * @throws ConfigError `onboarding.card-file-size`: half of a file may mean something else; DeviceError `onboarding.card`
   */
  async read(name: string): Promise<Uint8Array | undefined> {
    const path = join(this.folder, name);
    try {
      const { size } = await stat(path);
      if (size > MAX_CARD_FILE_BYTES) throw tooLarge(size);
      return await readFile(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A folder of that name is none of ours.
      if (code === 'ENOENT' || code === 'EISDIR') return undefined;
      if (error instanceof ConfigError) throw error;
      throw trouble(name, 'read', error);
    }
  }

  /**
   * FAT has no journal: the new file is on the card before it takes the old one's name.
   * @throws DeviceError `onboarding.card`
   */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    const draft = join(this.folder, `${name}.new`);
    try {
      const file = await open(draft, 'w');
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, join(this.folder, name));
    } catch (error) {
      // Half a draft would take the room that is missing.
      await rm(draft, { force: true }).catch(() => {});
      throw trouble(name, 'written', error);
    }
  }

  /**
   * Removes a file, or a folder that somebody made in its place.
   * @throws DeviceError `onboarding.card`
   */
  async remove(name: string): Promise<void> {
    const path = join(this.folder, name);
    try {
      // A card that takes no writes refuses to remove even what is not there.
      if (existsSync(path)) await rm(path, { recursive: true, force: true });
    } catch (error) {
      throw trouble(name, 'removed', error);
    }
  }
}

function tooLarge(bytes: number): ConfigError {
  const [its, most] = [bytes, MAX_CARD_FILE_BYTES].map((size) => Math.ceil(size / 1024));
  return new ConfigError('onboarding.card-file-size', `It has ${its} KiB, so nothing of it was taken`, {
    remedy: `Files here have ${most} KiB at most: shorten it.`,
  });
}

function trouble(name: string, how: string, cause: unknown): DeviceError {
  return new DeviceError('onboarding.card', `${name} on the card can't be ${how}: ${(cause as Error).message}`, {
    remedy: 'Look at the card in a PC: its first partition may be full, write-protected or damaged.',
    cause,
  });
}
