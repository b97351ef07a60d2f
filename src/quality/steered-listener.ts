import type { QualityMode } from '../core/quality-level.ts';
import type { Rung } from '../core/rung.ts';
import type { HoldReason, ListenerSight, SwitchReason } from './listener-sight.ts';

/** What the kernel tells of a connection now and then. */
export type ConnectionFacts = Pick<ListenerSight, 'rttMs' | 'minRttMs' | 'lossShare'>;

/** A listener as the loop sees and steers it. */
export interface SteeredListener {
  /** Unique while it listens. */
  readonly id: number;
  readonly address: string;
  /** What it asked for, or its device did. */
  readonly quality: QualityMode;
  readonly rung: Rung;
  /** The rung it is about to change to, if any. */
  readonly nextRung: Rung | undefined;
  readonly sentBytes: number;
  readonly acknowledgedBytes: number | undefined;
  readonly asOfUs: number | undefined;
  readonly sentMediaUs: number;
  readonly lagUs: number;
  readonly isBlocked: boolean;
  /** It is its own side that takes no more for now: its player has enough. */
  readonly isReceiverLimited: boolean;
  /** Undefined where nothing is known. */
  readonly facts: ConnectionFacts | undefined;
  switchTo(rung: Rung): void;
  allow(bytes: number): void;
  /** Has that rung encoded for a while, so that what waits for this listener can be replaced by it. */
  keepReady(rung: Rung): void;
  /** Ends its connection, which has taken nothing for too long. */
  closeStalled(): void;
}

/** One change of rung, as a session remembers it. */
export interface SwitchRecord {
  /** Seconds after it connected. */
  readonly atS: number;
  /** Names of the rungs. */
  readonly from: string;
  readonly to: string;
  readonly reason: SwitchReason;
}

/** What the loop knows of one listener, for reports. */
export interface SteeringReport {
  readonly id: number;
  readonly quality: QualityMode;
  readonly rung: string;
  readonly bitrateKbps: number;
  readonly reason: SwitchReason;
  readonly hold: HoldReason | undefined;
  /** What its link carries, and what it has shown to carry at least. */
  readonly linkKbps: number | undefined;
  readonly shownKbps: number | undefined;
  readonly bufferS: number;
  readonly stalls: number;
  readonly stalledS: number;
  /** The lowest rung is more than its link carries. */
  readonly isBelowLowest: boolean;
  readonly rttMs: number | undefined;
  readonly lossShare: number | undefined;
  /** The last of them. */
  readonly switches: readonly SwitchRecord[];
}
