import type { QualityLevel } from './quality-level.ts';
import type { Codec } from './rung.ts';

/** How much of a stream a browser's element loads before it plays (HTML, 4.8.11.2). */
export type Preload = 'none' | 'metadata' | 'auto';

/** What a level means to a player. */
export interface Preset {
  /** kbit/s; 0: whatever fits. */
  readonly bitrate: number;
  /** Seconds of sound in hand; 0: whatever fits. */
  readonly bufferSize: number;
  readonly preload: Preload;
}

/** Named caps on what a listener is given without asking. */
export const QUALITY_PROFILES = [
  'none',
  'mobile_data',
  'wifi_standard',
  'wifi_premium',
  'ethernet_audiophile',
] as const;
export type QualityProfile = (typeof QUALITY_PROFILES)[number];

/** The most that `auto` gives, and the codec that it prefers where the client leaves it free. */
export const PROFILE_CAPS: Readonly<
  Record<QualityProfile, { readonly maxKbps: number; readonly codec: Codec | undefined }>
> = {
  none: { maxKbps: Number.POSITIVE_INFINITY, codec: undefined },
  mobile_data: { maxKbps: 128, codec: 'aac' },
  wifi_standard: { maxKbps: 256, codec: 'aac' },
  wifi_premium: { maxKbps: 320, codec: 'mp3' },
  ethernet_audiophile: { maxKbps: Number.POSITIVE_INFINITY, codec: 'flac' },
};

/** Everything that can be set about Quick Sync. */
export interface QuickSyncSettings {
  /** False: `quality=auto` stays at the bitrate that it begins with. */
  readonly enabled: boolean;
  readonly presets: Readonly<Record<QualityLevel | 'auto', Preset>>;
  /** Mbit/s from which on a level is recommended. */
  readonly thresholds: Readonly<Record<QualityLevel, number>>;
  /** Bounds of what `auto` gives, kbit/s. */
  readonly minKbps: number;
  readonly maxKbps: number;
  /** What `auto` begins with while nothing is known of a link; 0: the rung that is encoded anyway. */
  readonly targetKbps: number;
  readonly profile: QualityProfile;
  /** Between two regular decisions about a listener; falls do not wait for it. */
  readonly adaptationIntervalMs: number;
  /** Share by which a link must carry more than a rung needs before a listener goes up to it. */
  readonly hysteresis: number;
  /** A link that carries no more than this gets the lowest rung at once … */
  readonly lowLinkKbps: number;
  /** … and one that carries this much is no reason to stay below the highest. */
  readonly highLinkKbps: number;
  /** A round trip that takes this much longer than the link's shortest, or loss above this share: no climb. */
  readonly latencyThresholdMs: number;
  readonly lossThreshold: number;
  /** Weight of the past in the smoothed estimate, 0 to 1. */
  readonly smoothing: number;
  /** What may lie on the way for this long and still be no backlog. */
  readonly burstAllowanceMs: number;
  /** How much a device's wish for quality counts against caution, 0 to 1. */
  readonly preferenceWeight: number;
  /** A listener's own buffer, seconds: where to keep it, below what to hurry, above what it is full. */
  readonly bufferTargetS: number;
  readonly bufferMinS: number;
  readonly bufferMaxS: number;
  /** Part of its buffer that a player fills before it plays again. */
  readonly preloadThreshold: number;
  /** Limit of one test of a link. */
  readonly testTimeoutMs: number;
  /** What to load to measure the station's own uplink, in this order; none: it is never measured. */
  readonly testUrls: readonly string[];
  /** Per cent of the processor and of the memory from which on a load counts as high, or as moderate. */
  readonly highCpuPercent: number;
  readonly highMemoryPercent: number;
  readonly moderateCpuPercent: number;
  readonly moderateMemoryPercent: number;
  /** Below both of these there is room for a level more. */
  readonly idleCpuPercent: number;
  readonly idleMemoryPercent: number;
}
