import type { Rung } from '../core/rung.ts';

/** The past of one rung of a mount, as much of it as a clip needs. */
export interface ClipTrack {
  /** The sequence number that the next unit will get. */
  readonly endSequence: number;
  /** When the newest unit ends, microseconds. */
  readonly endPtsUs: number;
  ptsUsOf(sequence: number): number;
  sequenceAtOrAfter(ptsUs: number): number;
  syncAtOrAfter(sequence: number): number;
  /** Whole units in a view that never changes. */
  run(from: number, until: number, maxBytes: number): { readonly bytes: Uint8Array; readonly to: number } | undefined;
}

/** What a clip is cut out of. */
export interface ClipSource {
  readonly rung: Rung;
  readonly track: ClipTrack;
  /** What stands before the units of that rung; undefined where nothing does. */
  readonly header: Uint8Array | undefined;
}

/** A stretch of a track, kept although the ring may let go of it. */
export interface Cut {
  readonly rung: Rung;
  readonly header: Uint8Array | undefined;
  /** Whole units; one each where the container has to be written anew. */
  readonly pieces: readonly Uint8Array[];
  readonly units: number;
  readonly bytes: number;
  readonly durationUs: number;
}

const LARGEST_PIECE_BYTES = 64 * 1024;

/** The last seconds of a source; no units where there are none. Nothing is copied. */
export function cutOut({ rung, track, header }: ClipSource, seconds: number): Cut {
  const until = track.endSequence;
  const from = track.syncAtOrAfter(track.sequenceAtOrAfter(track.endPtsUs - seconds * 1e6));
  const isRewritten = rung.codec === 'opus' || rung.codec === 'flac';
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let at = from;
  while (at < until) {
    const run = track.run(at, until, isRewritten ? 1 : LARGEST_PIECE_BYTES);
    if (run === undefined) break;
    pieces.push(run.bytes);
    bytes += run.bytes.length;
    at = run.to;
  }
  const units = at - from;
  return { rung, header, pieces, units, bytes, durationUs: units === 0 ? 0 : track.ptsUsOf(at) - track.ptsUsOf(from) };
}
