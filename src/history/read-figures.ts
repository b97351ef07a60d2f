import type { KnownFigure } from './figure-dictionary.ts';
import { eachRow, type FigureStep } from './figure-rows.ts';
import type { JobDeps } from './history-jobs.ts';
import { HISTORY_POINTS } from './history-points.ts';
import { eachFigure } from './packed-figures.ts';
import type { Tables } from './tables.ts';

export interface FiguresQuery {
  readonly names: readonly string[];
  /** Wall clock, milliseconds; `fromMs` is part of it, `toMs` is not. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly step: FigureStep;
}

/** One figure over time. Null where nothing is known. */
export interface FigureSeries {
  readonly name: string;
  readonly subject: string;
  readonly isCounter: boolean;
  /** Means of a gauge; of a counter what it has grown by. */
  readonly values: (number | null)[];
  readonly max: (number | null)[];
}

export interface FiguresOverTime {
  /** Where each point begins: wall clock, milliseconds. */
  readonly times: readonly number[];
  readonly pointMs: number;
  readonly series: readonly FigureSeries[];
}

/** Sources that were called otherwise once have figures, too: those that come first are told. */
const MAX_SERIES = 100;
const STEP_MS: Readonly<Record<FigureStep, number>> = { minute: 60_000, hour: 3_600_000 };

/** What is gathered of one figure. */
interface Gathered {
  readonly series: FigureSeries;
  readonly counts: number[];
}

/**
 * Figures over a stretch of time, in at most HISTORY_POINTS points of as many minutes or hours as it takes. Of a stretch
 * that begins before anything was kept, only what follows.
 */
export function readFigures(deps: JobDeps, query: FiguresQuery): FiguresOverTime {
  return deps.database.read((tables) => {
    const stepMs = STEP_MS[query.step];
    const from = Math.max(Math.floor(query.fromMs / stepMs), firstOf(tables, query.step));
    const to = Math.ceil(query.toMs / stepMs) - 1;
    const steps = Math.max(0, to - from + 1);
    const width = Math.max(1, Math.ceil(steps / HISTORY_POINTS));
    const points = Math.ceil(steps / width);
    const wanted = wantedOf(deps, tables, query.names);
    const found = new Map<number, Gathered>();
    if (points > 0 && wanted.size > 0) {
      eachRow(tables, query.step, { from, to }, (at, packed) => {
        const point = Math.floor((at - from) / width);
        eachFigure(packed, (id, value, max) => {
          const figure = wanted.get(id);
          if (figure === undefined) return;
          let one = found.get(id);
          if (one === undefined) {
            if (found.size >= MAX_SERIES) return;
            one = gather(figure, points);
            found.set(id, one);
          }
          add(one, point, value, max);
        });
      });
    }
    return {
      times: Array.from({ length: points }, (_, point) => (from + point * width) * stepMs),
      pointMs: width * stepMs,
      series: Array.from(found.values(), meansOf),
    };
  });
}

/** The first minute or hour that is kept; one that never comes when there is none. */
function firstOf(tables: Tables, step: FigureStep): number {
  const found = tables.all<{ first: number | null }>(`SELECT min(${step}) AS first FROM figure_${step}`)[0]?.first;
  return found ?? Number.MAX_SAFE_INTEGER;
}

function wantedOf({ dictionary }: JobDeps, tables: Tables, names: readonly string[]): Map<number, KnownFigure> {
  const wanted = new Map<number, KnownFigure>();
  for (const figure of dictionary.all(tables)) if (names.includes(figure.name)) wanted.set(figure.id, figure);
  return wanted;
}

function gather({ name, subject, isCounter }: KnownFigure, points: number): Gathered {
  const empty = (): (number | null)[] => new Array<number | null>(points).fill(null);
  return {
    series: { name, subject, isCounter, values: empty(), max: empty() },
    counts: new Array<number>(points).fill(0),
  };
}

function add({ series, counts }: Gathered, point: number, value: number, max: number): void {
  counts[point] = (counts[point] ?? 0) + 1;
  series.values[point] = (series.values[point] ?? 0) + value;
  const before = series.max[point] ?? null;
  series.max[point] = before === null ? max : Math.max(before, max);
}

/** Sums become means, but those of counters. */
function meansOf({ series, counts }: Gathered): FigureSeries {
  if (series.isCounter) return series;
  series.values.forEach((sum, point) => {
    if (sum !== null) series.values[point] = sum / (counts[point] ?? 1);
  });
  return series;
}
