import type { CameraSourceSettings, PictureTreatment } from '../core/camera-settings.ts';
import type { GpioSettings } from '../core/gpio-settings.ts';
import type { HistorySettings } from '../core/history-settings.ts';
import type { MqttSettings } from '../core/mqtt-settings.ts';
import type { QuickSyncSettings } from '../core/quick-sync-settings.ts';
import type { Rung } from '../core/rung.ts';
import type { SoundTreatment } from '../core/sound-treatment.ts';
import type { EncoderSettings, MeterSettings, SourceSettings } from '../core/source-settings.ts';
import type { ProfileName } from './profiles.ts';

/**
 * The whole configuration after defaults, profile, file and environment: complete, in range, paths absolute,
 * references resolved. Frozen; a reload makes a new one.
 */
export interface Settings {
  readonly profile: ProfileName;
  /** Absolute directory for what must outlive a restart. */
  readonly dataDir: string;
  readonly server: ServerSettings;
  readonly buffer: BufferSettings;
  readonly broadcaster: BroadcasterSettings;
  readonly playlist: PlaylistDefaults;
  readonly metadata: StationSettings;
  readonly encoder: EncoderRoomSettings;
  readonly quickSync: QuickSyncSettings;
  readonly streaming: StreamingSettings;
  readonly auth: AuthSettings;
  readonly mqtt: MqttSettings;
  readonly history: HistorySettings;
  readonly gpio: GpioSettings;
  readonly advanced: AdvancedSettings;
  /** Every source that the file declares, then the built-in ones that a mount names; at least one. */
  readonly sources: readonly NamedSource[];
  /** Every camera that the file declares, or else one that is looked for; none where `streaming.enabled` is false. */
  readonly cameras: readonly NamedCamera[];
  /** At least one; paths are unique. */
  readonly mounts: readonly MountSettings[];
}

export interface ServerSettings {
  /** Address to listen on; `::` takes IPv6 and IPv4. */
  readonly host: string;
  readonly listenPort: number;
  readonly sourcePort: number;
  /** Secret. Empty: the source port refuses everyone. */
  readonly sourcePassword: string;
  /** Where the certificate of https comes from; off: there is no https. */
  readonly tls: 'off' | 'self-made' | 'files';
  readonly tlsPort: number;
  /** Absolute paths of PEM files; empty unless `tls` is `files`. */
  readonly tlsCertificate: string;
  readonly tlsKey: string;
}

export interface BufferSettings {
  /** Bound of one mount's ring over all its rungs. */
  readonly sizeBytes: number;
}

/** How bytes leave for the listeners. */
export interface BroadcasterSettings {
  /** Bytes gathered for a listener before they are written … */
  readonly chunkSizeBytes: number;
  /** … and the longest time they are held back for that. */
  readonly maxChunkDelayMs: number;
  /** Pause between two passes while there is more to send, by backlog: over 80 % of the ring, 50–80 %, below. */
  readonly sleepHighMs: number;
  readonly sleepMediumMs: number;
  readonly sleepLowMs: number;
  /** Seconds of the past that a new listener is sent at once, and the most that it may ask for. */
  readonly burstSeconds: number;
  readonly maxBurstSeconds: number;
  /** Behind the live edge by more than this, a listener skips to a sync point. */
  readonly maxLagMs: number;
  /** A listener that takes no byte for this long is disconnected. */
  readonly stallTimeoutMs: number;
}

/** What a playlist source takes when it does not say otherwise. */
export interface PlaylistDefaults {
  readonly directory: string;
  readonly shuffle: boolean;
  /** With the leading dot, lower case. */
  readonly extensions: readonly string[];
}

/** How the station presents itself. */
export interface StationSettings {
  readonly stationName: string;
  readonly stationDescription: string;
  readonly stationGenre: string;
  /** Empty: none. */
  readonly stationUrl: string;
  readonly enableIcy: boolean;
  /** Bytes of sound between two ICY metadata blocks. */
  readonly icyMetaintBytes: number;
}

export interface EncoderRoomSettings extends EncoderSettings {
  /** The rung that is always encoded, to keep the ring's past; null: none. */
  readonly defaultRung: Rung | null;
  /** Share of the ring that the default rung can count on, 0.1 to 0.9. */
  readonly defaultRungShare: number;
}

/** How pictures leave for viewers. Qualities are on libjpeg's scale. */
export interface StreamingSettings {
  /** False: there are no cameras. */
  readonly enabled: boolean;
  /** False: everybody gets the highest level, and nothing adapts. */
  readonly enableOptimizer: boolean;
  /** Bounds of one camera's cache of encoded pictures. */
  readonly cacheFrames: number;
  readonly cacheBytes: number;
  /** 1 to 6 different ones, highest first. */
  readonly qualityLevels: readonly number[];
  /** Levels follow what a viewer's link carries. */
  readonly adaptiveQuality: boolean;
  /** One more level below the others, for need only; at most the lowest of them. */
  readonly minQuality: number;
  /** At least the highest level. */
  readonly maxQuality: number;
  /** The most that one viewer is sent, kbit/s. */
  readonly targetKbps: number;
  readonly maxViewers: number;
  /** 0: no limit; loopback never has one. */
  readonly maxViewersPerAddress: number;
}

export interface AuthSettings {
  /** Secret that changes over the network need. Empty: the one that was set on the page, if any. */
  readonly password: string;
  /** Who may listen and watch: anybody, who has a token, or who knows the password. */
  readonly listeners: 'open' | 'token' | 'password';
  readonly sessionDays: number;
  /** Names beyond the usual under which browsers may open this station; lower case. */
  readonly allowedHosts: readonly string[];
  /** Networks of reverse proxies that are believed. */
  readonly trustedProxies: readonly string[];
}

export interface AdvancedSettings {
  readonly maxListeners: number;
  /** A source that delivers nothing for this long is down. */
  readonly sourceTimeoutMs: number;
  readonly verboseLogging: boolean;
  /** False: `/api/stats` answers 403. */
  readonly enableStats: boolean;
  /** 0: no limit. */
  readonly maxListenersPerAddress: number;
  /** Networks (`192.168.1.0/24`, `fd00::/8`) without a limit per address; loopback never has one. */
  readonly exemptNetworks: readonly string[];
  /** A client that has not sent its request headers within this time is disconnected. */
  readonly headerTimeoutMs: number;
  /** Ask `releaseUrl` for newer versions. */
  readonly checkReleases: boolean;
  readonly releaseUrl: string;
}

/** The media worker processes to start, and what each is told. */
export interface NamedSource {
  /** Unique. */
  readonly name: string;
  readonly settings: SourceSettings;
  readonly meter: MeterSettings;
  readonly treatment: SoundTreatment;
  /** True for `demo`, `silence` and `test` that no block declares but a mount names. */
  readonly builtIn: boolean;
}

/** A camera and what is done with its pictures; each gets a worker process. */
export interface NamedCamera {
  /** Unique; letters, digits, `_` and `-`. */
  readonly name: string;
  readonly source: CameraSourceSettings;
  readonly treatment: PictureTreatment;
  /** The most pictures a second that are delivered. */
  readonly fps: number;
  /** So long after its last viewer the camera is closed … */
  readonly idleCloseMs: number;
  /** … unless this is true. */
  readonly keepOpen: boolean;
  /** True for the one that no block declares. */
  readonly builtIn: boolean;
}

export interface MountSettings {
  /** `/stream` */
  readonly path: string;
  /** Name of a source. */
  readonly source: string;
  /** Name of one of `cameras`. */
  readonly camera: string | undefined;
  /** Names of sources, in the order in which they take over; never holds `source`. */
  readonly fallback: readonly string[];
}
