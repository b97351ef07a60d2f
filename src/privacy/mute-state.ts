import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { DeviceError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** What is muted. */
export interface Muted {
  readonly camera: boolean;
  readonly microphone: boolean;
}

const NOTHING: Muted = { camera: false, microphone: false };

/** What is muted, kept in a file: it must still be after a power cut. */
export class MuteState {
  readonly #file: string;
  readonly #log: Log;
  #muted: Muted = NOTHING;
  /** Called after each change. */
  onChange: (muted: Muted) => void = () => {};

  /** @param file its directory is made when the first change is written */
  constructor({ log }: { log: Log }, file: string) {
    this.#file = file;
    this.#log = log;
  }

  get muted(): Muted {
    return this.#muted;
  }

  /**
   * Reads what was kept. A file that is there and cannot be understood mutes everything: whoever muted something must
   * be able to rely on it.
   */
  load(): void {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      return this.#muteAll(`can't be read: ${(error as Error).message}`);
    }
    const kept = parsed(text);
    if (kept === undefined) this.#muteAll('is damaged');
    else this.#muted = kept;
  }

  /**
   * Changes it, on disk first.
   * @throws DeviceError `privacy.not-kept` when it cannot be written; muting takes effect all the same, unmuting does not
   */
  set(change: Partial<Muted>): void {
    const next = { ...this.#muted, ...change };
    if (next.camera === this.#muted.camera && next.microphone === this.#muted.microphone) return;
    try {
      this.#write(next);
    } catch (cause) {
      const muted = {
        camera: next.camera || this.#muted.camera,
        microphone: next.microphone || this.#muted.microphone,
      };
      this.#apply(muted);
      throw new DeviceError('privacy.not-kept', `${this.#file} can't be written: ${(cause as Error).message}`, {
        remedy: 'See whether the disk is full or read-only; until then a restart forgets what was muted.',
        cause,
      });
    }
    this.#apply(next);
  }

  #apply(muted: Muted): void {
    this.#muted = muted;
    this.onChange(muted);
  }

  #muteAll(why: string): void {
    this.#log.error(`${this.#file} ${why}: camera and microphone are muted to be on the safe side. Unmute them again.`);
    this.#muted = { camera: true, microphone: true };
  }

  /** A new file beside the old one, then in its place: a power cut leaves one of the two whole. */
  #write(muted: Muted): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    const fresh = `${this.#file}.new`;
    try {
      writeSynced(fresh, `${JSON.stringify(muted)}\n`);
      renameSync(fresh, this.#file);
    } catch (error) {
      removed(fresh);
      throw error;
    }
    const directory = openSync(dirname(this.#file), 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }
}

function writeSynced(file: string, text: string): void {
  const descriptor = openSync(file, 'w', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** On a full disk what is left of a file would keep its room. */
function removed(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // It was never made.
  }
}

function parsed(text: string): Muted | undefined {
  try {
    const { camera, microphone } = JSON.parse(text) as Partial<Record<keyof Muted, unknown>>;
    return typeof camera === 'boolean' && typeof microphone === 'boolean' ? { camera, microphone } : undefined;
  } catch {
    return undefined;
  }
}
