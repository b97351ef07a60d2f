import { type Logger, pino } from 'pino';
import type { Log, LogFields } from '../core/log.ts';

/** syslog's numbers (RFC 5424, 6.2.1): journald reads them as `<N>` at the start of a line. */
const PRIORITIES = { debug: 7, info: 6, notice: 5, warning: 4, error: 3, crit: 2 } as const;
type Level = keyof typeof PRIORITIES;
/** pino's own scale, on which more is worse. */
const CUSTOM_LEVELS: Record<Level, number> = { debug: 20, info: 30, notice: 35, warning: 40, error: 50, crit: 60 };
const LEVEL_NAMES = new Map(Object.entries(CUSTOM_LEVELS).map(([name, value]) => [value, name as Level]));

export interface PinoLogOptions {
  readonly level: 'debug' | 'info';
  /** Prefix lines with their priority, as a service of systemd should. */
  readonly forJournal: boolean;
  /** Takes one line, with its line end. */
  readonly write: (line: string) => void;
}

/** The log of the main process: a line of text each, with a priority that journald understands. */
export class PinoLog implements Log {
  readonly #logger: Logger<Level>;

  private constructor(logger: Logger<Level>) {
    this.#logger = logger;
  }

  static open(options: PinoLogOptions): PinoLog {
    const stream = { write: (json: string) => options.write(lineOf(JSON.parse(json), options.forJournal)) };
    const settings = {
      customLevels: CUSTOM_LEVELS,
      useOnlyCustomLevels: true as const,
      level: options.level,
      base: null,
    };
    return new PinoLog(pino<Level, true>(settings, stream));
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

function lineOf({ level, time, room, msg, ...fields }: Line, forJournal: boolean): string {
  const name = LEVEL_NAMES.get(level) ?? 'info';
  const rest = Object.entries(fields)
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
  // Line breaks in a message would let its sender forge lines of the log.
  const text = `${room === undefined ? '' : `${room}: `}${msg ?? ''}${rest}`.replace(/[\r\n]+/g, ' ');
  if (forJournal) return `<${PRIORITIES[name]}>${text}\n`;
  return `${new Date(time).toISOString().slice(11, 23)} ${name.padEnd(7)} ${text}\n`;
}
