import { compareSettings } from '../config/compare-settings.ts';
import type { LoadedSettings } from '../config/load-settings.ts';
import type { SettingsFile } from '../config/settings-file.ts';
import { RefusedSettings } from '../core/refused-settings.ts';

/** The configuration at one moment: for showing, secrets included. */
export interface ConfigurationSight {
  /** What the file holds. */
  readonly text: string;
  /** What a start would now take; what runs where the file is not valid. */
  readonly loaded: LoadedSettings;
  /** Why the file as it is would be refused; undefined when it is valid. */
  readonly refusal: RefusedSettings | undefined;
  /** Dotted names of what takes effect at the next start. */
  readonly pendingRestart: readonly string[];
  /** False while everything is a default. */
  readonly exists: boolean;
  /** Why it can't be written, as a sentence; undefined when it can. */
  readonly readOnly: string | undefined;
  /** There is something to go back to: what was before the last change, or before the file was broken. */
  readonly hasPrevious: boolean;
}

/** @param running what is in effect */
export async function configurationSight(
  file: SettingsFile,
  text: string,
  running: LoadedSettings,
): Promise<ConfigurationSight> {
  const state = await file.state();
  try {
    const loaded = file.load(text);
    const pendingRestart = compareSettings(running, loaded).restart;
    return { text, loaded, refusal: undefined, pendingRestart, ...state };
  } catch (refusal) {
    if (!(refusal instanceof RefusedSettings)) throw refusal;
    return { text, loaded: running, refusal, pendingRestart: [], ...state, hasPrevious: true };
  }
}
