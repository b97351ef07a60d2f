import { HOUR_MINUTES } from './figure-rows.ts';
import type { Tables } from './tables.ts';

/** For how long what is kept. */
export interface HistoryLimits {
  readonly minuteDays: number;
  readonly hourDays: number;
  readonly sessionDays: number;
  readonly eventDays: number;
}

/** A table whose oldest rows can go. */
interface Aging {
  readonly table: string;
  /** Column of the time, and how many milliseconds one of it is. */
  readonly column: string;
  readonly unitMs: number;
  readonly days: (limits: HistoryLimits) => number;
}

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const AGING: readonly Aging[] = [
  { table: 'figure_minute', column: 'minute', unitMs: 60_000, days: ({ minuteDays }) => minuteDays },
  { table: 'figure_hour', column: 'hour', unitMs: HOUR_MINUTES * 60_000, days: ({ hourDays }) => hourDays },
  { table: 'event', column: 'time_ms', unitMs: 1, days: ({ eventDays }) => eventDays },
  { table: 'session', column: 'started_ms', unitMs: 1, days: ({ sessionDays }) => sessionDays },
];
/** So many rows of a table at a time: what has to go goes over the next minutes. */
const MOST_ROWS = 500;
/** Above this part of what the file may take, the oldest goes. */
const FULL_SHARE = 0.9;
/** So much goes in a minute. */
const MOST_HOURS = 16;
/** Empty pages that wait for new rows; above this part of the file they are given back to the disk, so many at a time. */
const FREE_SHARE = 0.25;
const LEAST_FREE_PAGES = 256;
const MOST_PAGES = 64;

/**
 * Lets go of what is older than it may be, some of it at a time.
 * @returns true when there is more to go
 */
export function dropOld(tables: Tables, limits: HistoryLimits, nowMs: number): boolean {
  let isMore = false;
  for (const aging of AGING) {
    const before = Math.floor((nowMs - aging.days(limits) * DAY_MS) / aging.unitMs);
    if (drop(tables, aging, before) === MOST_ROWS) isMore = true;
  }
  return isMore;
}

/** Makes room where the file is nearly as large as it may become: the oldest goes first, an hour of it at a time. */
export function makeRoom(tables: Tables, maxBytes: number): void {
  for (let rounds = MOST_HOURS; rounds > 0 && usedBytes(tables) > maxBytes * FULL_SHARE; rounds--) {
    let oldest: Aging | undefined;
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const aging of AGING) {
      const { table, column, unitMs } = aging;
      const first = tables.all<{ at: number | null }>(`SELECT min(${column}) AS at FROM ${table}`)[0]?.at ?? null;
      if (first !== null && first * unitMs < oldestMs) [oldest, oldestMs] = [aging, first * unitMs];
    }
    if (oldest === undefined) return;
    drop(tables, oldest, Math.floor((oldestMs + HOUR_MS) / oldest.unitMs));
  }
}

/** Gives empty pages back to the disk, where there are many. */
export function giveBack(tables: Tables): void {
  const free = pragma(tables, 'freelist_count');
  if (free <= Math.max(LEAST_FREE_PAGES, pragma(tables, 'page_count') * FREE_SHARE)) return;
  // A statement that is run takes one step, which is one page.
  for (let pages = 0; pages < MOST_PAGES; pages++) tables.run('PRAGMA incremental_vacuum(1)');
}

/** Bytes of the file that hold something. */
export function usedBytes(tables: Tables): number {
  const pages = pragma(tables, 'page_count') - pragma(tables, 'freelist_count');
  return pages * pragma(tables, 'page_size');
}

function drop(tables: Tables, { table, column }: Aging, before: number): number {
  // The columns are unique but for that of sessions, of which a few more may go.
  const last = tables.all<{ at: number }>(
    `SELECT ${column} AS at FROM ${table} WHERE ${column} < ? ORDER BY ${column} LIMIT 1 OFFSET ${MOST_ROWS - 1}`,
    before,
  )[0]?.at;
  const dropped = tables.run(`DELETE FROM ${table} WHERE ${column} <= ?`, last ?? before - 1);
  return last === undefined ? Math.min(dropped, MOST_ROWS - 1) : MOST_ROWS;
}

function pragma(tables: Tables, name: string): number {
  return Object.values(tables.all<Record<string, number>>(`PRAGMA ${name}`)[0] ?? {})[0] ?? 0;
}
