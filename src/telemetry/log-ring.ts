import { LOG_LEVELS, type LogLevel, type LogLine, type RecentLog } from '../core/log-line.ts';

export interface LogRingOptions {
  readonly maxLines: number;
  /** Characters of all lines together. */
  readonly maxCharacters: number;
}

/** What one line may be long; the log itself has all of it. */
const MAX_LINE = 1_000;

/** Keeps the last lines of the log in memory. */
export class LogRing implements RecentLog {
  readonly #options: LogRingOptions;
  readonly #lines: LogLine[] = [];
  #characters = 0;
  #lastId = 0;

  constructor(options: LogRingOptions = { maxLines: 500, maxCharacters: 128 * 1024 }) {
    this.#options = options;
  }

  get lastId(): number {
    return this.#lastId;
  }

  add(level: LogLevel, room: string, text: string, timeMs: number): void {
    const cut = text.length > MAX_LINE ? `${text.slice(0, MAX_LINE - 1)}…` : text;
    this.#lastId += 1;
    this.#lines.push({ id: this.#lastId, timeMs, level, room, text: cut });
    this.#characters += cut.length;
    const { maxLines, maxCharacters } = this.#options;
    while (this.#lines.length > maxLines || (this.#characters > maxCharacters && this.#lines.length > 1)) {
      this.#characters -= (this.#lines.shift() as LogLine).text.length;
    }
  }

  after(id: number, level: LogLevel = 'debug', limit = Number.POSITIVE_INFINITY): readonly LogLine[] {
    const least = LOG_LEVELS.indexOf(level);
    const found: LogLine[] = [];
    // Numbers have no gaps.
    const begin = Math.max(0, id - (this.#lines[0]?.id ?? 1) + 1);
    for (let index = begin; index < this.#lines.length && found.length < limit; index++) {
      const line = this.#lines[index] as LogLine;
      if (LOG_LEVELS.indexOf(line.level) >= least) found.push(line);
    }
    return found;
  }
}
