import { ConfigError } from '../core/errors.ts';

/** Where something stands. */
export interface Place {
  /** As it was named to the loader, or `environment:PIPIT_…`. */
  readonly file: string;
  /** From 1; 0 where lines mean nothing. */
  readonly line: number;
  /** From 1, in characters; 0 where columns mean nothing. */
  readonly column: number;
}

/**
 * error: the configuration is refused; warning: it is taken, and most likely not meant like that; notice: it is
 * taken, and has no effect yet.
 */
export type Severity = 'error' | 'warning' | 'notice';

/** One thing that the person who wrote the configuration should know. Never holds the value of a secret. */
export interface Diagnostic extends Place {
  readonly severity: Severity;
  /** What is there: `buffer.size_mb is 5000`. */
  readonly what: string;
  /** Why that is wrong: `it must be a whole number from 1 to 1000 MiB`. */
  readonly why: string;
  /** What to do: `set it to 1000`. */
  readonly remedy: string;
}

/** `file:line:column: what, why, remedy`, one line, with the severity before `what` where it is not an error. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, what, why, remedy } = diagnostic;
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  const label = severity === 'error' ? '' : `${severity}: `;
  const text = `${place}: ${label}${[what, why, remedy].filter((part) => part !== '').join(', ')}`;
  // A name in the file may hold a line break, which would fake a second diagnostic.
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => JSON.stringify(character).slice(1, -1));
}

/** The configuration is refused; carries every diagnostic, warnings included. */
export class InvalidConfig extends ConfigError {
  readonly diagnostics: readonly Diagnostic[];

  /** @param diagnostics at least one of them an error. */
  constructor(diagnostics: readonly Diagnostic[], cause?: unknown) {
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    const [first] = errors;
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    super('config.invalid', `${first === undefined ? 'no diagnostic' : formatDiagnostic(first)}${more}`, {
      remedy: first?.remedy ?? '',
      cause,
    });
    this.diagnostics = diagnostics;
  }
}

/** Gathers diagnostics while a configuration is read. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];

  error(place: Place, what: string, why: string, remedy: string): void {
    this.#add('error', place, what, why, remedy);
  }

  warning(place: Place, what: string, why: string, remedy: string): void {
    this.#add('warning', place, what, why, remedy);
  }

  notice(place: Place, what: string, why: string, remedy: string): void {
    this.#add('notice', place, what, why, remedy);
  }

  get failed(): boolean {
    return this.list.some((diagnostic) => diagnostic.severity === 'error');
  }

  #add(severity: Severity, { file, line, column }: Place, what: string, why: string, remedy: string): void {
    this.list.push({ file, line, column, severity, what, why, remedy });
  }
}
