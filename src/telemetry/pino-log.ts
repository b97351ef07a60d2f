import { type Logger, pino } from 'pino';
import type { Log, LogFields } from '../core/log.ts';
import type { LogLevel } from '../core/log-line.ts';

/** syslog's numbers (RFC 5424, 6.2.1): journald reads them as `<N>` at the start of a line. */
const PRIORITIES: Readonly<Record<LogLevel, number>> = { debug: 7, info: 6, notice: 5, warning: 4, error: 3, crit: 2 };
/** pino's own scale, on which more is worse. */
const CUSTOM_LEVELS: Record<LogLevel, number> = { debug: 20, info: 30, notice: 35, warning: 40, error: 50, crit: 60 };
const LEVEL_NAMES = new Map(Object.entries(CUSTOM_LEVELS).map(([name, value]) => [value, name as LogLevel]));

export interface PinoLogOptions {
  readonly level: 'debug' | 'info';
  /** Prefix lines with their priority, as a service of systemd should. */
  readonly forJournal: boolean;
  /** Takes one line, with its line end. */
  readonly write: (line: string) => void;
  /** Keeps the last lines as well, in their parts. */
  readonly keep?: (level: LogLevel, room: string, text: string, timeMs: number) => void;
}

/** The log of the main process: a line of text each, with a priority that journald understands. */
export class PinoLog implements Log {
  readonly #logger: Logger<LogLevel>;

  private constructor(logger: Logger<LogLevel>) {
    this.#logger = logger;
  }

  static open(options: PinoLogOptions): PinoLog {
    const stream = {
      write(json: string): void {
        const { level, time, room = '', msg = '', ...fields } = JSON.parse(json) as Line;
        const name = LEVEL_NAMES.get(level) ?? 'info';
        const text = textOf(msg, fields);
        options.write(lineOf(name, time, room, text, options.forJournal));
        options.keep?.(name, room, text, time);
      },
    };
    const settings = {
      customLevels: CUSTOM_LEVELS,
      useOnlyCustomLevels: true as const,
      level: options.level,
      base: null,
    };
    return new PinoLog(pino<LogLevel, true>(settings, stream));
  }

  /** From now on lines below this level are left out; it holds for the logs of rooms that are made later. */
  set level(level: 'debug' | 'info') {
    this.#logger.level = level;
  }

  debug(message: string, fields?: LogFields): void {
    this.#logger.debug(fields, message);
  }

  info(message: string, fields?: LogFields): void {
    this.#logger.info(fields, message);
  }

  notice(message: string, fields?: LogFields): void {
    this.#logger.notice(fields, message);
  }

  warning(message: string, fields?: LogFields): void {
    this.#logger.warning(fields, message);
  }

  error(message: string, fields?: LogFields): void {
    this.#logger.error(fields, message);
  }

  crit(message: string, fields?: LogFields): void {
    this.#logger.crit(fields, message);
  }

  room(room: string): PinoLog {
    return new PinoLog(this.#logger.child({ room }));
  }
}

interface Line {
  readonly level: number;
  readonly time: number;
  readonly room?: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

/** The message and its values. Line breaks would let the sender of a message forge lines of the log. */
function textOf(message: string, fields: LogFields): string {
  const values = Object.entries(fields).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${message}${values.join('')}`.replace(/[\r\n]+/g, ' ');
}

function lineOf(level: LogLevel, timeMs: number, room: string, text: string, forJournal: boolean): string {
  const whole = room === '' ? text : `${room}: ${text}`;
  if (forJournal) return `<${PRIORITIES[level]}>${whole}\n`;
  return `${new Date(timeMs).toISOString().slice(11, 23)} ${level.padEnd(7)} ${whole}\n`;
}
