import * as v from 'valibot';
import { QUALITY_LEVELS, QUALITY_MODES } from '../core/quality-level.ts';
import type { ApiOperation } from './api-operation.ts';
import { DeviceBody, HintBody, PreferencesBody } from './quick-sync-body.ts';
import { SteeringAnswer } from './station-schemas.ts';

const Figure = v.nullable(v.number());
const Word = v.nullable(v.string());
const Time = v.pipe(v.string(), v.isoTimestamp());
const Problem = v.optional(v.string());

const Preferences = v.strictObject({
  mode: v.picklist(QUALITY_MODES),
  prefer_quality: v.boolean(),
  adapt_to_system: v.boolean(),
  auto_download_quality: v.boolean(),
});

const Buffer = v.strictObject({
  buffer_size: v.number(),
  preload: v.string(),
  max_buffer_size: v.number(),
  rebuffer_threshold: v.number(),
});

const status = {
  status: v.strictObject({
    network: v.strictObject({ speed_mbps: v.number(), status: v.string() }),
    system: v.strictObject({
      cpu_percent: Figure,
      memory_percent: Figure,
      memory_available_mb: Figure,
      status: v.string(),
    }),
    quality: v.strictObject({
      level: v.picklist(QUALITY_MODES),
      bitrate: v.number(),
      description: v.string(),
      auto_selected: v.boolean(),
    }),
    buffer: Buffer,
    timestamp: Time,
  }),
  preferences: Preferences,
};

const Preset = v.strictObject({
  bitrate: v.number(),
  buffer_size: v.number(),
  preload: v.string(),
  description: v.string(),
});

const levels = <T>(each: T) =>
  Object.fromEntries(QUALITY_LEVELS.map((level) => [level, each])) as Record<(typeof QUALITY_LEVELS)[number], T>;

const Details = v.strictObject({
  link: v.strictObject({
    speed_mbps: v.number(),
    source: v.picklist(['test', 'stream', 'assumed']),
    age_seconds: Figure,
    lower_bound: v.boolean(),
    rtt_ms: Figure,
    problem: Word,
  }),
  network: v.strictObject({ type: v.string(), interface: v.string(), rated_mbps: Figure, signal_dbm: Figure }),
  client: v.nullable(
    v.strictObject({
      type: Word,
      effective_type: Word,
      downlink_mbps: Figure,
      rtt_ms: Figure,
      save_data: v.nullable(v.boolean()),
    }),
  ),
  system: v.strictObject({
    temperature_c: Figure,
    throttled: v.nullable(v.boolean()),
    swapping: v.nullable(v.boolean()),
    memory_pressure_percent: Figure,
    own_cpu_percent: Figure,
  }),
  reasons: v.array(v.strictObject({ code: v.string(), sentence: v.string() })),
  listeners: v.array(SteeringAnswer),
  preferred_codec: Word,
  uplink: v.nullable(v.strictObject({ speed_mbps: Figure, age_seconds: Figure, host: Word, problem: Word })),
  timestamp: Time,
});

const Device = v.strictObject({
  id: v.string(),
  name: v.string(),
  agent: v.string(),
  preferences: Preferences,
  created: Time,
  last_seen: Time,
  this_device: v.boolean(),
});

const ROOT = '/api/audio/quick-sync';
const HASTY = { 429: 'Too many changes, or tests, at once' };
const FOREIGN = { 400: 'It is no JSON', 403: 'It comes from another web site', ...HASTY };
const UNKNOWN = { 404: 'There is no such device' };

/** A device changes what is its own without a password; what is another's takes `control`. */
export const QUICK_SYNC_OPERATIONS: readonly ApiOperation[] = [
  {
    method: 'get',
    path: `${ROOT}/status`,
    summary: 'What quality who asks gets',
    scope: 'read',
    answer: v.strictObject(status),
  },
  {
    method: 'get',
    path: `${ROOT}/preferences`,
    summary: 'The same, for what its device wishes',
    scope: 'read',
    answer: v.strictObject(status),
  },
  {
    method: 'post',
    path: `${ROOT}/preferences`,
    summary: 'What the device that asks wishes',
    scope: 'read',
    body: PreferencesBody,
    answer: v.strictObject({ message: v.string(), ...status, error: Problem }),
    refusals: FOREIGN,
  },
  {
    method: 'get',
    path: `${ROOT}/presets`,
    summary: 'What the levels mean',
    scope: 'read',
    answer: v.strictObject({
      presets: v.strictObject({ ...levels(Preset), auto: Preset }),
      thresholds: v.strictObject(levels(v.number())),
    }),
  },
  { method: 'get', path: `${ROOT}/details`, summary: 'Why it gets that', scope: 'read', answer: Details },
  {
    method: 'post',
    path: `${ROOT}/test`,
    summary: 'Tests what the link of who asks carries',
    scope: 'read',
    query: v.object({ fresh: v.optional(v.picklist(['1', 'true'])) }),
    body: HintBody,
    answer: v.strictObject({
      network_speed_mbps: v.number(),
      system_resources: v.strictObject({ cpu_percent: Figure, memory_percent: Figure }),
      recommended_quality: v.picklist(QUALITY_LEVELS),
      timestamp: Time,
      error: Problem,
    }),
    refusals: FOREIGN,
  },
  {
    method: 'get',
    path: `${ROOT}/devices`,
    summary: 'Devices that have wishes: the one that asks, or with the password all',
    scope: 'control',
    answer: v.strictObject({ devices: v.array(Device), complete: v.boolean() }),
  },
  {
    method: 'put',
    path: `${ROOT}/devices/:id`,
    summary: 'Names a device, or changes its wishes',
    scope: 'control',
    body: DeviceBody,
    answer: v.strictObject({ ...Device.entries, error: Problem }),
    refusals: { ...UNKNOWN, ...FOREIGN },
  },
  {
    method: 'delete',
    path: `${ROOT}/devices/:id`,
    summary: 'Forgets a device',
    scope: 'control',
    answer: v.strictObject({ message: v.string(), error: Problem }),
    refusals: { ...UNKNOWN, ...HASTY },
  },
];
