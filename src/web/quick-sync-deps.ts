import type { ServerResponse } from 'node:http';
import type { ChangeGate } from '../access/change-gate.ts';
import type { DeviceChangePace } from '../access/device-change-pace.ts';
import type { DeviceKey } from '../core/device-key.ts';
import type { HostLoad } from '../core/host-load.ts';
import type { HostNetwork } from '../core/host-network.ts';
import type { LinkKnowledge } from '../core/link-knowledge.ts';
import type { Log } from '../core/log.ts';
import type { Preferences } from '../core/preferences.ts';
import type { QualityLevel } from '../core/quality-level.ts';
import type { Preload } from '../core/quick-sync-settings.ts';
import type { Codec } from '../core/rung.ts';
import type { PresetsAnswer } from './quick-sync-answers.ts';

/** Who asks. */
export interface QuickSyncClient {
  /** IPv4 as IPv4, whatever socket it came in on. */
  readonly address: string;
  /** Undefined for somebody who shows nothing to be known by. */
  readonly deviceKey: DeviceKey | undefined;
  /** What its browser last said of its connection, if it did. */
  readonly hint: ClientHint | undefined;
}

/** What a browser says of its own connection (Network Information API). Nothing to rely on. */
export interface ClientHint {
  readonly type?: string | undefined;
  readonly effectiveType?: string | undefined;
  readonly downlinkMbps?: number | undefined;
  readonly rttMs?: number | undefined;
  readonly saveData?: boolean | undefined;
}

/** What is known of a client's situation, and decided for it. */
export interface QuickSyncSight {
  readonly link: LinkKnowledge;
  readonly host: HostLoad;
  readonly decision: QuickSyncDecision;
}

export interface QuickSyncDecision {
  readonly level: QualityLevel | 'lossless';
  readonly bitrate: number;
  readonly description: string;
  readonly autoSelected: boolean;
  readonly network: string;
  readonly system: string;
  readonly buffer: {
    readonly bufferSize: number;
    readonly preload: Preload;
    readonly maxBufferSize: number;
    readonly rebufferThreshold: number;
  };
  readonly why: readonly { readonly code: string; readonly sentence: string }[];
}

/** What a test of a link has brought. */
export interface LinkTestResult {
  readonly mbps: number;
  /** Why nothing could be measured, as a sentence; then `mbps` is an assumption. */
  readonly problem: string | undefined;
}

/** Tests of the way between the appliance and a client. */
export interface LinkTests {
  /** What a test has found that is not old enough for another one. */
  recent(client: QuickSyncClient): LinkTestResult | undefined;
  /** Why there can't be one now: the client is tested already, or enough others are. */
  refusalOf(client: QuickSyncClient): 'client' | 'busy' | undefined;
  /**
   * Sends white space, which JSON may begin with, and sees what arrives.
   *
   * @param response has its head written, and gets the answer from the caller afterwards
   */
  measure(client: QuickSyncClient, response: ServerResponse): Promise<LinkTestResult>;
}

/** One of a client's listeners. */
export interface ListenerSightReport {
  readonly id: number;
  readonly quality: QualityLevel | 'auto' | 'lossless';
  readonly rung: string;
  readonly bitrateKbps: number;
  readonly reason: string;
  readonly hold: string | undefined;
  readonly linkKbps: number | undefined;
  readonly shownKbps: number | undefined;
  readonly bufferS: number;
  readonly stalls: number;
  readonly stalledS: number;
  readonly isBelowLowest: boolean;
  readonly rttMs: number | undefined;
  /** Of what was sent, what had to be sent again: 0 to 1. */
  readonly lossShare: number | undefined;
  readonly switches: readonly {
    readonly atS: number;
    readonly from: string;
    readonly to: string;
    readonly reason: string;
  }[];
}

/** What is known of the station's own way to the internet. */
export interface UplinkKnowledge {
  readonly mbps: number | undefined;
  readonly ageS: number | undefined;
  /** Whom it was measured with; never the whole address, in which a secret may stand. */
  readonly host: string | undefined;
  readonly problem: string | undefined;
}

/** A device that is kept. */
export interface KeptDevice {
  readonly id: string;
  readonly name: string;
  readonly agent: string;
  readonly preferences: Preferences;
  readonly createdMs: number;
  readonly lastSeenMs: number;
}

/** The devices, and what they wish for. What changes something is in effect at once; it rejects with a PipitError when it is not kept. */
export interface KeptDevices {
  of(key: DeviceKey | undefined): Preferences;
  device(key: DeviceKey): KeptDevice | undefined;
  keyOf(id: string): DeviceKey | undefined;
  list(): readonly KeptDevice[];
  /** True once a day, for one that is known. */
  seen(key: DeviceKey, agent: string): boolean;
  save(key: DeviceKey, preferences: Preferences, agent?: string): Promise<void>;
  name(key: DeviceKey, name: string): Promise<void>;
  /** False when it was not known. */
  remove(key: DeviceKey): Promise<boolean>;
}

export interface QuickSyncDeps {
  readonly log: Log;
  readonly wallTime: () => Date;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
  readonly gate: Pick<ChangeGate, 'refuse' | 'addressOf'>;
  readonly pace: Pick<DeviceChangePace, 'take'>;
  readonly devices: KeptDevices;
  /** What is decided for a client, by its device's preferences. */
  readonly sight: (client: QuickSyncClient) => QuickSyncSight;
  /** The level that it would be given if it left the choice to Pipit. */
  readonly recommended: (client: QuickSyncClient) => QualityLevel;
  readonly presets: () => PresetsAnswer;
  readonly tests: LinkTests;
  readonly network: () => HostNetwork;
  readonly listeners: (client: QuickSyncClient) => readonly ListenerSightReport[];
  /** The codec that the configuration prefers where a client leaves it free; undefined: none. */
  readonly preferredCodec: () => Codec | undefined;
  /** Undefined: it is never measured. */
  readonly uplink: () => UplinkKnowledge | undefined;
}
