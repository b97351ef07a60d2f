import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DeviceError } from '../core/errors.ts';

/** In the directory that systemd makes for the unit that opens the access point; who opens it by hand makes it, too. */
const PATH = '/run/pipit-onboard/access-point';

/**
 * Whether the access point for choosing a network may be open: said by the process that opens it, seen by the station,
 * which shows it with the LED and lets nobody in who comes from there. A file, since either may start first, end, or be
 * absent.
 */
export class OnboardingSign {
  readonly #path: string;

  /** @param path another file in tests */
  constructor(path = PATH) {
    this.#path = path;
  }

  /**
   * Any number of times.
   * @throws DeviceError `hardware.no-sign` when it can't be set: without it, the station would be open to all who come.
   *   One that can't be taken away stays.
   */
  show(isOpen: boolean): void {
    if (isOpen) this.#set();
    else this.#remove();
  }

  get isShown(): boolean {
    return existsSync(this.#path);
  }

  #set(): void {
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o755 });
      writeFileSync(this.#path, '');
    } catch (cause) {
      throw new DeviceError('hardware.no-sign', `${this.#path} can't be written: ${(cause as Error).message}`, {
        remedy: 'The Wi-Fi for setting up stays closed. Run it as root, or start the machine again.',
        cause,
      });
    }
  }

  #remove(): void {
    try {
      rmSync(this.#path, { force: true });
    } catch {
      // Shut out too long is better than let in.
    }
  }
}
