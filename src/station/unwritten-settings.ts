import type { LoadedSettings } from '../config/load-settings.ts';
import type { PacedWrites } from '../config/paced-writes.ts';
import type { SettingsFile } from '../config/settings-file.ts';
import type { Turns } from '../config/turns.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { reportOf, sentencesOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { RefusedSettings } from '../core/refused-settings.ts';
import type { SettingChanges } from '../core/station-control.ts';

export interface UnwrittenSettingsDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly file: SettingsFile;
  readonly writes: PacedWrites;
  /** Each writing is one of them. */
  readonly turns: Turns;
  /** Has the station do what the file says. */
  readonly takeOver: (loaded: LoadedSettings) => void;
  /** When it is aborted nothing is tried again. */
  readonly signal: AbortSignal;
}

/** Changes that are in effect and not yet in the file. */
interface Unwritten {
  changes: SettingChanges;
  /** What the file held when they came. */
  base: string;
  text: string;
  tries: number;
  readonly written: PromiseWithResolvers<void>;
}

/** While somebody's editor has left the file half done, changes wait for so many turns. */
const MAX_TRIES = 4;

/**
 * The changes that wait until the file may be written again: all of them are written at once. Those that can't be are
 * not in effect any more either. To be used by one turn at a time.
 */
export class UnwrittenSettings {
  readonly #deps: UnwrittenSettingsDeps;
  #unwritten: Unwritten | undefined;
  #timer: Timer | undefined;

  constructor(deps: UnwrittenSettingsDeps) {
    this.#deps = deps;
  }

  /** Resolves when what waits now is written; at once when nothing does. Rejects when it can't be. */
  get written(): Promise<void> {
    return this.#unwritten?.written.promise ?? Promise.resolve();
  }

  /**
   * What the file is to hold, when nobody writes it meanwhile.
   * @param onDisk what it holds
   * @throws RefusedSettings when that is no HCL
   */
  textOver(onDisk: string): string {
    const unwritten = this.#unwritten;
    if (unwritten === undefined) return onDisk;
    if (unwritten.base !== onDisk) {
      unwritten.text = this.#deps.file.editText(onDisk, unwritten.changes);
      unwritten.base = onDisk;
    }
    return unwritten.text;
  }

  /** The same for showing; a file that is half done is shown as it is. */
  shownOver(onDisk: string): string {
    try {
      return this.textOver(onDisk);
    } catch (error) {
      if (error instanceof RefusedSettings) return onDisk;
      throw error;
    }
  }

  /**
   * They are written when the file may be written again.
   * @param base what the file holds
   * @param text what it is to hold with them, and with those that wait already
   */
  add(changes: SettingChanges, base: string, text: string): void {
    const written = this.#unwritten?.written ?? Promise.withResolvers<void>();
    // Whoever asked hears of a failure; where nobody waits any more, the log has it.
    written.promise.catch(() => {});
    this.#unwritten = { changes: { ...this.#unwritten?.changes, ...changes }, base, text, written, tries: 0 };
    this.#flushLater();
  }

  /**
   * Writes them now.
   * @throws what the writing threw
   */
  async flush(): Promise<void> {
    const { file, writes, takeOver, signal, log } = this.#deps;
    const unwritten = this.#unwritten;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (unwritten === undefined) return;
    try {
      const onDisk = await file.read();
      const text = this.textOver(onDisk);
      const loaded = file.load(text);
      await writes.writeChange(unwritten.changes, text, onDisk);
      this.#unwritten = undefined;
      takeOver(loaded);
      unwritten.written.resolve();
    } catch (error) {
      if (error instanceof RefusedSettings && ++unwritten.tries < MAX_TRIES && !signal.aborted) {
        writes.skip();
        this.#flushLater();
        throw error;
      }
      this.#unwritten = undefined;
      log.error(`changed settings are not kept: ${sentencesOf(reportOf(error, 'config.failed'))}`);
      this.#takeBack();
      unwritten.written.reject(error);
      throw error;
    }
  }

  #flushLater(): void {
    const { clock, writes, turns } = this.#deps;
    this.#timer ??= clock.after(Math.max(1, writes.waitMs), () => {
      this.#timer = undefined;
      void turns.take(() => this.flush()).catch(() => {});
    });
  }

  #takeBack(): void {
    const { file, takeOver } = this.#deps;
    try {
      takeOver(file.load(file.lastText));
    } catch (error) {
      if (!(error instanceof RefusedSettings)) throw error;
    }
  }
}
