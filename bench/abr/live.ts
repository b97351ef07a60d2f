/** The ladder of all that are compared, kbit/s. */
export const LADDER_KBPS: readonly number[] = [64, 128, 256, 320];

/**
 * The listener and the station that all algorithms share. Position 0 of the sound is the first that a listener is sent;
 * at time t sound exists up to position t + `bufferS`.
 */
export interface Live {
  /** Sound of the past that is there when the listener joins, seconds. */
  readonly bufferS: number;
  /** Sound that a player gathers before it starts, or goes on after it ran dry; less, when there is no more. */
  readonly startS: number;
  /** What lags more than this, and `bufferS`, behind the present is skipped … */
  readonly maxLagS: number;
  /** … up to this far behind it, or `bufferS` where that is more. */
  readonly resumeS: number;
  /** Length of the session. */
  readonly lengthS: number;
  /** Of what a server pushes, only these rungs are always encoded, the others on demand; left out: all always are. */
  readonly encodedKbps?: readonly number[] | undefined;
  /** Rungs that a session may use, ascending. */
  readonly ladder: readonly number[];
}

export const DEFAULT_LIVE: Omit<Live, 'bufferS' | 'lengthS'> = {
  startS: 2,
  maxLagS: 10,
  resumeS: 2,
  ladder: LADDER_KBPS,
};

/** Where Quick Sync begins when nothing is known of a link. */
export const START_KBPS = 128;
/** What the sockets of servers hold that are not told otherwise. */
export const KERNEL_BYTES = 65_536;
/** A published piece of the stream: so much sound, or so many bytes, whichever comes first. */
export const CHUNK_S = 0.5;
export const CHUNK_BYTES = 16_384;
/** One MP3 frame at 48 kHz: what is sent is made of these. */
export const FRAME_S = 0.024;

/** Cost of a second without sound, kbit/s: that of the ladder's highest rung, times what is usual in the literature. */
export const REBUFFER_KBPS = 4.3 * 320;

/** Bytes of sound. */
export function bytesOf(kbps: number, seconds: number): number {
  return kbps * seconds * 125;
}
