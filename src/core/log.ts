/** Values beside a log message; secrets never go in. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Log levels follow from the audience: debug for developers, info the story, notice for the operator,
 * warning one operation failed, error a feature is down, crit the process ends.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  notice(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  crit(message: string, fields?: LogFields): void;
  /** A log whose lines name `room`. */
  room(room: string): Log;
}

/** A log that says nothing. */
export const silentLog: Log = {
  debug() {},
  info() {},
  notice() {},
  warning() {},
  error() {},
  crit() {},
  room: () => silentLog,
};
