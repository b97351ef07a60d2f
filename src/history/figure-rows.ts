import type { FigureDictionary } from './figure-dictionary.ts';
import { eachFigure, type NumberedSpan, packFigures } from './packed-figures.ts';
import type { Tables } from './tables.ts';

/** Tables of packed figures: a row a minute, a row an hour. */
export type FigureStep = 'minute' | 'hour';

export const HOUR_MINUTES = 60;

interface PackedRow {
  readonly at: number;
  readonly batch: number;
  readonly packed: Uint8Array;
}

const SELECT_MINUTE = 'SELECT packed FROM figure_minute WHERE minute = ?';
const SELECT_MINUTES = `SELECT minute AS at, batch, packed FROM figure_minute
  WHERE minute BETWEEN ? AND ? ORDER BY minute LIMIT ?`;
const DELETE_MINUTES = 'DELETE FROM figure_minute WHERE minute BETWEEN ? AND ?';
const PUT_MINUTE = 'INSERT OR REPLACE INTO figure_minute (minute, batch, packed) VALUES (?, ?, ?)';
const SELECT_HOURS =
  'SELECT hour AS at, 0 AS batch, packed FROM figure_hour WHERE hour BETWEEN ? AND ? ORDER BY hour LIMIT ?';
const DELETE_HOURS = 'DELETE FROM figure_hour WHERE hour BETWEEN ? AND ?';
const PUT_HOUR = 'INSERT OR REPLACE INTO figure_hour (hour, packed) VALUES (?, ?)';
/** The first minute from one on: asked again and again, it walks from hour to hour. */
const NEXT_MINUTE = 'SELECT min(minute) AS minute FROM figure_minute WHERE minute >= ?';
const HAS_HOUR = 'SELECT 1 FROM figure_hour WHERE hour = ?';
const MOST = 20_000;

/** Several spans of the same figure as one: counters are added, means are averaged, the highest is the highest. */
class Sum {
  readonly #isCounter: (id: number) => boolean;
  readonly #spans = new Map<number, { sum: number; count: number; max: number }>();

  constructor(isCounter: (id: number) => boolean) {
    this.#isCounter = isCounter;
  }

  readonly add = (id: number, value: number, max: number): void => {
    const known = this.#spans.get(id);
    if (known === undefined) {
      this.#spans.set(id, { sum: value, count: 1, max });
      return;
    }
    known.sum += value;
    known.count += 1;
    known.max = Math.max(known.max, max);
  };

  spans(): NumberedSpan[] {
    return Array.from(this.#spans, ([id, { sum, count, max }]) =>
      this.#isCounter(id) ? { id, value: sum, max: sum } : { id, value: sum / count, max },
    );
  }
}

/**
 * Puts figures into the row of their minute; what has a row already, because the clock was set back or Pipit started
 * twice in it, is joined to that.
 */
export function putMinute(
  tables: Tables,
  dictionary: FigureDictionary,
  { minute, batch, spans }: { minute: number; batch: number; spans: NumberedSpan[] },
): void {
  const [known] = tables.all<{ packed: Uint8Array }>(SELECT_MINUTE, minute);
  let all = spans;
  if (known !== undefined) {
    const sum = new Sum((id) => dictionary.isCounter(tables, id));
    eachFigure(known.packed, sum.add);
    for (const { id, value, max } of spans) sum.add(id, value, max);
    all = sum.spans();
  }
  tables.run(PUT_MINUTE, minute, batch, packFigures(all));
}

/** Sums up the hours that are over, have minutes and are not summed up yet; so many at most. */
export function sumUpHours(tables: Tables, dictionary: FigureDictionary, beforeHour: number, most: number): void {
  let left = most;
  for (let from = Number.MIN_SAFE_INTEGER; left > 0; ) {
    const minute = tables.all<{ minute: number | null }>(NEXT_MINUTE, from)[0]?.minute ?? null;
    if (minute === null) return;
    const hour = Math.floor(minute / HOUR_MINUTES);
    if (hour >= beforeHour) return;
    if (tables.all(HAS_HOUR, hour).length === 0) {
      tables.run(PUT_HOUR, hour, packFigures(hourOf(tables, dictionary, hour)));
      left -= 1;
    }
    from = (hour + 1) * HOUR_MINUTES;
  }
}

/** Moves the minutes of a stretch of time, and the hours that were made of them. */
export function moveFigures(
  tables: Tables,
  dictionary: FigureDictionary,
  { from, to, by }: { from: number; to: number; by: number },
): void {
  if (by === 0) return;
  const minutes = tables.all<PackedRow>(SELECT_MINUTES, from, to, MOST);
  tables.run(DELETE_MINUTES, from, minutes.at(-1)?.at ?? from);
  for (const { at, batch, packed } of minutes) {
    putMinute(tables, dictionary, { minute: at + by, batch, spans: spansOf(packed) });
  }
  const [fromHour, toHour] = [Math.floor(from / HOUR_MINUTES), Math.floor(to / HOUR_MINUTES)];
  const byHours = Math.round(by / HOUR_MINUTES);
  const hours = tables.all<PackedRow>(SELECT_HOURS, fromHour, toHour, MOST);
  tables.run(DELETE_HOURS, fromHour, toHour);
  // Those with minutes are summed up anew; of the others the hours are all there is.
  tables.run(DELETE_HOURS, Math.floor((from + by) / HOUR_MINUTES), Math.floor((to + by) / HOUR_MINUTES));
  for (const { at, packed } of hours) {
    if (!hasMinutes(tables, at) && !hasMinutes(tables, at + byHours)) tables.run(PUT_HOUR, at + byHours, packed);
  }
}

/** Tells each row of a stretch of time, in its order. */
export function eachRow(
  tables: Tables,
  step: FigureStep,
  { from, to }: { readonly from: number; readonly to: number },
  tell: (at: number, packed: Uint8Array) => void,
): void {
  const sql = step === 'minute' ? SELECT_MINUTES : SELECT_HOURS;
  // Some at a time: a year of hours is megabytes.
  const page = 500;
  for (let next = from; ; ) {
    const rows = tables.all<PackedRow>(sql, next, to, page);
    for (const { at, packed } of rows) tell(at, packed);
    const last = rows.at(-1);
    if (last === undefined || rows.length < page) return;
    next = last.at + 1;
  }
}

function hourOf(tables: Tables, dictionary: FigureDictionary, hour: number): NumberedSpan[] {
  const sum = new Sum((id) => dictionary.isCounter(tables, id));
  const from = hour * HOUR_MINUTES;
  eachRow(tables, 'minute', { from, to: from + HOUR_MINUTES - 1 }, (_, packed) => eachFigure(packed, sum.add));
  return sum.spans();
}

function hasMinutes(tables: Tables, hour: number): boolean {
  const from = hour * HOUR_MINUTES;
  return tables.all(SELECT_MINUTES, from, from + HOUR_MINUTES - 1, 1).length > 0;
}

function spansOf(packed: Uint8Array): NumberedSpan[] {
  const spans: NumberedSpan[] = [];
  eachFigure(packed, (id, value, max) => spans.push({ id, value, max }));
  return spans;
}
