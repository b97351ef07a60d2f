import { ConfigError } from '../core/errors.ts';
import type { Diagnostic, InvalidConfig } from './diagnostic.ts';
import { parseForNames } from './setting-at.ts';

/** One thing that is wrong with settings. Never holds the value of a secret. */
export interface SettingFlaw {
  /** Dotted name of what it is about; empty for the file as a whole. */
  readonly name: string;
  /** In the file, from 1; 0 where lines mean nothing. */
  readonly line: number;
  readonly column: number;
  readonly severity: Diagnostic['severity'];
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

/** Settings are refused as a whole, `config.refused`; nothing has changed. */
export class RefusedSettings extends ConfigError {
  readonly flaws: readonly SettingFlaw[];

  /** @param flaws at least one error */
  constructor(flaws: readonly SettingFlaw[], cause?: unknown) {
    const errors = flaws.filter(({ severity }) => severity === 'error');
    const [first] = errors;
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    const said = [first?.what, first?.why].filter((part) => part !== '').join(': ');
    super('config.refused', `${said}${more}`, { remedy: sentence(first?.remedy ?? ''), cause });
    this.flaws = flaws;
  }

  /** What the check of a configuration has found, by the names of settings. */
  static of(error: InvalidConfig, text: string): RefusedSettings {
    return new RefusedSettings(flawsOf(error.diagnostics, text), error);
  }

  /** One setting that can't be changed like that. */
  static one(name: string, what: string, why: string, remedy: string): RefusedSettings {
    return new RefusedSettings([{ name, line: 0, column: 0, severity: 'error', what, why, remedy }]);
  }
}

/** Diagnostics of a text by the names of the settings that they are about. */
export function flawsOf(diagnostics: readonly Diagnostic[], text: string): SettingFlaw[] {
  const nameAt = parseForNames(text);
  return diagnostics.map(({ file, line, column, severity, what, why, remedy }) => {
    const variable = /^environment:(.*)$/.exec(file)?.[1];
    return { name: variable ?? nameAt(line, column), line, column, severity, what, why, remedy };
  });
}

function sentence(text: string): string {
  const whole = text === '' ? 'correct it' : text;
  return `${whole.charAt(0).toUpperCase()}${whole.slice(1)}${/[.?!]$/.test(whole) ? '' : '.'}`;
}
