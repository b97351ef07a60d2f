import { sizeOf } from './database-file.ts';
import { eachRow } from './figure-rows.ts';
import type { JobDeps } from './history-jobs.ts';
import { eachFigure } from './packed-figures.ts';
import type { Tables } from './tables.ts';
import { usedBytes } from './tidy.ts';

/** What is kept of one kind. */
export interface KeptOf {
  readonly rows: number;
  /** Wall clock, milliseconds; null when there is none. */
  readonly oldestMs: number | null;
}

export interface HistorySummary {
  /** The file and its log. */
  readonly fileBytes: number;
  /** Of the file, what holds something. */
  readonly usedBytes: number;
  readonly minutes: KeptOf;
  readonly hours: KeptOf;
  readonly events: KeptOf;
  readonly sessions: KeptOf;
  readonly devices: number;
  /** Of the counters that were asked for. */
  readonly written: readonly WrittenFigure[];
}

/** How much a counter of written bytes has grown. */
export interface WrittenFigure {
  readonly name: string;
  /** Since `dayFromMs`. */
  readonly today: number;
  /** In 24 hours, by the last hours that are kept; null before the first one. */
  readonly perDay: number | null;
}

export interface SummaryQuery {
  /** Counters of written bytes. */
  readonly names: readonly string[];
  /** When this day began, and how late it is: wall clock, milliseconds. */
  readonly dayFromMs: number;
  readonly nowMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_HOURS = 24;
/** A day's mean is that of so many days at most. */
const MEAN_HOURS = 7 * DAY_HOURS;

/** How much is kept, since when, and what that costs the card. */
export function readSummary({ database, dictionary, file }: JobDeps, query: SummaryQuery): HistorySummary {
  return database.read((tables) => {
    const ids = new Map<number, string>();
    for (const { id, name, subject } of dictionary.all(tables)) {
      if (subject === '' && query.names.includes(name)) ids.set(id, name);
    }
    return {
      fileBytes: sizeOf(file) + sizeOf(`${file}-wal`),
      usedBytes: usedBytes(tables),
      minutes: keptOf(tables, 'figure_minute', 'minute', MINUTE_MS),
      hours: keptOf(tables, 'figure_hour', 'hour', HOUR_MS),
      events: keptOf(tables, 'event', 'time_ms', 1),
      sessions: keptOf(tables, 'session', 'started_ms', 1),
      devices: keptOf(tables, 'device', 'seen_ms', 1).rows,
      written: writtenOf(tables, ids, query),
    };
  });
}

function keptOf(tables: Tables, table: string, column: string, unitMs: number): KeptOf {
  const [found] = tables.all<{ rows: number; oldest: number | null }>(
    `SELECT count(*) AS rows, min(${column}) AS oldest FROM ${table}`,
  );
  const oldest = found?.oldest ?? null;
  return { rows: found?.rows ?? 0, oldestMs: oldest === null ? null : oldest * unitMs };
}

function writtenOf(tables: Tables, ids: ReadonlyMap<number, string>, query: SummaryQuery): WrittenFigure[] {
  if (ids.size === 0) return [];
  const { dayFromMs, nowMs } = query;
  const today = sumsOf(tables, 'minute', Math.ceil(dayFromMs / MINUTE_MS), Math.floor(nowMs / MINUTE_MS), ids);
  const hour = Math.floor(nowMs / HOUR_MS);
  const days = sumsOf(tables, 'hour', hour - MEAN_HOURS, hour - 1, ids);
  return Array.from(ids, ([id, name]) => {
    const known = days.get(id);
    return {
      name,
      today: today.get(id)?.sum ?? 0,
      perDay: known === undefined ? null : (known.sum / known.rows) * DAY_HOURS,
    };
  });
}

function sumsOf(
  tables: Tables,
  step: 'minute' | 'hour',
  from: number,
  to: number,
  ids: ReadonlyMap<number, string>,
): Map<number, { sum: number; rows: number }> {
  const sums = new Map<number, { sum: number; rows: number }>();
  eachRow(tables, step, { from, to }, (_, packed) =>
    eachFigure(packed, (id, value) => {
      if (!ids.has(id)) return;
      const known = sums.get(id) ?? { sum: 0, rows: 0 };
      known.sum += value;
      known.rows += 1;
      sums.set(id, known);
    }),
  );
  return sums;
}
