import type { SessionRow } from '../core/session.ts';
import { type KeptEvent, moveEvents, putEvents } from './event-rows.ts';
import { moveFigures, putMinute, sumUpHours } from './figure-rows.ts';
import type { JobDeps } from './history-jobs.ts';
import type { TimeStep } from './history-time.ts';
import type { FigureSpan } from './minute-figures.ts';
import { moveSessions, putSessions } from './session-rows.ts';
import type { Tables } from './tables.ts';
import { dropOld, giveBack, type HistoryLimits, makeRoom } from './tidy.ts';

/** The figures of a minute. */
export interface KeptMinute {
  /** Since 1970. */
  readonly minute: number;
  readonly spans: readonly FigureSpan[];
}

/** Everything of a minute, or of a few when some had to wait. */
export interface Batch {
  /** A whole number, unique over all runs: what has been written once is not written again. */
  readonly number: number;
  /** What the wall clock did since the last one; before anything of this one. */
  readonly steps: readonly TimeStep[];
  /** At least one. */
  readonly minutes: readonly KeptMinute[];
  readonly events: readonly KeptEvent[];
  readonly sessions: readonly SessionRow[];
  /** What is older goes; undefined while the time is not to be believed. */
  readonly limits: HistoryLimits | undefined;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Of hours that are over. Usually there is one. */
const MOST_HOURS = 24;

/** Writes a batch, in one transaction. Once an hour it sums up the hour that is over, and lets go of what is too old. */
export function keepMinutes(deps: JobDeps, batch: Batch): void {
  const { database, dictionary } = deps;
  try {
    database.write((tables) => keep(deps, tables, batch));
  } catch (error) {
    // Numbers that were given in it are not in the file.
    dictionary.forget();
    throw error;
  }
}

function keep({ dictionary, maxBytes, tidying }: JobDeps, tables: Tables, batch: Batch): void {
  const [first] = batch.minutes;
  if (first === undefined || isKept(tables, first.minute, batch.number)) return;
  makeRoom(tables, maxBytes);
  for (const step of batch.steps) {
    moveFigures(tables, dictionary, minutesOf(step));
    moveEvents(tables, step);
    moveSessions(tables, step);
  }
  for (const { minute, spans } of batch.minutes) {
    putMinute(tables, dictionary, { minute, batch: batch.number, spans: dictionary.number(tables, spans) });
  }
  putEvents(tables, batch.events);
  putSessions(tables, batch.sessions);
  const hour = Math.floor((first.minute * MINUTE_MS) / HOUR_MS);
  if (tidying.hour === hour && !tidying.isMore && batch.steps.length === 0) return;
  sumUpHours(tables, dictionary, hour, MOST_HOURS);
  tidying.isMore = batch.limits !== undefined && dropOld(tables, batch.limits, first.minute * MINUTE_MS);
  giveBack(tables);
  tidying.hour = hour;
}

function isKept(tables: Tables, minute: number, number: number): boolean {
  return tables.all('SELECT 1 FROM figure_minute WHERE minute = ? AND batch = ?', minute, number).length > 0;
}

function minutesOf({ fromMs, toMs, byMs }: TimeStep): { from: number; to: number; by: number } {
  return {
    from: Math.floor(fromMs / MINUTE_MS),
    to: Math.floor(toMs / MINUTE_MS),
    by: Math.round(byMs / MINUTE_MS),
  };
}
