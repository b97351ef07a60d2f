import type { EventType } from '../core/station-event.ts';
import type { JobDeps } from './history-jobs.ts';
import type { TimeStep } from './history-time.ts';
import type { Tables } from './tables.ts';

/** Something that happened, as it is kept. No two are of the same millisecond. */
export interface KeptEvent {
  /** Wall clock, milliseconds. */
  readonly timeMs: number;
  readonly type: EventType;
  readonly subject: string;
  readonly detail: string;
}

export interface EventQuery {
  /** Only what was before that moment. */
  readonly beforeMs: number;
  readonly limit: number;
  /** Only of these; all when it is empty. */
  readonly types: readonly EventType[];
}

interface EventRow {
  readonly time_ms: number;
  readonly type: EventType;
  readonly subject: string;
  readonly detail: string;
}

const INSERT = 'INSERT OR IGNORE INTO event (time_ms, type, subject, detail) VALUES (?, ?, ?, ?)';
const SELECT = 'SELECT * FROM event WHERE time_ms < ? ORDER BY time_ms DESC LIMIT ?';
/** With a list of types as JSON. */
const SELECT_TYPES = `SELECT * FROM event WHERE time_ms < ? AND type IN (SELECT value FROM json_each(?))
  ORDER BY time_ms DESC LIMIT ?`;
const SELECT_BETWEEN = 'SELECT * FROM event WHERE time_ms BETWEEN ? AND ? ORDER BY time_ms LIMIT 10000';
const DELETE = 'DELETE FROM event WHERE time_ms = ?';
/** Whose moment is taken gets one of the next. */
const MOST_TRIES = 1_000;

/** Writes events. */
export function putEvents(tables: Tables, events: readonly KeptEvent[]): void {
  for (const { timeMs, type, subject, detail } of events) {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (tables.run(INSERT, Math.round(timeMs) + tries, type, subject, detail) === 1) break;
    }
  }
}

/** Moves what happened in a stretch of time that was somewhere else. */
export function moveEvents(tables: Tables, { fromMs, toMs, byMs }: TimeStep): void {
  const rows = tables.all<EventRow>(SELECT_BETWEEN, Math.floor(fromMs), Math.ceil(toMs));
  for (const { time_ms } of rows) tables.run(DELETE, time_ms);
  putEvents(
    tables,
    rows.map(({ time_ms, ...rest }) => ({ ...rest, timeMs: time_ms + byMs })),
  );
}

/** What happened, the last first. */
export function readEvents({ database }: JobDeps, { beforeMs, limit, types }: EventQuery): KeptEvent[] {
  return database.read((tables) => {
    const rows =
      types.length === 0
        ? tables.all<EventRow>(SELECT, beforeMs, limit)
        : tables.all<EventRow>(SELECT_TYPES, beforeMs, JSON.stringify(types), limit);
    return rows.map(({ time_ms, type, subject, detail }) => ({ timeMs: time_ms, type, subject, detail }));
  });
}
