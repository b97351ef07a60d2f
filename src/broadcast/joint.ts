import { overlapOf } from '../core/overlap.ts';
import type { Track } from '../ring/track.ts';

/** Where a listener leaves one rung for another. */
export interface Joint {
  /** The first unit of the old rung that it does not get. */
  readonly from: number;
  /** The unit of the new rung that it gets instead. */
  readonly to: number;
}

/** Half of the longest MP3 or AAC frame: where rungs lie on one grid the units differ by rounding only. */
const NEAREST_US = 12_000;

/** The unit of `track` that covers the same sound as one that begins at `ptsUs`; undefined when it has none (yet). */
export function counterpartOf(track: Track, ptsUs: number): number | undefined {
  const sequence = track.sequenceAtOrAfter(ptsUs - NEAREST_US);
  const isThere = sequence < track.endSequence && track.ptsUsOf(sequence) <= ptsUs + NEAREST_US;
  return isThere ? sequence : undefined;
}

/**
 * The first place at or after unit `sequence` of `old`, and not after unit `until`, where a listener can change to
 * `next` unheard: where the frames before it overlap it alike on both rungs. The first unit that begins at `byUs`
 * or later will do in any case, and nothing beyond it is looked at. Undefined when there is no such place (yet).
 */
export function findJoint(old: Track, next: Track, sequence: number, until: number, byUs: number): Joint | undefined {
  for (let from = sequence; from <= until; from += 1) {
    const ptsUs = old.ptsUsOf(from);
    const isLast = ptsUs >= byUs;
    const to = counterpartOf(next, ptsUs);
    const isPossible = to !== undefined && next.syncAtOrAfter(to) === to;
    if (isPossible && (isLast || fits(old, from, next, to))) return { from, to };
    if (isLast) return undefined;
  }
  return undefined;
}

/** Whether what comes before these two units is the same sound and runs into them alike. */
function fits(old: Track, from: number, next: Track, to: number): boolean {
  if (counterpartOf(next, old.ptsUsOf(from - 1)) !== to - 1) return false;
  const [before, other] = [old.run(from - 1, from, 1), next.run(to - 1, to, 1)];
  if (before === undefined || other === undefined) return false;
  return overlapOf(old.rung.codec, before.bytes) === overlapOf(next.rung.codec, other.bytes);
}
