import type { Settings } from '../config/settings.ts';
import type { Mount } from '../mount/mount.ts';
import type { MetricFamily, MetricSample } from '../telemetry/metric-family.ts';
import type { BoxStats } from '../web/answers.ts';
import type { RunningCamera } from './cameras.ts';
import { PREFIX } from './figure-metrics.ts';
import type { Programme } from './programme.ts';

export interface StatsMetricsInput {
  readonly nowUs: number;
  readonly version: string;
  readonly settings: Settings;
  readonly programme: Programme;
  readonly cameras: readonly RunningCamera[];
  readonly box: BoxStats;
}

type Value = number | boolean | null | undefined;

/** kbit/s to bytes a second. */
const BYTES_OF_KBIT = 125;

/** What `/api/stats` and `/api/status` tell in numbers beside the figures. No listener has a line of its own. */
export function statsMetrics(input: StatsMetricsInput): MetricFamily[] {
  const { version, box } = input;
  return [
    gauge('build_info', 'Which Pipit it is; always 1', [{ value: 1, labels: { version } }]),
    gauge('heap_bytes', 'Of the memory of the main process, what JavaScript uses', one(process.memoryUsage().heapUsed)),
    ...mountMetrics(input),
    ...rungMetrics(input),
    ...cameraMetrics(input),
    gauge('box_max_level', 'The highest level of pictures that the box lets viewers have', one(box.max_level)),
    gauge('box_width_ratio', "Part of the camera's width that is encoded", one(box.width_share)),
    gauge('box_max_frames_per_second', 'The most pictures that it lets them have', one(box.max_fps)),
    gauge('box_max_rungs', 'Bitrates of one codec that are encoded at once', one(box.max_rungs)),
    gauge(
      'box_max_bytes_per_second',
      'The highest bitrate of them',
      one(box.max_kbps === null ? null : box.max_kbps * BYTES_OF_KBIT),
    ),
  ];
}

function mountMetrics({ programme, settings }: StatsMetricsInput): MetricFamily[] {
  const mounts = [...programme.mounts.values()];
  const each = (value: (mount: Mount) => Value): MetricSample[] =>
    mounts.flatMap((mount) => one(value(mount), { mount: mount.path }));
  const ownOf = new Map(settings.mounts.map(({ path, source }) => [path, source]));
  const isClient = (name: string): boolean =>
    programme.sources.some((source) => source.name === name && source.type === 'client');
  return [
    gauge(
      'mount_on_air',
      'A source is heard on it',
      each(({ activeSource }) => activeSource !== undefined),
    ),
    gauge(
      'mount_on_fallback',
      'It is another than its own, and no source client',
      each(({ path, activeSource }) => {
        return activeSource !== undefined && activeSource !== ownOf.get(path) && !isClient(activeSource);
      }),
    ),
    gauge(
      'mount_listeners',
      'Connections that listen to it',
      each(({ broadcaster }) => broadcaster.listenerCount),
    ),
    gauge(
      'mount_listeners_blocked',
      'Of these, those that take nothing at the moment',
      each(({ broadcaster }) => count(broadcaster.listeners(), ({ isBlocked }) => isBlocked)),
    ),
    gauge(
      'mount_longest_lag_seconds',
      'How far behind the newest sound the slowest of them is',
      each(({ broadcaster }) => most(broadcaster.listeners(), ({ lagUs }) => lagUs) / 1e6),
    ),
    gauge(
      'mount_buffer_available_bytes',
      'What the slowest of them still has ahead of it',
      each(({ broadcaster }) => broadcaster.slowestBytesAhead),
    ),
    gauge(
      'mount_buffer_space_bytes',
      'What its ring has left besides',
      each(({ broadcaster, ring }) => ring.sizeBytes - broadcaster.slowestBytesAhead),
    ),
    gauge('chunk_delay_seconds', 'The longest that sound is held back so that more leaves at once', [
      { value: settings.broadcaster.maxChunkDelayMs / 1000 },
    ]),
  ];
}

function rungMetrics({ programme, nowUs }: StatsMetricsInput): MetricFamily[] {
  const tracks = [...programme.mounts.values()].flatMap((mount) =>
    [...mount.ring.tracks].filter(({ endSequence }) => endSequence > 0).map((track) => ({ mount, track })),
  );
  const each = (value: (track: (typeof tracks)[number]) => Value): MetricSample[] =>
    tracks.flatMap((of) => one(value(of), { mount: of.mount.path, rung: of.track.rung.name }));
  const ifReadable = (track: (typeof tracks)[number]['track'], us: number): Value =>
    track.readableBytes === 0 ? undefined : us / 1e6;
  return [
    gauge(
      'rung_listeners',
      'Connections that listen to it',
      each(({ mount, track }) => mount.broadcaster.listenerCountOf(track.rung)),
    ),
    gauge(
      'rung_ring_bytes',
      'What the ring holds of it',
      each(({ track }) => track.heldBytes),
    ),
    gauge(
      'rung_ring_seconds',
      'How much of it can still be heard',
      each(({ track }) => ifReadable(track, track.endPtsUs - track.oldestPtsUs)),
    ),
    gauge(
      'rung_oldest_unit_age_seconds',
      'Age of the oldest that can be heard',
      each(({ track }) => ifReadable(track, nowUs - track.oldestPtsUs)),
    ),
    gauge(
      'rung_newest_unit_age_seconds',
      'Age of the newest',
      each(({ track }) => (nowUs - track.endPtsUs) / 1e6),
    ),
  ];
}

function cameraMetrics({ cameras, settings }: StatsMetricsInput): MetricFamily[] {
  const known = cameras.map(({ name, feed }) => ({ name, feed, cache: feed.cache.stats() }));
  const each = (value: (camera: (typeof known)[number]) => Value): MetricSample[] =>
    known.flatMap((camera) => one(value(camera), { camera: camera.name }));
  return [
    gauge(
      'camera_cache_frames',
      'Frames of which pictures are kept',
      each(({ cache }) => cache.frames),
    ),
    gauge(
      'encode_p50_seconds',
      'Half of the encodings took no longer',
      each(({ cache }) => cache.encodeMs.p50 && cache.encodeMs.p50 / 1000),
    ),
    gauge(
      'camera_target_bytes_per_second',
      'The most that one viewer is sent',
      each(() => settings.streaming.targetKbps * BYTES_OF_KBIT),
    ),
  ];
}

function gauge(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name: PREFIX + name, help, type: 'gauge', samples };
}

/** No sample where nothing is known. */
function one(value: Value, labels?: Readonly<Record<string, string>>): MetricSample[] {
  if (value === undefined || value === null) return [];
  return [labels === undefined ? { value: Number(value) } : { value: Number(value), labels }];
}

function count<T>(items: Iterable<T>, is: (item: T) => boolean): number {
  let found = 0;
  for (const item of items) if (is(item)) found += 1;
  return found;
}

function most<T>(items: Iterable<T>, value: (item: T) => number): number {
  let highest = 0;
  for (const item of items) highest = Math.max(highest, value(item));
  return highest;
}
