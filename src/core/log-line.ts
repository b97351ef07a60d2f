/** From the least to the worst. */
export const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'crit'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** A line of the log as it was written. */
export interface LogLine {
  /** Counts from 1 in each run of the program. */
  readonly id: number;
  /** Wall clock, milliseconds. */
  readonly timeMs: number;
  readonly level: LogLevel;
  /** Where it comes from; empty for the whole. */
  readonly room: string;
  /** The message and its values, on one line. */
  readonly text: string;
}

/** The last lines of the log, for who looks at them from afar. */
export interface RecentLog {
  /** Number of the last line; 0 before the first. */
  readonly lastId: number;
  /** The oldest `limit` lines after number `id` that are as bad as `level`, oldest first. */
  after(id: number, level?: LogLevel, limit?: number): readonly LogLine[];
}
