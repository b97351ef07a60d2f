import * as v from 'valibot';

const Figure = v.nullable(v.number());
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Ratio = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const Title = v.object({ title: v.string(), artist: v.string() });

/** What is wrong, and what to do about it. */
const Trouble = v.strictObject({ code: v.string(), message: v.string(), remedy: v.string() });

/** The answer of `/api/privacy`. */
export const PrivacyAnswer = v.strictObject({ camera: v.boolean(), microphone: v.boolean() });

const run = {
  name: v.string(),
  type: v.string(),
  state: v.picklist(['starting', 'opening', 'live', 'retrying', 'stalled', 'ended', 'stopped', 'waiting']),
  detail: v.string(),
  error: v.nullable(Trouble),
  since_seconds: v.number(),
  worker_restarts: Count,
};

const Level = v.strictObject({
  rmsDb: v.pipe(v.array(v.number()), v.description('dBFS per channel; -120 stands for digital silence')),
  peakDb: v.array(v.number()),
  clippedSamples: Count,
  silent: v.boolean(),
  sound: v.boolean(),
});

const Mount = v.strictObject({
  path: v.string(),
  active_source: v.pipe(v.nullable(v.string()), v.description('The source that is heard')),
  metadata: Title,
  listeners: Count,
  chain: v.pipe(v.array(v.string()), v.description('Its sources in their order')),
});

const Camera = v.strictObject({
  ...run,
  has_signal: v.boolean(),
  muted: v.boolean(),
  viewers: Count,
  width: v.nullable(Count),
  height: v.nullable(Count),
  quality_levels: v.array(v.number()),
});

/** The answer of `/api/status`. */
export const StatusAnswer = v.strictObject({
  source_connected: v.boolean(),
  source_status: v.picklist(['live', 'fallback', 'offline']),
  metadata: Title,
  listeners: Count,
  uptime_seconds: v.number(),
  uptime_formatted: v.string(),
  station_name: v.string(),
  station_description: v.string(),
  station_genre: v.string(),
  version: v.string(),
  profile: v.string(),
  mounts: v.array(Mount),
  sources: v.array(v.strictObject({ ...run, level: v.nullable(Level) })),
  cameras: v.array(Camera),
  privacy: PrivacyAnswer,
});

const Rung = v.strictObject({
  mount: v.string(),
  rung: v.string(),
  listeners: Count,
  ring_bytes: Count,
  ring_seconds: v.number(),
  oldest_unit_age_seconds: v.number(),
  newest_unit_age_seconds: v.number(),
});

/** Why a listener hears what it hears. */
export const SteeringAnswer = v.strictObject({
  id: v.number(),
  quality: v.string(),
  rung: v.string(),
  bitrate_kbps: v.number(),
  reason: v.string(),
  hold: v.nullable(v.string()),
  link_kbps: Figure,
  shown_kbps: Figure,
  buffer_seconds: v.number(),
  stalls: Count,
  stalled_seconds: v.number(),
  below_lowest: v.boolean(),
  rtt_ms: Figure,
  loss_percent: Figure,
  switches: v.array(v.strictObject({ at_seconds: v.number(), from: v.string(), to: v.string(), reason: v.string() })),
});

const Listener = v.strictObject({
  id: v.number(),
  mount: v.string(),
  rung: v.string(),
  bytes_sent: Count,
  connected_seconds: v.number(),
  active: v.pipe(v.boolean(), v.description('False while its connection takes nothing')),
  lag_ms: v.number(),
  skipped_units: Count,
  skips: Count,
  rung_switches: Count,
  steering: v.nullable(SteeringAnswer),
});

const Viewer = v.strictObject({
  id: v.number(),
  transport: v.string(),
  level: v.number(),
  reason: v.string(),
  fps: v.number(),
  bitrate_kbps: v.number(),
  link_kbps: Figure,
  skipped_frames: Count,
  cache_asks: Count,
  cache_hits: Count,
  age_ms: Figure,
  bytes_sent: Count,
  connected_seconds: v.number(),
});

const CameraFigures = v.strictObject({
  name: v.string(),
  frames_total: Count,
  cache_frames: Count,
  cache_bytes: Count,
  cache_hit_rate: Ratio,
  encode_ms_p50: v.number(),
  encode_ms_p95: v.number(),
  quality_levels: v.array(v.number()),
  client_count: Count,
  target_bitrate: v.number(),
  viewers: v.pipe(v.array(Viewer), v.maxLength(1000)),
});

const Box = v.strictObject({
  step: Count,
  reason: v.nullable(v.string()),
  max_level: Figure,
  width_share: Ratio,
  max_fps: Figure,
  audio_step: Count,
  audio_reason: v.nullable(v.string()),
  effort: v.string(),
  max_rungs: Figure,
  max_kbps: Figure,
  cpu_percent: Figure,
  memory_percent: Figure,
  temperature_c: Figure,
  throttled: v.nullable(v.boolean()),
});

/** The answer of `/api/stats`. */
export const StatsAnswer = v.strictObject({
  uptime_seconds: v.number(),
  buffer: v.strictObject({ available: Count, space: v.number(), fill_percentage: v.number() }),
  ring: v.strictObject({ bytes: Count, size_bytes: Count, seconds: v.number() }),
  rungs: v.array(Rung),
  listeners: v.pipe(v.array(Listener), v.maxLength(1000)),
  total_listeners: Count,
  total_bytes_sent: Count,
  cameras: v.array(CameraFigures),
  box: Box,
  counters: v.record(v.string(), v.number()),
  memory: v.strictObject({ rss_bytes: Count, heap_bytes: Count }),
});

/** The answer of `/healthz`. */
export const HealthAnswer = v.strictObject({ status: v.literal('ok'), source_connected: v.boolean() });
