import type { Log, LogFields } from './log.ts';

/** A line of a log on its way to the main process. */
export interface LogMessage {
  readonly type: 'log';
  readonly level: 'debug' | 'info' | 'notice' | 'warning' | 'error';
  readonly message: string;
  readonly fields?: LogFields;
}

/** A log in a worker process or thread: the main process writes its lines. */
export class SentLog implements Log {
  readonly #send: (message: LogMessage) => void;

  constructor(send: (message: LogMessage) => void) {
    this.#send = send;
  }

  debug(message: string, fields?: LogFields): void {
    this.#line('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#line('info', message, fields);
  }

  notice(message: string, fields?: LogFields): void {
    this.#line('notice', message, fields);
  }

  warning(message: string, fields?: LogFields): void {
    this.#line('warning', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#line('error', message, fields);
  }

  crit(message: string, fields?: LogFields): void {
    this.#line('error', message, fields);
  }

  /** The main process names whose it is; rooms within a worker are of no interest there. */
  room(): Log {
    return this;
  }

  #line(level: LogMessage['level'], message: string, fields: LogFields = {}): void {
    this.#send({ type: 'log', level, message, fields });
  }
}
