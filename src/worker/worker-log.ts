import type { Log, LogFields } from '../core/log.ts';
import type { WorkerMessage } from './messages.ts';

type LogMessage = Extract<WorkerMessage, { type: 'log' }>;

/** A log in a worker process: its lines go over the link and are written by the main process. */
export class WorkerLog implements Log {
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

  /** The main process names the source; rooms within a worker are of no interest there. */
  room(): Log {
    return this;
  }

  #line(level: LogMessage['level'], message: string, fields: LogFields = {}): void {
    this.#send({ type: 'log', level, message, fields });
  }
}
