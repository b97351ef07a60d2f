import type { Rung } from '../core/rung.ts';

/** What is seen of a listener and its connection at one moment. Times in microseconds of one monotonic clock. */
export interface ListenerSight {
  readonly nowUs: number;
  /** Handed to its connection since it began, without the answer's head. */
  readonly sentBytes: number;
  /** Of those, what its side has acknowledged, as of `asOfUs`; undefined where nobody knows. */
  readonly acknowledgedBytes: number | undefined;
  /** When that was looked up: some moments ago, and the same in several sights when there was no look in between. */
  readonly asOfUs: number | undefined;
  /** Sound handed to its connection since it began, by duration. */
  readonly sentMediaUs: number;
  /** Sound that is there and waits to be sent to it: how far its cursor is behind the live edge. */
  readonly lagUs: number;
  /** Its connection takes nothing at present. */
  readonly isBlocked: boolean;
  /** What its units come from now. */
  readonly rung: Rung;
  /** The highest bitrate that the box lets anybody have, kbit/s; Infinity: any. */
  readonly boxKbps: number;
  /** The box has no reason to save: somebody may go up. */
  readonly isBoxCalm: boolean;
  /** Of the kernel's own bookkeeping, where it could be had lately: smoothed and shortest round trip … */
  readonly rttMs?: number | undefined;
  readonly minRttMs?: number | undefined;
  /** … share of what was sent that had to be sent again … */
  readonly lossShare?: number | undefined;
  /** … and it is the listener's side that is slow to take what has arrived: its player's buffer is full. */
  readonly isReceiverLimited?: boolean | undefined;
}

/** Why a listener is on its rung, or changes it. Stable: a label of counters and a word of the API. */
export const SWITCH_REASONS = [
  /** Where it began. */
  'start',
  /** The link carries less than the rung needs. */
  'link',
  /** Its buffer runs low. */
  'buffer',
  /** The link takes nothing at all. */
  'outage',
  /** The link has shown that it carries more. */
  'headroom',
  /** Nothing speaks against it: tried, to be taken back at the first sign. */
  'trial',
  /** … which came. */
  'trial-failed',
  /** The box saves, or no longer does. */
  'box',
  /** The settings have changed. */
  'settings',
] as const;
export type SwitchReason = (typeof SWITCH_REASONS)[number];

/** Why a listener does not go up although its rung is not the highest. */
export type HoldReason = 'dwell' | 'headroom' | 'buffer' | 'latency' | 'loss' | 'receiver' | 'box' | 'cap' | 'limit';

/** What the controller wants for a listener now. */
export interface ListenerOrder {
  readonly rung: Rung;
  /** Why it is on that rung. */
  readonly reason: SwitchReason;
  /** Why not on a higher one; undefined at the top. */
  readonly hold: HoldReason | undefined;
  /**
   * Bytes that may be handed to its connection from now on until the next order, so that what waits does so in the ring,
   * where another rung can take its place, and not in the kernel; Infinity: no limit.
   */
  readonly allowanceBytes: number;
  /** It wants to be looked at again soon (a tenth of a second), and not only at the next regular moment. */
  readonly isAlert: boolean;
  /** The lowest rung is more than the link carries. */
  readonly isBelowLowest: boolean;
}

/** What the controller believes, for reports. */
export interface ListenerBelief {
  /** What the link carries, kbit/s; undefined while it was never put to the test. */
  readonly linkKbps: number | undefined;
  /** … and it carries at least this much, which it has shown. */
  readonly shownKbps: number | undefined;
  /** Sound that its player has in hand, seconds, by the server's reckoning. */
  readonly bufferS: number;
  /** Sound that was on its way to it at the last look, seconds; undefined where nobody knows what arrives. */
  readonly underwayS: number | undefined;
  /** Times that its player must have run dry, and for how long in all. */
  readonly stalls: number;
  readonly stalledS: number;
}

/** What the controller of one listener is given. */
export interface ListenerQualityOptions {
  /** Those that it may have, lowest bitrate first; at least one. */
  readonly rungs: readonly Rung[];
  readonly startRung: Rung;
  /** Sound that it is sent at once. */
  readonly burstS: number;
  /** The device would rather have quality than caution. */
  readonly preferQuality: boolean;
}
