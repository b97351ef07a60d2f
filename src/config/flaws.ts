import { RefusedSettings, type SettingFlaw } from '../core/refused-settings.ts';
import type { Diagnostic, InvalidConfig } from './diagnostic.ts';
import { variableOf } from './refuse-environment.ts';
import { parseForNames } from './setting-at.ts';

/** Diagnostics of a text by the names of the settings that they are about. */
export function flawsOf(diagnostics: readonly Diagnostic[], text: string): SettingFlaw[] {
  const nameAt = parseForNames(text);
  return diagnostics.map(({ file, line, column, severity, what, why, remedy }) => {
    return { name: variableOf(file) ?? nameAt(line, column), line, column, severity, what, why, remedy };
  });
}

/** What the check of a text has found, by the names of settings. */
export function refusedBy(error: InvalidConfig, text: string): RefusedSettings {
  return new RefusedSettings(flawsOf(error.diagnostics, text), error);
}
