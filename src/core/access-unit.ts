import type { Rung } from './rung.ts';

/**
 * One codec frame on its way from an encoder to a ring. `data` is the bare codec frame: an MP3 frame, an
 * ADTS frame (AAC), an Opus packet, a FLAC frame; container framing is the mount's.
 */
export interface AccessUnit {
  readonly rung: Rung;
  /** Capture time of the first sample, microseconds of CLOCK_MONOTONIC: comparable across processes. */
  readonly ptsUs: number;
  readonly durationUs: number;
  /** A listener may start or change rung here. */
  readonly sync: boolean;
  /** Valid until the receiver returns; who keeps it copies it. */
  readonly data: Uint8Array;
}

/** What is playing, as listeners are told. Empty strings mean unknown. */
export interface TrackMetadata {
  readonly title: string;
  readonly artist: string;
}

export const NO_METADATA: TrackMetadata = Object.freeze({ title: '', artist: '' });
