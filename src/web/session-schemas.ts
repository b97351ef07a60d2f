import * as v from 'valibot';

const Figure = v.nullable(v.number());

/** A session as the API tells it. What was not measured is null. */
export const SessionAnswer = v.strictObject({
  id: v.string(),
  kind: v.picklist(['listener', 'viewer']),
  state: v.picklist(['live', 'ended']),
  mount: v.pipe(v.nullable(v.string()), v.description('Path that a listener opened')),
  camera: v.pipe(v.nullable(v.string()), v.description('Name of what a viewer watched')),
  started_at: v.pipe(v.string(), v.isoTimestamp()),
  ended_at: v.nullable(v.pipe(v.string(), v.isoTimestamp())),
  duration_seconds: v.number(),
  address: v.pipe(v.string(), v.description('Without its last part unless history.full_addresses is set')),
  agent: v.pipe(v.string(), v.description('Its program in a few words')),
  codec: v.string(),
  rung: v.pipe(v.string(), v.description('The last one')),
  bytes_sent: v.number(),
  adaptations: v.pipe(v.number(), v.description('Changes of rung or level')),
  underruns: v.pipe(Figure, v.description('Times that its player ran dry, by what had arrived')),
  stalled_seconds: Figure,
  skipped_units: v.number(),
  average_latency_ms: v.pipe(Figure, v.description('From capture to its connection')),
  average_bitrate_kbps: v.number(),
  link_kbps: v.pipe(Figure, v.description('What its link was last seen to carry')),
  transport: v.string(),
  close_reason: v.nullable(v.picklist(['left', 'lost', 'stalled', 'closed'])),
});

/** The answer of `/api/sessions`. */
export const SessionsAnswer = v.strictObject({
  live_count: v.number(),
  live: v.pipe(v.array(SessionAnswer), v.description('The newest first')),
  past: v.pipe(v.array(SessionAnswer), v.description('The newest first')),
  next_before: v.pipe(
    v.nullable(v.number()),
    v.description('What to ask for as "before" for those that came earlier; null: there are none'),
  ),
});

/** The answer of `/api/sessions/ID/report`. */
export const SessionReportAnswer = v.strictObject({
  session_duration_minutes: v.number(),
  average_bitrate_kbps: v.pipe(v.number(), v.description('Of the media that it was sent')),
  quality_adaptations: v.number(),
  buffer_underruns: Figure,
  stalled_seconds: Figure,
  skipped_units: v.number(),
  average_latency_ms: Figure,
  bandwidth_efficiency: v.pipe(
    Figure,
    v.description('Part of what its link was seen to carry, up to the best rung, that media was sent at; 0 to 1'),
  ),
  quality_score: v.pipe(
    Figure,
    v.description('Bitrate as part of the best, times the part of the time without stops; 0 to 1'),
  ),
  bytes_sent: v.number(),
});

const whole = (least: number, most: number) =>
  v.pipe(v.string(), v.regex(/^\d{1,16}$/), v.transform(Number), v.minValue(least), v.maxValue(most));

/** What may be asked of `/api/sessions`. */
export const SessionsQuery = v.strictObject({
  state: v.optional(v.picklist(['live', 'past', 'all']), 'all'),
  limit: v.optional(whole(1, 200), '50'),
  before: v.pipe(v.optional(whole(0, 8.64e15)), v.description('Those that began before, milliseconds since 1970')),
});

export type SessionAnswer = v.InferOutput<typeof SessionAnswer>;
export type SessionsAnswer = v.InferOutput<typeof SessionsAnswer>;
export type SessionReportAnswer = v.InferOutput<typeof SessionReportAnswer>;
