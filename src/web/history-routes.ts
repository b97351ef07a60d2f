import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { DeviceError, type ErrorReport, reportOf, sentencesOf } from '../core/errors.ts';
import type { EventType } from '../core/station-event.ts';
import {
  type EventsAnswer,
  EventsQuery,
  type FiguresAnswer,
  FiguresQuery,
  type HistoryAnswer,
} from './history-schemas.ts';
import { needs, type WebAccess } from './needs.ts';

export interface HistoryDeps extends WebAccess {
  readonly wallTime: () => Date;
  readonly isEnabled: () => boolean;
  /** Why nothing is kept at present. */
  readonly problem: () => ErrorReport | undefined;
  readonly maxBytes: () => number;
  /** The others reject with DeviceError `history.not-kept` when nothing can be read. */
  readonly figures: (query: {
    readonly names: readonly string[];
    readonly fromMs: number;
    readonly toMs: number;
    readonly step: 'minute' | 'hour';
  }) => Promise<FiguresKept>;
  readonly events: (query: {
    readonly beforeMs: number;
    readonly limit: number;
    readonly types: readonly EventType[];
  }) => Promise<readonly EventKept[]>;
  readonly summary: () => Promise<SummaryKept>;
}

interface FiguresKept {
  readonly times: readonly number[];
  readonly pointMs: number;
  readonly series: readonly {
    readonly name: string;
    readonly subject: string;
    readonly values: (number | null)[];
    readonly max: (number | null)[];
  }[];
}

interface EventKept {
  readonly timeMs: number;
  readonly type: EventType;
  readonly subject: string;
  readonly detail: string;
}

interface RowsKept {
  readonly rows: number;
  readonly oldestMs: number | null;
}

interface SummaryKept {
  readonly fileBytes: number;
  readonly usedBytes: number;
  readonly minutes: RowsKept;
  readonly hours: RowsKept;
  readonly events: RowsKept;
  readonly sessions: RowsKept;
  readonly devices: number;
  readonly written: readonly { readonly name: string; readonly today: number; readonly perDay: number | null }[];
}

type Env = { Bindings: HttpBindings };

const HOUR_MS = 3_600_000;
/** What is asked for when it is not said: the last hour of minutes, the last week of hours. */
const USUAL_MS = { minute: HOUR_MS, hour: 7 * 24 * HOUR_MS };
const DIGITS = 6;
const NOTHING: SummaryKept = {
  fileBytes: 0,
  usedBytes: 0,
  minutes: { rows: 0, oldestMs: null },
  hours: { rows: 0, oldestMs: null },
  events: { rows: 0, oldestMs: null },
  sessions: { rows: 0, oldestMs: null },
  devices: 0,
  written: [],
};

/** `/api/history`: figures over time, what happened, and what keeping all that costs. */
export function historyRoutes(deps: HistoryDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.use(needs(deps, 'read'));

  app.get('/figures', async (context) => {
    const query = v.safeParse(FiguresQuery, context.req.query());
    if (!query.success)
      return refuse(context, query.issues[0], 'names (1 to 20), from, to, step (minute, hour), of (mean, max)');
    const { names, step, of, to = deps.wallTime().getTime() } = query.output;
    const { from = to - USUAL_MS[step] } = query.output;
    return unlessBroken(context, async () => {
      const { times, pointMs, series } = await deps.figures({ names, fromMs: from, toMs: to, step });
      const answer: FiguresAnswer = {
        step,
        point_seconds: pointMs / 1000,
        times: [...times],
        series: {},
      };
      for (const { name, subject, values, max } of series) {
        answer.series[name] = { ...answer.series[name], [subject]: (of === 'max' ? max : values).map(short) };
      }
      return context.json(answer);
    });
  });

  app.get('/events', async (context) => {
    const query = v.safeParse(EventsQuery, context.req.query());
    if (!query.success)
      return refuse(context, query.issues[0], 'before, limit (1 to 500), type (one or more, with commas)');
    const { before = Number.MAX_SAFE_INTEGER, limit, type } = query.output;
    return unlessBroken(context, async () => {
      const events = await deps.events({ beforeMs: before, limit, types: type });
      const answer: EventsAnswer = {
        events: events.map(({ timeMs, ...event }) => ({
          time: new Date(timeMs).toISOString(),
          time_ms: timeMs,
          ...event,
        })),
        next_before: events.length < limit ? null : (events.at(-1)?.timeMs ?? null),
      };
      return context.json(answer);
    });
  });

  app.get('/', async (context) => {
    let trouble = deps.problem();
    const kept = await deps.summary().catch((error: unknown) => {
      if (!(error instanceof DeviceError)) throw error;
      trouble ??= reportOf(error, error.code);
      return NOTHING;
    });
    const answer: HistoryAnswer = {
      enabled: deps.isEnabled(),
      trouble: trouble === undefined ? null : sentencesOf(trouble),
      file_bytes: kept.fileBytes,
      used_bytes: kept.usedBytes,
      max_bytes: deps.maxBytes(),
      minutes: rowsOf(kept.minutes),
      hours: rowsOf(kept.hours),
      events: rowsOf(kept.events),
      sessions: rowsOf(kept.sessions),
      devices: kept.devices,
      written_bytes: {
        pipit: writtenOf(kept, 'disk_written_bytes_total'),
        history: writtenOf(kept, 'history_written_bytes_total'),
      },
    };
    return context.json(answer);
  });
  return app;
}

function refuse(context: Context<Env>, issue: v.BaseIssue<unknown>, known: string): Response {
  const field = String(issue.path?.[0]?.key ?? 'the query');
  return context.json(
    { error: `${field}: ${issue.message}. There are ${known}; moments are milliseconds or ISO 8601.` },
    422,
  );
}

async function unlessBroken(context: Context<Env>, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    return context.json({ error: sentencesOf(error) }, 503);
  }
}

/** More digits than are kept would only look like it. */
function short(value: number | null): number | null {
  return value === null || Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
}

function rowsOf({ rows, oldestMs }: RowsKept): { rows: number; oldest: string | null } {
  return { rows, oldest: oldestMs === null ? null : new Date(oldestMs).toISOString() };
}

function writtenOf({ written }: SummaryKept, name: string): { today: number; per_day: number | null } | null {
  const found = written.find((one) => one.name === name);
  return found === undefined
    ? null
    : { today: Math.round(found.today), per_day: found.perDay === null ? null : Math.round(found.perDay) };
}
