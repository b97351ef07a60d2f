import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** In the directory that systemd makes for the unit that opens the access point; who opens it by hand makes it, too. */
const PATH = '/run/pipit-onboard/access-point';

/**
 * Whether the access point for the first visit is open: said by the process that opens it, seen by the one that has the
 * LED. A file, since either may start first, end, or be absent.
 */
export class OnboardingSign {
  readonly #path: string;

  /** @param path another file in tests */
  constructor(path = PATH) {
    this.#path = path;
  }

  /** Any number of times. */
  show(isOpen: boolean): void {
    try {
      if (isOpen) {
        mkdirSync(dirname(this.#path), { recursive: true, mode: 0o755 });
        writeFileSync(this.#path, '');
      } else rmSync(this.#path, { force: true });
    } catch {
      // An LED is no reason to keep an access point from opening.
    }
  }

  get isShown(): boolean {
    return existsSync(this.#path);
  }
}
