import { RefusedSettings } from '../core/refused-settings.ts';
import type { SettingChanges } from '../core/station-control.ts';
import { ConfigFile } from './config-file.ts';
import { declareImplicit } from './declare-implicit.ts';
import { Diagnostics, InvalidConfig } from './diagnostic.ts';
import { editConfig } from './edit-config.ts';
import { refusedBy } from './flaws.ts';
import { parseHcl } from './hcl-parser.ts';
import { type LoadedSettings, loadSettings, type SettingsOrigin } from './load-settings.ts';
import { emptied } from './read-config-file.ts';
import { refuseEnvironment } from './refuse-environment.ts';
import { refusePrograms } from './refuse-programs.ts';

/** A text with changes in it. */
export interface EditedText {
  readonly text: string;
  readonly loaded: LoadedSettings;
  /** What had to be changed for it: what was asked for, and what declares a source or a camera that was implicit. */
  readonly changes: SettingChanges;
}

/** The configuration file as a place for settings: what it says, what it would say, and whether that is allowed. */
export class SettingsFile {
  readonly #origin: SettingsOrigin;
  readonly #file: ConfigFile;
  /** What it held when it was last read or written; undefined while there is none. */
  #text: string | undefined;

  /**
   * @param origin its text, where it has one, stands for a file that is made with the first change
   * @param text what the file held when Pipit started: what counts should it go before it is read again
   */
  constructor(origin: SettingsOrigin, text: string) {
    this.#origin = origin;
    if (origin.text === undefined) this.#text = text;
    this.#file = new ConfigFile(origin.file);
  }

  /** As Pipit was started with it. */
  get path(): string {
    return this.#origin.file;
  }

  /** What it held when it was last read or written. */
  get lastText(): string {
    return this.#text ?? this.#origin.text ?? '';
  }

  /**
   * What it holds now, so that nothing that somebody's editor has written is lost; empty while there never was one. One
   * that has gone, or was emptied, is as good as it was.
   * @throws RefusedSettings when it can't be read
   */
  async read(): Promise<string> {
    try {
      const text = await this.#file.read();
      if (text !== undefined && !this.#isEmptied(text)) this.#text = text;
    } catch (error) {
      throw error instanceof InvalidConfig ? refusedBy(error, '') : error;
    }
    return this.lastText;
  }

  /**
   * The file as a start would take it; but one that was emptied is as wrong as one that has gone.
   * @throws InvalidConfig
   */
  async loadAgain(): Promise<LoadedSettings> {
    const text = (await this.#file.read()) ?? this.#origin.text;
    if (text !== undefined && this.#isEmptied(text)) throw emptied(this.path);
    const loaded = loadSettings({ ...this.#origin, text });
    this.#text = text;
    return loaded;
  }

  /** @throws RefusedSettings when a start would refuse that text */
  load(text: string): LoadedSettings {
    return told(text, () => loadSettings({ ...this.#origin, text }));
  }

  /**
   * As `load`, for a text that comes over the network: nobody brings in a program from afar.
   * @param running stands for the file where that is not valid
   * @throws RefusedSettings
   */
  async loadForeign(text: string, running: LoadedSettings): Promise<LoadedSettings> {
    const next = this.load(text);
    refusePrograms(this.#loadOr(await this.read(), running), next);
    return next;
  }

  /**
   * A text with changes that come over the network.
   * @throws RefusedSettings, ConfigError
   */
  async edit(base: string, wanted: SettingChanges, running: LoadedSettings): Promise<EditedText> {
    const names = Object.keys(wanted);
    refuseEnvironment(running, names);
    const changes = this.#declared(wanted, base);
    const text = this.editText(base, changes);
    const loaded = await this.loadForeign(text, running);
    refuseEnvironment(loaded, names);
    return { text, loaded, changes };
  }

  /** @throws RefusedSettings when the text is no HCL, ConfigError for what is no setting */
  editText(base: string, changes: SettingChanges): string {
    return told(base, () => editConfig(base, changes, this.path));
  }

  /**
   * @param previous what one can go back to; undefined leaves that as it is
   * @throws DeviceError `config.not-written`: then it is as it was
   */
  async write(text: string, previous: string | undefined): Promise<void> {
    await this.#file.write(text, previous);
    this.#text = text;
  }

  /** @throws InvalidConfig when it is there and can't be read */
  readPrevious(): Promise<string | undefined> {
    return this.#file.readPrevious();
  }

  /** @throws DeviceError */
  forgetPrevious(): Promise<void> {
    return this.#file.forgetPrevious();
  }

  /** How it is with the file on the disk. */
  async state(): Promise<{ exists: boolean; readOnly: string | undefined; hasPrevious: boolean }> {
    const [held, previous, readOnly] = await Promise.all([
      this.#file.read().catch(() => ''),
      this.#file.readPrevious().catch(() => undefined),
      this.#file.whyReadOnly(),
    ]);
    return { exists: held !== undefined, readOnly, hasPrevious: previous !== undefined };
  }

  /** An editor or a full disk has left nothing of what there was. */
  #isEmptied(text: string): boolean {
    return text.trim() === '' && this.lastText.trim() !== '';
  }

  /** With what declares a microphone or a camera that the file says nothing of. */
  #declared(changes: SettingChanges, base: string): SettingChanges {
    try {
      return declareImplicit(changes, parseHcl(base, '', new Diagnostics()), this.load(base));
    } catch (error) {
      if (error instanceof RefusedSettings) return changes;
      throw error;
    }
  }

  #loadOr(text: string, other: LoadedSettings): LoadedSettings {
    try {
      return this.load(text);
    } catch (error) {
      if (error instanceof RefusedSettings) return other;
      throw error;
    }
  }
}

/** @throws RefusedSettings that names settings where `read` throws InvalidConfig */
function told<T>(text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof InvalidConfig ? refusedBy(error, text) : error;
  }
}
