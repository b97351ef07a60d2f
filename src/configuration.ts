import { compareSettings } from './config/compare-settings.ts';
import { ConfigFile } from './config/config-file.ts';
import { declareImplicit } from './config/declare-implicit.ts';
import { Diagnostics, formatDiagnostic, InvalidConfig } from './config/diagnostic.ts';
import { editConfig } from './config/edit-config.ts';
import { refusedBy } from './config/flaws.ts';
import { parseHcl } from './config/hcl-parser.ts';
import { type LoadedSettings, loadSettings, type SettingsOrigin } from './config/load-settings.ts';
import { refuseEnvironment } from './config/refuse-environment.ts';
import { refusePrograms } from './config/refuse-programs.ts';
import { renderConfig } from './config/render-config.ts';
import type { Settings } from './config/settings.ts';
import type { Values } from './config/values.ts';
import { WritePace } from './config/write-pace.ts';
import { type Clock, sleep, type Timer } from './core/clock.ts';
import { ConfigError, reportOf, sentencesOf } from './core/errors.ts';
import type { Log } from './core/log.ts';
import { RefusedSettings } from './core/refused-settings.ts';
import type { SettingChanges, SettingsOutcome } from './core/station-control.ts';
import type { SettingsStore } from './station-control.ts';

export interface ConfigurationDeps {
  readonly clock: Clock;
  readonly log: Log;
  /**
   * Takes over what can change while Pipit runs.
   * @param names what has changed, dotted
   */
  readonly apply: (settings: Settings, names: readonly string[]) => void;
}

/** The configuration at one moment: for showing, secrets included. */
export interface ConfigurationSight {
  /** What the file holds. */
  readonly text: string;
  /** What a start would now take; the last that could be taken where the file is not valid. */
  readonly loaded: LoadedSettings;
  /** Why the file as it is would be refused; undefined when it is valid. */
  readonly refusal: RefusedSettings | undefined;
  /** Dotted names of what takes effect at the next start. */
  readonly pendingRestart: readonly string[];
  readonly file: string;
  /** False while everything is a default. */
  readonly exists: boolean;
  /** Why it can't be written, as a sentence; undefined when it can. */
  readonly readOnly: string | undefined;
  readonly hasPrevious: boolean;
}

/** Changes that are in effect and not yet in the file. */
interface Unwritten {
  changes: SettingChanges;
  /** What the file held when they came. */
  base: string;
  text: string;
  readonly written: PromiseWithResolvers<void>;
}

/** A slider that is pulled writes three times, and then once in so many milliseconds. */
const WRITES = { burst: 3, intervalMs: 5_000 };
/** Changes of the same keys within this time are one step back, not many. */
const ONE_STEP_US = 60e6;
/** More than anybody needs at once; what a flood brings beyond is refused. */
const MAX_WAITING = 64;

/**
 * The configuration of the running program: the file, what of it is in effect, and changing both. One change comes
 * after the other. Whatever goes wrong, what was valid last goes on, in the file and in the station.
 */
export class Configuration implements SettingsStore, AsyncDisposable {
  readonly #deps: ConfigurationDeps;
  readonly #origin: SettingsOrigin;
  readonly #file: ConfigFile;
  readonly #pace: WritePace;
  readonly #stop = new AbortController();
  /** What is in effect. */
  #running: LoadedSettings;
  #pendingRestart: readonly string[] = [];
  /** What the file held when it was last read or written; undefined while there is none. */
  #text: string | undefined;
  #unwritten: Unwritten | undefined;
  #timer: Timer | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** Which keys the last change was about, what the file held then, and when that was. */
  #lastStep = { keys: '', text: '', us: 0 };

  /**
   * @param origin its text, where it has one, stands for a file that is made with the first change
   * @param loaded what it was when Pipit started
   */
  constructor(deps: ConfigurationDeps, origin: SettingsOrigin, loaded: LoadedSettings) {
    this.#deps = deps;
    this.#origin = origin;
    this.#running = loaded;
    this.#file = new ConfigFile(origin.file);
    this.#pace = new WritePace(deps, WRITES);
  }

  /** What is in effect. */
  get settings(): Settings {
    return this.#running.settings;
  }

  /** The same by the names and units of the file, secrets included. */
  get values(): Values {
    return this.#running.values;
  }

  /** The path of the file as Pipit was started with it. */
  get path(): string {
    return this.#origin.file;
  }

  /** Dotted names of what takes effect at the next start. */
  get pendingRestart(): readonly string[] {
    return this.#pendingRestart;
  }

  /** Reads the file again and takes over what it allows. An invalid one changes nothing but the log. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      const after = await this.#readAgain();
      if (after === undefined) return;
      const { live, restart } = this.#takeOver(after);
      const { log } = this.#deps;
      log.notice(
        live.length === 0 ? 'reloaded: nothing has changed that can change now' : `reloaded: ${live.join(', ')}`,
      );
      if (restart.length > 0) log.warning(`these take effect at the next start: ${restart.join(', ')}`);
    });
  }

  /**
   * Reads the file again for a new start of the station: then nothing has to wait.
   * @returns what it starts with
   */
  async startAgain(): Promise<Settings> {
    await this.#inTurn(async () => {
      const after = await this.#readAgain();
      if (after === undefined) return;
      this.#running = after;
      this.#pendingRestart = [];
    });
    return this.#running.settings;
  }

  /**
   * Changes settings in the file and takes over what can change at once. A flood of changes takes effect at once and is
   * written every few seconds; each call is answered when its change is kept.
   */
  async change(changes: SettingChanges): Promise<SettingsOutcome> {
    const { outcome, written } = await this.#inTurn(() => this.#change(changes));
    await written;
    return outcome;
  }

  /**
   * What a change would do, without doing it.
   * @throws RefusedSettings, ConfigError
   */
  checkChange(changes: SettingChanges): Promise<SettingsOutcome> {
    return this.#inTurn(async () => {
      const { loaded } = await this.#edited(changes);
      const { live, restart } = compareSettings(this.#running, loaded);
      return { live, restart };
    });
  }

  /**
   * What another text would do, without doing it.
   * @throws RefusedSettings
   */
  checkText(text: string): Promise<SettingsOutcome> {
    return this.#inTurn(async () => {
      const { live, restart } = compareSettings(this.#running, await this.#allowed(text));
      return { live, restart };
    });
  }

  /** What the file holds; empty while there is none. */
  text(): Promise<string> {
    return this.#inTurn(async () => {
      await this.#flush().catch(() => {});
      return (await this.#read()) ?? '';
    });
  }

  /**
   * Puts another text into the file.
   * @param isExpected tells whether what the file holds is what was meant to be replaced; undefined: whatever it is
   * @throws RefusedSettings, DeviceError, ConfigError `config.changed-meanwhile`: then nothing has changed
   */
  replace(text: string, isExpected?: (text: string) => boolean): Promise<SettingsOutcome> {
    return this.#inTurn(async () => {
      await this.#flush();
      const before = (await this.#read()) ?? '';
      if (isExpected !== undefined && !isExpected(before)) {
        throw new ConfigError('config.changed-meanwhile', `${this.#origin.file} has been changed meanwhile`, {
          remedy: 'Load it again and repeat the change.',
        });
      }
      const loaded = await this.#allowed(text);
      await this.#write(text, before);
      return this.#tell(this.#takeOver(loaded));
    });
  }

  /**
   * Puts a text into the file that has been checked, or that was there before.
   * @throws RefusedSettings, DeviceError: then nothing has changed
   */
  putBack(text: string): Promise<SettingsOutcome> {
    return this.#inTurn(async () => {
      await this.#flush();
      const loaded = this.#loaded(text);
      await this.#write(text, (await this.#read()) ?? '');
      return this.#tell(this.#takeOver(loaded));
    });
  }

  /**
   * What another text of this station itself would do, without doing it.
   * @throws RefusedSettings
   */
  async checkOwn(text: string): Promise<void> {
    this.#loaded(text);
  }

  /**
   * Takes the last change of the file back; a second time brings it again.
   * @throws ConfigError `config.no-previous`, RefusedSettings, DeviceError: then nothing has changed
   */
  undo(): Promise<SettingsOutcome> {
    return this.#inTurn(async () => {
      await this.#flush();
      const previous = await this.#file.readPrevious();
      if (previous === undefined) {
        throw new ConfigError('config.no-previous', 'There is nothing to go back to', {
          remedy: 'The last change can be taken back once there was one.',
        });
      }
      const loaded = this.#loaded(previous);
      await this.#write(previous, (await this.#read()) ?? '');
      return this.#tell(this.#takeOver(loaded));
    });
  }

  /**
   * Puts the file back to what Pipit is shipped with; what it held is not kept. It takes effect with the next start.
   * @throws DeviceError
   */
  reset(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#flush();
      await this.#write(renderConfig(), undefined);
      await this.#file.forgetPrevious();
    });
  }

  sight(): Promise<ConfigurationSight> {
    return this.#inTurn(async () => {
      await this.#flush().catch(() => {});
      const onDisk = await this.#file.read().catch(() => this.#text);
      const text = onDisk ?? '';
      let loaded = this.#running;
      let refusal: RefusedSettings | undefined;
      try {
        loaded = this.#loaded(text);
      } catch (error) {
        if (!(error instanceof RefusedSettings)) throw error;
        refusal = error;
      }
      const { restart } = compareSettings(this.#running, loaded);
      return {
        text,
        loaded,
        refusal,
        pendingRestart: restart,
        file: this.#origin.file,
        exists: onDisk !== undefined,
        readOnly: await this.#file.whyReadOnly(),
        hasPrevious: (await this.#file.readPrevious().catch(() => undefined)) !== undefined,
      };
    });
  }

  /** Writes what is not written yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#queue;
    await this.#flush().catch(() => {});
  }

  async #change(changes: SettingChanges): Promise<{ outcome: SettingsOutcome; written: Promise<void> }> {
    // A block that goes and comes again can't be put together with what comes after it.
    const isPlain = Object.values(changes).every((value) => value !== null);
    if (!isPlain && this.#pace.waitMs > 0) await sleep(this.#deps.clock, this.#pace.waitMs, this.#stop.signal);
    if (!isPlain || this.#pace.waitMs === 0) await this.#flush();
    const { text, base, onDisk, loaded, all } = await this.#edited(changes);
    if (text === base) return { outcome: this.#takeOver(loaded), written: this.#unwritten?.written.promise ?? done };
    if (this.#pace.waitMs > 0) {
      const outcome = this.#tell(this.#takeOver(loaded));
      return { outcome, written: this.#writeLater(all, onDisk, text) };
    }
    await this.#writeStep(all, text, onDisk);
    return { outcome: this.#tell(this.#takeOver(loaded)), written: done };
  }

  /** The file as it is now, and as it would be. Nothing that somebody's editor has written meanwhile is lost. */
  async #edited(changes: SettingChanges) {
    const { file } = this.#origin;
    refuseEnvironment(this.#running, Object.keys(changes));
    const onDisk = (await this.#read()) ?? '';
    const base = this.#withUnwritten(onDisk);
    const all = this.#declared(changes, base);
    const text = this.#told(base, () => editConfig(base, all, file));
    const loaded = await this.#allowed(text);
    refuseEnvironment(loaded, Object.keys(changes));
    return { text, base, onDisk, loaded, all };
  }

  /** Changes, with what declares a microphone or a camera that the file says nothing of. */
  #declared(changes: SettingChanges, base: string): SettingChanges {
    try {
      const loaded = loadSettings({ ...this.#origin, text: base });
      return declareImplicit(changes, parseHcl(base, '', new Diagnostics()), loaded);
    } catch (error) {
      if (error instanceof InvalidConfig) return changes;
      throw error;
    }
  }

  #withUnwritten(onDisk: string): string {
    const unwritten = this.#unwritten;
    if (unwritten === undefined) return onDisk;
    if (unwritten.base !== onDisk) {
      unwritten.text = this.#told(onDisk, () => editConfig(onDisk, unwritten.changes, this.#origin.file));
      unwritten.base = onDisk;
    }
    return unwritten.text;
  }

  #writeLater(changes: SettingChanges, base: string, text: string): Promise<void> {
    const written = this.#unwritten?.written ?? Promise.withResolvers<void>();
    // Whoever asked hears of a failure; where nobody waits any more, the log has it.
    written.promise.catch(() => {});
    this.#unwritten = { changes: { ...this.#unwritten?.changes, ...changes }, base, text, written };
    this.#timer ??= this.#deps.clock.after(this.#pace.waitMs, () => {
      this.#timer = undefined;
      void this.#inTurn(() => this.#flush()).catch(() => {});
    });
    return written.promise;
  }

  /**
   * Writes what is in effect and not in the file; when that fails, it is not in effect any more either.
   * @throws what the writing of it threw
   */
  async #flush(): Promise<void> {
    const unwritten = this.#unwritten;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (unwritten === undefined) return;
    try {
      const onDisk = (await this.#read()) ?? '';
      const text = this.#withUnwritten(onDisk);
      const loaded = this.#loaded(text);
      await this.#writeStep(unwritten.changes, text, onDisk);
      this.#unwritten = undefined;
      this.#takeOver(loaded);
      unwritten.written.resolve();
    } catch (error) {
      this.#unwritten = undefined;
      this.#deps.log.error(`changed settings are not kept: ${sentencesOf(reportOf(error, 'config.failed'))}`);
      this.#takeBack();
      unwritten.written.reject(error);
      throw error;
    }
  }

  /** Has the station do what the file says. */
  #takeBack(): void {
    try {
      this.#takeOver(this.#loaded(this.#text ?? ''));
    } catch (error) {
      if (!(error instanceof RefusedSettings)) throw error;
    }
  }

  /** Changes of the keys that the last ones were about are one step: what was before it is what one goes back to. */
  async #writeStep(changes: SettingChanges, text: string, onDisk: string): Promise<void> {
    const keys = Object.keys(changes).sort().join('\n');
    const us = this.#deps.clock.nowUs();
    const last = this.#lastStep;
    const isSame = keys === last.keys && onDisk === last.text && us - last.us < ONE_STEP_US;
    await this.#write(text, isSame ? undefined : onDisk);
    this.#lastStep = { keys, text, us };
  }

  async #write(text: string, previous: string | undefined): Promise<void> {
    this.#pace.take();
    await this.#file.write(text, previous);
    this.#text = text;
  }

  /** What the file holds; undefined while there never was one. One that has gone is as good as it was. */
  async #read(): Promise<string | undefined> {
    try {
      this.#text = (await this.#file.read()) ?? this.#text ?? this.#origin.text;
    } catch (error) {
      throw error instanceof InvalidConfig ? refusedBy(error, '') : error;
    }
    return this.#text;
  }

  /** The file as it is; undefined, and said in the log, when it is refused. */
  async #readAgain(): Promise<LoadedSettings | undefined> {
    const { log } = this.#deps;
    try {
      await this.#flush().catch(() => {});
      const text = (await this.#file.read()) ?? this.#origin.text;
      const after = loadSettings(text === undefined ? this.#origin : { ...this.#origin, text });
      this.#text = text;
      for (const diagnostic of after.diagnostics) log.warning(formatDiagnostic(diagnostic));
      return after;
    } catch (error) {
      if (!(error instanceof InvalidConfig)) throw error;
      for (const diagnostic of error.diagnostics) log.error(formatDiagnostic(diagnostic));
      log.error(`${this.#origin.file} is refused: the running configuration stays`);
      return undefined;
    }
  }

  /** Checked as at a start, and that nobody brings in a program from afar. */
  async #allowed(text: string): Promise<LoadedSettings> {
    const next = this.#loaded(text);
    refusePrograms(await this.#trusted(), next);
    return next;
  }

  /** What who has the file in hand has set. */
  async #trusted(): Promise<LoadedSettings> {
    try {
      return this.#loaded((await this.#read()) ?? '');
    } catch (error) {
      if (!(error instanceof RefusedSettings)) throw error;
      return this.#running;
    }
  }

  #loaded(text: string): LoadedSettings {
    return this.#told(text, () => loadSettings({ ...this.#origin, text }));
  }

  #told<T>(text: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw error instanceof InvalidConfig ? refusedBy(error, text) : error;
    }
  }

  #takeOver(loaded: LoadedSettings): SettingsOutcome {
    const { live, restart, running } = compareSettings(this.#running, loaded);
    this.#running = running;
    this.#pendingRestart = restart;
    if (live.length > 0) this.#deps.apply(running.settings, live);
    return { live, restart };
  }

  #tell(outcome: SettingsOutcome): SettingsOutcome {
    const { live, restart } = outcome;
    if (live.length > 0) this.#deps.log.notice(`settings changed: ${live.join(', ')}`);
    if (restart.length > 0) this.#deps.log.notice(`settings for the next start: ${restart.join(', ')}`);
    return outcome;
  }

  #inTurn<T>(job: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MAX_WAITING) {
      const remedy = 'Wait a moment, and send fewer.';
      return Promise.reject(new ConfigError('config.busy', 'Too many changes of settings come at once', { remedy }));
    }
    this.#waiting++;
    const result = this.#queue.then(job);
    this.#queue = result.then(
      () => void this.#waiting--,
      () => void this.#waiting--,
    );
    return result;
  }
}

const done = Promise.resolve();
