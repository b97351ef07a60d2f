import type { ErrorReport } from '../core/errors.ts';
import type { LevelReading } from '../core/level-reading.ts';
import type { ListenerDetails } from './quick-sync-answers.ts';

/** The answer of `/api/status`. The first mount stands for the station in the fields at the top. */
export interface StationStatus {
  readonly source_connected: boolean;
  /** `live`: the mount's own source; `fallback`: another of its chain; `offline`: none. */
  readonly source_status: 'live' | 'fallback' | 'offline';
  readonly metadata: { readonly title: string; readonly artist: string };
  readonly listeners: number;
  readonly uptime_seconds: number;
  readonly uptime_formatted: string;
  readonly station_name: string;
  readonly station_description: string;
  readonly station_genre: string;
  readonly version: string;
  readonly profile: string;
  readonly mounts: readonly MountStatus[];
  readonly sources: readonly SourceStatus[];
  readonly cameras: readonly CameraStatus[];
  readonly privacy: PrivacyState;
}

/** What is muted; also the answer of `/api/privacy`. */
export interface PrivacyState {
  readonly camera: boolean;
  readonly microphone: boolean;
}

export interface CameraStatus {
  readonly name: string;
  readonly type: string;
  /** starting, opening, live, retrying, stalled, ended, stopped (nobody watches, or it is muted) */
  readonly state: string;
  readonly detail: string;
  readonly error: ErrorReport | null;
  readonly since_seconds: number;
  readonly worker_restarts: number;
  /** Frames come. */
  readonly has_signal: boolean;
  readonly muted: boolean;
  readonly viewers: number;
  /** Of the newest frame or, while there is none, of the last one, as viewers see it; null before the first. */
  readonly width: number | null;
  readonly height: number | null;
  /** JPEG qualities that viewers may choose, the highest first. */
  readonly quality_levels: readonly number[];
}

export interface MountStatus {
  readonly path: string;
  /** Name of the source that is heard; null while none is. */
  readonly active_source: string | null;
  readonly metadata: { readonly title: string; readonly artist: string };
  readonly listeners: number;
  /** The sources in their order. */
  readonly chain: readonly string[];
}

export interface SourceStatus {
  readonly name: string;
  readonly type: string;
  /** starting, opening, live, retrying, stalled, ended, stopped, waiting (for a source client) */
  readonly state: string;
  readonly detail: string;
  readonly error: ErrorReport | null;
  readonly since_seconds: number;
  readonly worker_restarts: number;
  readonly level: LevelReading | null;
}

/** The answer of `/api/stats`. */
export interface StationStats {
  readonly uptime_seconds: number;
  /** Of the ring that is worst off: bytes that the slowest listener still has ahead of it, and what is left. */
  readonly buffer: { readonly available: number; readonly space: number; readonly fill_percentage: number };
  /** All rings together; `seconds` is the longest past of any rung. */
  readonly ring: { readonly bytes: number; readonly size_bytes: number; readonly seconds: number };
  readonly rungs: readonly RungStats[];
  /** At most 1000 of them. */
  readonly listeners: readonly ListenerStats[];
  readonly total_listeners: number;
  readonly total_bytes_sent: number;
  readonly cameras: readonly CameraStats[];
  readonly box: BoxStats;
  readonly counters: Readonly<Record<string, number>>;
  readonly memory: { readonly rss_bytes: number; readonly heap_bytes: number };
}

export interface RungStats {
  readonly mount: string;
  readonly rung: string;
  readonly listeners: number;
  readonly ring_bytes: number;
  readonly ring_seconds: number;
  /** Age of the oldest unit that can still be heard, and of the newest. */
  readonly oldest_unit_age_seconds: number;
  readonly newest_unit_age_seconds: number;
}

export interface ListenerStats {
  readonly id: number;
  readonly mount: string;
  readonly rung: string;
  readonly bytes_sent: number;
  readonly connected_seconds: number;
  /** False while its connection takes nothing. */
  readonly active: boolean;
  readonly lag_ms: number;
  readonly skipped_units: number;
  readonly skips: number;
  readonly rung_switches: number;
  /** Why it hears what it hears; null for one that is not followed. */
  readonly steering: ListenerDetails | null;
}

export interface CameraStats {
  readonly name: string;
  /** Frames that the camera has delivered. */
  readonly frames_total: number;
  /** Pictures that are in the cache, and what they take. */
  readonly cache_frames: number;
  readonly cache_bytes: number;
  /** Asks that cost no encode, 0 to 1. */
  readonly cache_hit_rate: number;
  readonly encode_ms_p50: number;
  readonly encode_ms_p95: number;
  readonly quality_levels: readonly number[];
  readonly client_count: number;
  /** kbit/s for one viewer at most. */
  readonly target_bitrate: number;
  /** At most 1000 of them. */
  readonly viewers: readonly ViewerStats[];
}

export interface ViewerStats {
  readonly id: number;
  readonly transport: string;
  readonly level: number;
  /** Why it is at that level. */
  readonly reason: string;
  readonly fps: number;
  readonly bitrate_kbps: number;
  /** What its connection was measured to carry; null while it was never busy. */
  readonly link_kbps: number | null;
  readonly skipped_frames: number;
  /** Pictures that it asked for, and those of them that cost no encode. */
  readonly cache_asks: number;
  readonly cache_hits: number;
  /** Of the last picture when it was sent. */
  readonly age_ms: number | null;
  readonly bytes_sent: number;
  readonly connected_seconds: number;
}

/** What the box saves at present, and why: first of its pictures, then of its sound. */
export interface BoxStats {
  /** 0: nothing. */
  readonly step: number;
  /** temperature, memory, sound, encode, cpu or throttled; null at step 0. */
  readonly reason: string | null;
  readonly max_level: number | null;
  /** Part of the camera's width that is encoded. */
  readonly width_share: number;
  readonly max_fps: number | null;
  /** 0: nothing. */
  readonly audio_step: number;
  /** behind, xruns, temperature, memory, cpu or throttled; null at step 0. */
  readonly audio_reason: string | null;
  /** Of the encoders: configured, moderate or least. */
  readonly effort: string;
  /** Bitrates of one codec that are encoded at once for listeners who leave the choice to Pipit; null: all. */
  readonly max_rungs: number | null;
  /** The highest of them; null: any. */
  readonly max_kbps: number | null;
  readonly cpu_percent: number | null;
  readonly memory_percent: number | null;
  readonly temperature_c: number | null;
  readonly throttled: boolean | null;
}
