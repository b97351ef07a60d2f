import * as v from 'valibot';
import { EVENT_TYPES } from '../core/station-event.ts';

const MAX_NAMES = 20;
const MAX_EVENTS = 500;
/** Milliseconds since 1970, or a date as ISO 8601 has it. */
const Moment = v.pipe(
  v.string(),
  v.maxLength(40),
  v.regex(/^(\d+|\d{4}-\d{2}-\d{2}.*)$/),
  v.transform((text) => (/^\d+$/.test(text) ? Number(text) : Date.parse(text))),
  v.number(),
  v.integer(),
  v.minValue(0),
  v.maxValue(8.64e15),
);

function list<const T extends readonly string[]>(names: T) {
  return v.pipe(
    v.string(),
    v.maxLength(1000),
    v.transform((text) => text.split(',').filter(Boolean)),
    v.array(v.picklist(names)),
  );
}

/** `?names=a,b&from=&to=&step=&of=` of the figures. */
export const FiguresQuery = v.strictObject({
  names: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(1000),
      v.transform((text) => text.split(',').filter(Boolean)),
      v.array(v.pipe(v.string(), v.regex(/^[a-z0-9_]{1,64}$/))),
      v.minLength(1),
      v.maxLength(MAX_NAMES),
    ),
    'listeners',
  ),
  from: v.optional(Moment),
  to: v.optional(Moment),
  step: v.optional(v.picklist(['minute', 'hour']), 'minute'),
  of: v.optional(v.picklist(['mean', 'max']), 'mean'),
});

/** `?before=&limit=&type=` of the events. */
export const EventsQuery = v.strictObject({
  before: v.optional(Moment),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,4}$/), v.transform(Number), v.minValue(1), v.maxValue(MAX_EVENTS)),
    '100',
  ),
  type: v.optional(list(EVENT_TYPES), ''),
});

const Value = v.nullable(v.number());

/** Figures over time, as uPlot takes them. */
export const FiguresAnswer = v.strictObject({
  step: v.picklist(['minute', 'hour']),
  point_seconds: v.pipe(v.number(), v.description('Length of a point')),
  times: v.pipe(v.array(v.number()), v.description('Where each point begins: milliseconds since 1970')),
  series: v.pipe(
    v.record(v.string(), v.record(v.string(), v.array(Value))),
    v.description(
      'By name and subject (source, camera, rung; empty for the station): means, or of a counter its growth in a point',
    ),
  ),
});

/** What happened, the last first. */
export const EventsAnswer = v.strictObject({
  events: v.array(
    v.strictObject({
      time: v.pipe(v.string(), v.isoTimestamp()),
      time_ms: v.number(),
      type: v.picklist(EVENT_TYPES),
      subject: v.string(),
      detail: v.string(),
    }),
  ),
  next_before: v.pipe(
    v.nullable(v.number()),
    v.description('What to ask for as "before" for what was earlier; null: there is nothing'),
  ),
});

const Kept = v.strictObject({ rows: v.number(), oldest: v.nullable(v.pipe(v.string(), v.isoTimestamp())) });
const Written = v.strictObject({ today: v.number(), per_day: Value });

/** What is kept, and what that costs the card. */
export const HistoryAnswer = v.strictObject({
  enabled: v.boolean(),
  trouble: v.pipe(v.nullable(v.string()), v.description('Why nothing is kept at present, and what to do')),
  file_bytes: v.number(),
  used_bytes: v.number(),
  max_bytes: v.number(),
  minutes: Kept,
  hours: Kept,
  events: Kept,
  sessions: Kept,
  devices: v.number(),
  written_bytes: v.pipe(
    v.strictObject({ pipit: v.nullable(Written), history: v.nullable(Written) }),
    v.description('Written to the disk: since midnight, and in 24 hours by the last week. null: not measured yet'),
  ),
});

export type FiguresAnswer = v.InferOutput<typeof FiguresAnswer>;
export type EventsAnswer = v.InferOutput<typeof EventsAnswer>;
export type HistoryAnswer = v.InferOutput<typeof HistoryAnswer>;
