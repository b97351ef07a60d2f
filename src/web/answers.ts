import type { ErrorReport } from '../core/errors.ts';
import type { LevelReading } from '../core/level-reading.ts';

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
}
