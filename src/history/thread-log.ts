import type { Log, LogFields } from '../core/log.ts';
import type { HistoryMessage } from './history-messages.ts';

type LogMessage = Extract<HistoryMessage, { type: 'log' }>;

/** A log in the history's thread: the main process writes its lines. */
export class ThreadLog implements Log {
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

  /** The thread is one room. */
  room(): Log {
    return this;
  }

  #line(level: LogMessage['level'], message: string, fields: LogFields | undefined): void {
    this.#send({ type: 'log', level, message, fields });
  }
}
