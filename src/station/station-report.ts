import type { Settings } from '../config/settings.ts';
import type { CounterSet } from '../core/counters.ts';
import type { Mount } from '../mount/mount.ts';
import type { Muted } from '../privacy/mute-state.ts';
import type { SteeringReport } from '../quality/steered-listener.ts';
import type {
  BoxStats,
  ListenerStats,
  MountStatus,
  RungStats,
  SourceStatus,
  StationStats,
  StationStatus,
} from '../web/answers.ts';
import { listenerDetails } from '../web/quick-sync-report.ts';
import { cameraStats, cameraStatus } from './camera-report.ts';
import type { RunningCamera } from './cameras.ts';
import type { Programme } from './programme.ts';
import { runReport } from './run-report.ts';

export interface ReportInput {
  readonly nowUs: number;
  readonly uptimeSeconds: number;
  readonly version: string;
  readonly settings: Settings;
  readonly programme: Programme;
  readonly cameras: readonly RunningCamera[];
  readonly box: BoxStats;
  readonly muted: Muted;
  readonly counters: CounterSet;
  /** Of a listener, by its number. */
  readonly steeringOf: (id: number) => SteeringReport | undefined;
}

/** Listeners that one answer names; their number is told in full. */
const MAX_LISTENERS_NAMED = 1_000;

export function stationStatus(input: ReportInput): StationStatus {
  const { settings, programme, uptimeSeconds, version } = input;
  const mounts = [...programme.mounts.values()];
  const [first] = mounts;
  const own = settings.mounts[0]?.source;
  const active = first?.activeSource;
  const activeType = programme.sources.find(({ name }) => name === active)?.type;
  return {
    source_connected: active !== undefined,
    source_status: active === undefined ? 'offline' : active === own || activeType === 'client' ? 'live' : 'fallback',
    metadata: { ...first?.metadata, title: first?.metadata.title ?? '', artist: first?.metadata.artist ?? '' },
    listeners: sum(mounts, (mount) => mount.broadcaster.listenerCount),
    uptime_seconds: uptimeSeconds,
    uptime_formatted: formatUptime(uptimeSeconds),
    station_name: settings.metadata.stationName,
    station_description: settings.metadata.stationDescription,
    station_genre: settings.metadata.stationGenre,
    version,
    profile: settings.profile,
    mounts: mounts.map(mountStatus),
    sources: programme.sources.map((source) => sourceStatus(source, input.nowUs)),
    cameras: input.cameras.map((camera) => cameraStatus(camera, settings.streaming, input.nowUs)),
    privacy: { ...input.muted },
  };
}

export function stationStats(input: ReportInput): StationStats {
  const { settings, programme, counters, nowUs, uptimeSeconds } = input;
  const mounts = [...programme.mounts.values()];
  const rungs = mounts.flatMap((mount) => rungStats(mount, nowUs));
  const listenerCount = sum(mounts, (mount) => mount.broadcaster.listenerCount);
  const { rss, heapUsed } = process.memoryUsage();
  return {
    uptime_seconds: uptimeSeconds,
    buffer: worstBuffer(mounts),
    ring: {
      bytes: sum(mounts, (mount) => mount.ring.heldBytes),
      size_bytes: sum(mounts, (mount) => mount.ring.sizeBytes),
      seconds: Math.max(0, ...rungs.map((rung) => rung.ring_seconds)),
    },
    rungs,
    listeners: mounts.flatMap((mount) => listenerStats(mount, input)).slice(0, MAX_LISTENERS_NAMED),
    total_listeners: listenerCount,
    total_bytes_sent: sum(mounts, (mount) => mount.broadcaster.bytesSent),
    cameras: input.cameras.map((camera) => cameraStats(camera, settings.streaming, nowUs)),
    box: input.box,
    counters: counters.snapshot(),
    memory: { rss_bytes: rss, heap_bytes: heapUsed },
  };
}

function mountStatus(mount: Mount): MountStatus {
  return {
    path: mount.path,
    active_source: mount.activeSource ?? null,
    metadata: { ...mount.metadata },
    listeners: mount.broadcaster.listenerCount,
    chain: mount.feeds.map((feed) => feed.name),
  };
}

function sourceStatus({ name, type, feed }: Programme['sources'][number], nowUs: number): SourceStatus {
  return {
    name,
    type,
    ...runReport(feed.status, nowUs),
    level: feed.level ?? null,
  };
}

function rungStats(mount: Mount, nowUs: number): RungStats[] {
  return [...mount.ring.tracks]
    .filter((track) => track.endSequence > 0)
    .map((track) => ({
      mount: mount.path,
      rung: track.rung.name,
      listeners: mount.broadcaster.listenerCountOf(track.rung),
      ring_bytes: track.heldBytes,
      ring_seconds: track.readableBytes === 0 ? 0 : seconds(track.endPtsUs - track.oldestPtsUs),
      oldest_unit_age_seconds: track.readableBytes === 0 ? 0 : seconds(nowUs - track.oldestPtsUs),
      newest_unit_age_seconds: seconds(nowUs - track.endPtsUs),
    }));
}

function listenerStats(mount: Mount, { nowUs, steeringOf }: ReportInput): ListenerStats[] {
  const named: ListenerStats[] = [];
  for (const listener of mount.broadcaster.listeners()) {
    if (named.length === MAX_LISTENERS_NAMED) break;
    const steering = steeringOf(listener.info.id);
    named.push({
      id: listener.info.id,
      mount: mount.path,
      rung: listener.rung.name,
      bytes_sent: listener.bytesSent,
      connected_seconds: seconds(nowUs - listener.connectedUs),
      active: !listener.isBlocked,
      lag_ms: Math.round(listener.lagUs / 1000),
      skipped_units: listener.skippedUnits,
      skips: listener.skips,
      rung_switches: listener.rungSwitches,
      steering: steering === undefined ? null : listenerDetails(steering),
    });
  }
  return named;
}

function worstBuffer(mounts: readonly Mount[]): StationStats['buffer'] {
  let worst = { available: 0, space: 0, fill_percentage: 0 };
  for (const { broadcaster, ring } of mounts) {
    const available = broadcaster.slowestBytesAhead;
    const fill = Math.round((available / ring.sizeBytes) * 1000) / 10;
    if (worst.space === 0 || fill > worst.fill_percentage) {
      worst = { available, space: ring.sizeBytes - available, fill_percentage: fill };
    }
  }
  return worst;
}

/** `3d 04:05:06`, or `04:05:06` on the first day. */
export function formatUptime(totalSeconds: number): string {
  const days = Math.floor(totalSeconds / 86_400);
  const clock = [Math.floor(totalSeconds / 3600) % 24, Math.floor(totalSeconds / 60) % 60, totalSeconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  return days === 0 ? clock : `${days}d ${clock}`;
}

function seconds(us: number): number {
  return Math.round(us / 1e5) / 10;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
