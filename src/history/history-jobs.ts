import type { Database } from './database.ts';
import { readDevices, writeDevices } from './device-jobs.ts';
import { readEvents } from './event-rows.ts';
import type { FigureDictionary } from './figure-dictionary.ts';
import { keepMinutes } from './keep-minutes.ts';
import { readFigures } from './read-figures.ts';
import { readSummary } from './read-summary.ts';
import { readSession, readSessions } from './session-rows.ts';

/** What jobs work with, in the thread. */
export interface JobDeps {
  readonly database: Database;
  /** Tells one opening of the file from any other, over all threads. */
  readonly generationOf: (generation: number) => number;
  readonly dictionary: FigureDictionary;
  readonly file: string;
  readonly maxBytes: number;
  /** What was last done about hours that are over and rows that are too old. */
  readonly tidying: { hour: number | undefined; isMore: boolean };
}

/** What the history's thread can be asked to do: each gets and gives what can be sent between threads. */
export const HISTORY_JOBS = {
  readDevices,
  writeDevices,
  keepMinutes,
  readFigures,
  readEvents,
  readSessions,
  readSession,
  readSummary,
} satisfies Readonly<Record<string, (deps: JobDeps, argument: never) => unknown>>;

type Jobs = typeof HISTORY_JOBS;
export type JobName = keyof Jobs;
export type JobArgument<N extends JobName> = Parameters<Jobs[N]>[1];
export type JobResult<N extends JobName> = ReturnType<Jobs[N]>;

/** Whoever has jobs done. */
export interface HistoryDesk {
  /**
   * Has something done; what is asked for is done one after the other.
   * @throws DeviceError `history.not-kept` when the disk does not work, `history.busy` when too much is asked for
   */
  ask<N extends JobName>(job: N, argument: JobArgument<N>): Promise<JobResult<N>>;
}
