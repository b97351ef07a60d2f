import { compareSettings } from '../config/compare-settings.ts';
import { formatDiagnostic, InvalidConfig } from '../config/diagnostic.ts';
import type { LoadedSettings, SettingsOrigin } from '../config/load-settings.ts';
import { PacedWrites } from '../config/paced-writes.ts';
import { renderConfig } from '../config/render-config.ts';
import type { Settings } from '../config/settings.ts';
import { SettingsFile } from '../config/settings-file.ts';
import { Turns } from '../config/turns.ts';
import type { Values } from '../config/values.ts';
import { type Clock, sleep } from '../core/clock.ts';
import { ConfigError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { RefusedSettings } from '../core/refused-settings.ts';
import type { SettingChanges, SettingsOutcome } from '../core/station-control.ts';
import { type ConfigurationSight, configurationSight } from './configuration-sight.ts';
import { fewNames } from './few-names.ts';
import type { SettingsStore } from './station-control.ts';
import { UnwrittenSettings } from './unwritten-settings.ts';

export interface ConfigurationDeps {
  readonly clock: Clock;
  readonly log: Log;
  /**
   * Takes over what can change while Pipit runs.
   * @param names what has changed, dotted
   */
  readonly apply: (settings: Settings, names: readonly string[]) => void;
}

/** More than anybody needs at once; what a flood brings beyond is refused. */
const MAX_WAITING = 64;

/**
 * The configuration of the running program: the file, what of it is in effect, and changing both. One change comes
 * after the other. Whatever goes wrong, what was valid last goes on, in the file and in the station.
 */
export class Configuration implements SettingsStore, AsyncDisposable {
  readonly #deps: ConfigurationDeps;
  readonly #file: SettingsFile;
  readonly #writes: PacedWrites;
  readonly #turns = new Turns(MAX_WAITING);
  readonly #stop = new AbortController();
  readonly #unwritten: UnwrittenSettings;
  /** What is in effect. */
  #running: LoadedSettings;
  #pendingRestart: readonly string[] = [];
  /** What was in effect before the last `startAgain`. */
  #before: LoadedSettings;

  /**
   * @param origin its text, where it has one, stands for a file that is made with the first change
   * @param loaded what it was when Pipit started
   */
  constructor(deps: ConfigurationDeps, origin: SettingsOrigin, loaded: LoadedSettings) {
    this.#deps = deps;
    this.#running = loaded;
    this.#before = loaded;
    this.#file = new SettingsFile(origin, loaded.text);
    this.#writes = new PacedWrites({ clock: deps.clock, file: this.#file });
    this.#unwritten = new UnwrittenSettings({
      clock: deps.clock,
      log: deps.log,
      file: this.#file,
      writes: this.#writes,
      turns: this.#turns,
      takeOver: (settings) => void this.#takeOver(settings),
      signal: this.#stop.signal,
    });
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
    return this.#file.path;
  }

  /** Dotted names of what takes effect at the next start. */
  get pendingRestart(): readonly string[] {
    return this.#pendingRestart;
  }

  /** Reads the file again and takes over what it allows. An invalid one changes nothing but the log. */
  reload(): Promise<void> {
    return this.#turns.take(async () => {
      const after = await this.#readAgain();
      if (after === undefined) return;
      const { live, restart } = this.#takeOver(after);
      const { log } = this.#deps;
      const nothing = 'reloaded: nothing has changed that can change now';
      log.notice(live.length === 0 ? nothing : `reloaded: ${fewNames(live)}`);
      if (restart.length > 0) log.warning(`these take effect at the next start: ${fewNames(restart)}`);
    });
  }

  /**
   * Reads the file again for a new start of the station: then nothing has to wait.
   * @returns what it starts with
   */
  async startAgain(): Promise<Settings> {
    await this.#turns.take(async () => {
      const after = await this.#readAgain();
      this.#before = this.#running;
      if (after === undefined) return;
      this.#running = after;
      this.#pendingRestart = [];
    });
    return this.#running.settings;
  }

  /**
   * Takes the last `startAgain` back: the station could not start with that. The file stays as it is.
   * @returns what it started with before
   */
  startAsBefore(): Settings {
    const after = this.#running;
    this.#running = this.#before;
    const { live, restart } = compareSettings(this.#running, after);
    this.#pendingRestart = [...live, ...restart];
    return this.#running.settings;
  }

  /**
   * Changes settings in the file and takes over what can change at once. A flood of changes takes effect at once and is
   * written every few seconds; each call is answered when its change is kept.
   */
  async change(changes: SettingChanges): Promise<SettingsOutcome> {
    const { outcome, written } = await this.#turns.take(() => this.#change(changes));
    await written;
    return outcome;
  }

  /**
   * What a change would do, without doing it.
   * @throws RefusedSettings, ConfigError
   */
  checkChange(changes: SettingChanges): Promise<SettingsOutcome> {
    return this.#turns.take(async () => {
      const base = this.#unwritten.textOver(await this.#file.read());
      return this.#wouldBe((await this.#file.edit(base, changes, this.#running)).loaded);
    });
  }

  /**
   * What another text would do, without doing it.
   * @param isOwn it comes from this station itself, not over the network
   * @throws RefusedSettings
   */
  checkText(text: string, isOwn = false): Promise<SettingsOutcome> {
    return this.#turns.take(async () => {
      return this.#wouldBe(isOwn ? this.#file.load(text) : await this.#file.loadForeign(text, this.#running));
    });
  }

  /** What the file holds; empty while there is none. */
  text(): Promise<string> {
    return this.#turns.take(async () => this.#unwritten.shownOver(await this.#file.read()));
  }

  /**
   * Puts another text into the file.
   * @param isExpected tells whether what the file holds is what was meant to be replaced; undefined: whatever it is
   * @throws RefusedSettings, DeviceError, ConfigError `config.changed-meanwhile`: then nothing has changed
   */
  replace(text: string, isExpected?: (text: string) => boolean): Promise<SettingsOutcome> {
    return this.#turns.take(async () => {
      await this.#unwritten.flush();
      const before = await this.#file.read();
      if (isExpected !== undefined && !isExpected(before)) {
        throw new ConfigError('config.changed-meanwhile', `${this.path} has been changed meanwhile`, {
          remedy: 'Load it again and repeat the change.',
        });
      }
      return this.#put(text, await this.#file.loadForeign(text, this.#running));
    });
  }

  /**
   * Puts a text into the file that has been checked, or that was there before.
   * @throws RefusedSettings, DeviceError: then nothing has changed
   */
  putBack(text: string): Promise<SettingsOutcome> {
    return this.#turns.take(async () => {
      await this.#unwritten.flush();
      return this.#put(text, this.#file.load(text));
    });
  }

  /**
   * Takes the last change of the file back; a second time brings it again. A file that a start would refuse becomes what
   * it was when it was valid last.
   * @throws ConfigError `config.no-previous`, RefusedSettings, DeviceError: then nothing has changed
   */
  undo(): Promise<SettingsOutcome> {
    return this.#turns.take(async () => {
      await this.#unwritten.flush();
      const previous = await this.#previous();
      return this.#put(previous, this.#file.load(previous));
    });
  }

  /**
   * What taking the last change back would do, without doing it.
   * @throws ConfigError `config.no-previous`, RefusedSettings
   */
  checkUndo(): Promise<SettingsOutcome> {
    return this.#turns.take(async () => {
      await this.#unwritten.flush();
      return this.#wouldBe(this.#file.load(await this.#previous()));
    });
  }

  /**
   * Puts the file back to what Pipit is shipped with; what it held is not kept. It takes effect with the next start.
   * @throws DeviceError
   */
  reset(): Promise<void> {
    return this.#turns.take(async () => {
      await this.#unwritten.flush().catch(() => {});
      await this.#writes.write(renderConfig(), undefined);
      await this.#file.forgetPrevious();
    });
  }

  sight(): Promise<ConfigurationSight> {
    return this.#turns.take(async () => {
      const onDisk = await this.#file.read().catch(() => this.#file.lastText);
      return configurationSight(this.#file, this.#unwritten.shownOver(onDisk), this.#running);
    });
  }

  /** Writes what is not written yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#turns.idle();
    await this.#unwritten.flush().catch(() => {});
  }

  async #previous(): Promise<string> {
    if (!(await this.#isValid())) return this.#running.text;
    const previous = await this.#file.readPrevious();
    if (previous !== undefined) return previous;
    throw new ConfigError('config.no-previous', 'There is nothing to go back to', {
      remedy: 'The last change can be taken back once there was one.',
    });
  }

  async #isValid(): Promise<boolean> {
    try {
      this.#file.load(await this.#file.read());
      return true;
    } catch (error) {
      if (error instanceof RefusedSettings) return false;
      throw error;
    }
  }

  async #change(changes: SettingChanges): Promise<{ outcome: SettingsOutcome; written: Promise<void> }> {
    // A block that goes and comes again can't be put together with what comes after it.
    const isPlain = Object.values(changes).every((value) => value !== null);
    if (!isPlain && this.#writes.waitMs > 0) await sleep(this.#deps.clock, this.#writes.waitMs, this.#stop.signal);
    if (!isPlain || this.#writes.waitMs === 0) await this.#unwritten.flush();
    const onDisk = await this.#file.read();
    const base = this.#unwritten.textOver(onDisk);
    const edited = await this.#file.edit(base, changes, this.#running);
    const isLate = isPlain && this.#writes.waitMs > 0;
    if (edited.text !== base && !isLate) await this.#writes.writeChange(edited.changes, edited.text, onDisk);
    const outcome = this.#tell(this.#takeOver(edited.loaded));
    if (edited.text !== base && isLate) this.#unwritten.add(edited.changes, onDisk, edited.text);
    return { outcome, written: this.#unwritten.written };
  }

  async #put(text: string, loaded: LoadedSettings): Promise<SettingsOutcome> {
    await this.#writes.write(text, await this.#file.read().catch(() => this.#file.lastText));
    return this.#tell(this.#takeOver(loaded));
  }

  /** The file as it is; undefined, and said in the log, when it is refused. */
  async #readAgain(): Promise<LoadedSettings | undefined> {
    const { log } = this.#deps;
    try {
      await this.#unwritten.flush().catch(() => {});
      const after = await this.#file.loadAgain();
      for (const diagnostic of after.diagnostics) log.warning(formatDiagnostic(diagnostic));
      return after;
    } catch (error) {
      if (!(error instanceof InvalidConfig)) throw error;
      for (const diagnostic of error.diagnostics) log.error(formatDiagnostic(diagnostic));
      log.error(`${this.path} is refused: the running configuration stays`);
      return undefined;
    }
  }

  #wouldBe(loaded: LoadedSettings): SettingsOutcome {
    const { live, restart } = compareSettings(this.#running, loaded);
    return { live, restart };
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
    if (live.length > 0) this.#deps.log.notice(`settings changed: ${fewNames(live)}`);
    if (restart.length > 0) this.#deps.log.notice(`settings for the next start: ${fewNames(restart)}`);
    return outcome;
  }
}
