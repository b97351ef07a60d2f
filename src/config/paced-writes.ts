import type { Clock } from '../core/clock.ts';
import type { SettingChanges } from '../core/station-control.ts';
import type { SettingsFile } from './settings-file.ts';
import { WritePace } from './write-pace.ts';

/** A slider that is pulled writes three times, and then once in so many milliseconds. */
const WRITES = { burst: 3, intervalMs: 5_000 };
/** Changes of the same keys within this time are one step back, not many. */
const ONE_STEP_US = 60e6;

/** Writes the configuration file no more often than the card can bear, and keeps what one wants to go back to. */
export class PacedWrites {
  readonly #clock: Clock;
  readonly #file: SettingsFile;
  readonly #pace: WritePace;
  /** Which keys the last change was about, what the file held then, and when that was. */
  #last = { keys: '', text: '', us: 0 };

  constructor({ clock, file }: { readonly clock: Clock; readonly file: SettingsFile }) {
    this.#clock = clock;
    this.#file = file;
    this.#pace = new WritePace({ clock }, WRITES);
  }

  /** Milliseconds until the next change should be written; 0 for now. */
  get waitMs(): number {
    return this.#pace.waitMs;
  }

  /** Lets the time of a write pass without one. */
  skip(): void {
    this.#pace.take();
  }

  /**
   * Writes a text that some changes have led to. Changes of the keys that the last ones were about are one step with
   * those: what was before them is what one goes back to.
   * @throws DeviceError `config.not-written`
   */
  async writeChange(changes: SettingChanges, text: string, before: string): Promise<void> {
    const keys = Object.keys(changes).sort().join('\n');
    const us = this.#clock.nowUs();
    const { keys: lastKeys, text: lastText, us: lastUs } = this.#last;
    const isSame = keys === lastKeys && before === lastText && us - lastUs < ONE_STEP_US;
    await this.write(text, isSame ? undefined : before);
    this.#last = { keys, text, us };
  }

  /** @throws DeviceError `config.not-written` */
  async write(text: string, previous: string | undefined): Promise<void> {
    this.#pace.take();
    await this.#file.write(text, previous);
  }
}
