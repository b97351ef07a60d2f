import { ConfigError } from './errors.ts';

/** One thing that is to be known of settings. Never holds the value of a secret. */
export interface SettingFlaw {
  /** Dotted name of what it is about, or the variable of the environment; empty for the file as a whole. */
  readonly name: string;
  /** In the file, from 1; 0 where lines mean nothing. */
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning' | 'notice';
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

  /** One setting that can't be changed like that. */
  static one(name: string, what: string, why: string, remedy: string): RefusedSettings {
    return new RefusedSettings([{ name, line: 0, column: 0, severity: 'error', what, why, remedy }]);
  }
}

function sentence(text: string): string {
  const whole = text === '' ? 'correct it' : text;
  return `${whole.charAt(0).toUpperCase()}${whole.slice(1)}${/[.?!]$/.test(whole) ? '' : '.'}`;
}
