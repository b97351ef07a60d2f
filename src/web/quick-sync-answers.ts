import type { QualityLevel, QualityMode } from '../core/quality-level.ts';
import type { Preload } from '../core/quick-sync-settings.ts';

/*
 * The answers below /api/audio/quick-sync. Times are strings of ISO 8601 in UTC, percentages have one decimal, Mbit/s two;
 * what nobody knows is null.
 */

/** `status/`, and with a `message` the answer of a POST to `preferences/`. */
export interface QuickSyncAnswer {
  readonly status: QuickSyncStatus;
  readonly preferences: PreferencesAnswer;
}

export interface QuickSyncStatus {
  readonly network: { readonly speed_mbps: number; readonly status: string };
  readonly system: {
    readonly cpu_percent: number | null;
    readonly memory_percent: number | null;
    readonly memory_available_mb: number | null;
    readonly status: string;
  };
  readonly quality: {
    readonly level: QualityMode;
    /** kbit/s; 0: as much as it takes. */
    readonly bitrate: number;
    readonly description: string;
    readonly auto_selected: boolean;
  };
  /** Seconds. */
  readonly buffer: {
    readonly buffer_size: number;
    readonly preload: Preload;
    readonly max_buffer_size: number;
    readonly rebuffer_threshold: number;
  };
  readonly timestamp: string;
}

export interface PreferencesAnswer {
  readonly mode: QualityMode;
  readonly prefer_quality: boolean;
  readonly adapt_to_system: boolean;
  readonly auto_download_quality: boolean;
}

/** The answer of a POST to `preferences/`. */
export interface PreferencesChangedAnswer extends QuickSyncAnswer {
  readonly message: string;
  /** Only when they are in effect and could not be kept. */
  readonly error?: string;
}

/** `test/` */
export interface LinkTestAnswer {
  readonly network_speed_mbps: number;
  readonly system_resources: { readonly cpu_percent: number | null; readonly memory_percent: number | null };
  readonly recommended_quality: QualityLevel;
  readonly timestamp: string;
  /** Only when nothing could be measured and the speed is an assumption. */
  readonly error?: string;
}

/** `presets/` */
export interface PresetsAnswer {
  readonly presets: Readonly<
    Record<
      QualityLevel | 'auto',
      {
        readonly bitrate: number;
        readonly buffer_size: number;
        readonly preload: Preload;
        readonly description: string;
      }
    >
  >;
  readonly thresholds: Readonly<Record<QualityLevel, number>>;
}

/** `details/`: why it is as `status/` says. */
export interface DetailsAnswer {
  /** What is known of the way to the client that asks. */
  readonly link: {
    readonly speed_mbps: number;
    /** test, stream (seen while it listened) or assumed */
    readonly source: string;
    readonly age_seconds: number | null;
    /** It carries at least that. */
    readonly lower_bound: boolean;
    readonly rtt_ms: number | null;
    /** Why the last test brought nothing. */
    readonly problem: string | null;
  };
  /** How the appliance itself is connected. */
  readonly network: {
    readonly type: string;
    readonly interface: string;
    readonly rated_mbps: number | null;
    readonly signal_dbm: number | null;
  };
  /** What the client's browser last said of its own connection (Network Information API). */
  readonly client: ClientHintAnswer | null;
  readonly system: {
    readonly temperature_c: number | null;
    readonly throttled: boolean | null;
    readonly swapping: boolean | null;
    readonly memory_pressure_percent: number | null;
    /** What Pipit's own processes take of it. */
    readonly own_cpu_percent: number | null;
  };
  /** What counted in the decision; the first says where the level comes from. */
  readonly reasons: readonly { readonly code: string; readonly sentence: string }[];
  /** Those from the address that asks. */
  readonly listeners: readonly ListenerDetails[];
  /** The codec that the configuration prefers where a client leaves it free: mp3, aac, opus or flac; null: none. */
  readonly preferred_codec: string | null;
  /** The station's own way to the internet; null: it is never measured. */
  readonly uplink: {
    readonly speed_mbps: number | null;
    readonly age_seconds: number | null;
    readonly host: string | null;
    readonly problem: string | null;
  } | null;
  readonly timestamp: string;
}

export interface ClientHintAnswer {
  readonly type: string | null;
  readonly effective_type: string | null;
  readonly downlink_mbps: number | null;
  readonly rtt_ms: number | null;
  readonly save_data: boolean | null;
}

export interface ListenerDetails {
  readonly id: number;
  readonly quality: QualityMode;
  readonly rung: string;
  readonly bitrate_kbps: number;
  /** Why it is on that rung, and why not on a higher one. */
  readonly reason: string;
  readonly hold: string | null;
  /** What its link carries, and what it has shown to carry at least. */
  readonly link_kbps: number | null;
  readonly shown_kbps: number | null;
  /** Sound that its player has in hand, by the server's reckoning; times that it must have run dry. */
  readonly buffer_seconds: number;
  readonly stalls: number;
  readonly stalled_seconds: number;
  readonly below_lowest: boolean;
  readonly rtt_ms: number | null;
  readonly loss_percent: number | null;
  /** The last of them. */
  readonly switches: readonly {
    readonly at_seconds: number;
    readonly from: string;
    readonly to: string;
    readonly reason: string;
  }[];
}

/** `devices/` */
export interface DevicesAnswer {
  readonly devices: readonly DeviceAnswer[];
  /** False: only the device that asks; the others take the station's password. */
  readonly complete: boolean;
}

/** `devices/ID/` */
export interface DeviceAnswer {
  readonly id: string;
  readonly name: string;
  /** What it says of itself, in a few words. */
  readonly agent: string;
  readonly preferences: PreferencesAnswer;
  readonly created: string;
  readonly last_seen: string;
  /** It is the one that asks. */
  readonly this_device: boolean;
}
