import type { Log, LogFields } from '../core/log.ts';

/** One line that a RecordingLog was given. */
export interface RecordedLine {
  readonly level: 'debug' | 'info' | 'notice' | 'warning' | 'error' | 'crit';
  /** Rooms from the outside in, joined by a slash; empty at the root. */
  readonly room: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** A log that keeps its lines for a test to look at. Logs made by `room` write to the same list. */
export class RecordingLog implements Log {
  readonly lines: RecordedLine[];
  readonly #room: string;

  constructor(room = '', lines: RecordedLine[] = []) {
    this.#room = room;
    this.lines = lines;
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#add('debug', message, fields);
  }

  info(message: string, fields: LogFields = {}): void {
    this.#add('info', message, fields);
  }

  notice(message: string, fields: LogFields = {}): void {
    this.#add('notice', message, fields);
  }

  warning(message: string, fields: LogFields = {}): void {
    this.#add('warning', message, fields);
  }

  error(message: string, fields: LogFields = {}): void {
    this.#add('error', message, fields);
  }

  crit(message: string, fields: LogFields = {}): void {
    this.#add('crit', message, fields);
  }

  room(room: string): RecordingLog {
    return new RecordingLog(this.#room === '' ? room : `${this.#room}/${room}`, this.lines);
  }

  /** Messages of one level, in the order they came. */
  messages(level: RecordedLine['level']): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message);
  }

  /** Everything as one text, fields included: to assert that a secret is nowhere in it. */
  get text(): string {
    return this.lines.map((line) => JSON.stringify(line)).join('\n');
  }

  #add(level: RecordedLine['level'], message: string, fields: LogFields): void {
    this.lines.push({ level, room: this.#room, message, fields });
  }
}
