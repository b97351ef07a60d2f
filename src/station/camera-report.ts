import type { StreamingSettings } from '../config/settings.ts';
import type { CameraFeed } from '../frames/camera-feed.ts';
import type { Viewer } from '../frames/viewer.ts';
import type { CameraStats, CameraStatus, ViewerStats } from '../web/answers.ts';
import type { RunningCamera } from './cameras.ts';
import { runReport } from './run-report.ts';

/** Viewers that one answer names; their number is told in full. */
const MAX_VIEWERS_NAMED = 1_000;

export function cameraStatus(camera: RunningCamera, streaming: StreamingSettings, nowUs: number): CameraStatus {
  const { name, type, feed } = camera;
  return {
    name,
    type,
    ...runReport(feed.status, nowUs),
    has_signal: feed.newest !== undefined,
    muted: feed.isMuted,
    viewers: feed.audience.count,
    width: feed.size?.width ?? null,
    height: feed.size?.height ?? null,
    quality_levels: [...streaming.qualityLevels],
  };
}

export function cameraStats({ name, feed }: RunningCamera, streaming: StreamingSettings, nowUs: number): CameraStats {
  const { cache, audience } = feed;
  const { frames, bytes, hitRate, encodeMs } = cache.stats();
  return {
    name,
    frames_total: feed.frames,
    cache_frames: frames,
    cache_bytes: bytes,
    cache_hit_rate: rounded(hitRate, 3),
    encode_ms_p50: rounded(encodeMs.p50 ?? 0, 2),
    encode_ms_p95: rounded(encodeMs.p95 ?? 0, 2),
    quality_levels: [...streaming.qualityLevels],
    client_count: audience.count,
    target_bitrate: streaming.targetKbps,
    viewers: [...audience.viewers()].slice(0, MAX_VIEWERS_NAMED).map((viewer) => viewerStats(viewer, feed, nowUs)),
  };
}

function viewerStats({ info, stats }: Viewer, { cache }: CameraFeed, nowUs: number): ViewerStats {
  const { asks, hits } = cache.clientStats(info.id) ?? { asks: 0, hits: 0 };
  return {
    id: info.id,
    transport: info.transport,
    level: stats.level,
    reason: stats.reason,
    fps: rounded(stats.fps, 1),
    bitrate_kbps: Math.round(stats.bitrateKbps),
    link_kbps: stats.linkKbps === undefined ? null : Math.round(stats.linkKbps),
    skipped_frames: stats.skippedFrames,
    cache_asks: asks,
    cache_hits: hits,
    age_ms: stats.ageMs === undefined ? null : rounded(stats.ageMs, 1),
    bytes_sent: stats.bytesSent,
    connected_seconds: rounded((nowUs - stats.connectedUs) / 1e6, 1),
  };
}

function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
