import type { Rung } from '../core/rung.ts';
import { Segment, type WireUnit } from './segment.ts';

/** Whole units, contiguous in memory. */
export interface Run {
  /** A view into the ring that never changes. */
  readonly bytes: Uint8Array;
  /** The sequence number after the last unit of the run. */
  readonly to: number;
}

const NO_RUN = { from: -1, until: -1, maxBytes: -1, bytes: new Uint8Array(0), to: -1 };

/**
 * One rung's part of a ring: its units in order, addressed by sequence number, which counts from 0 and never
 * repeats. Units leave at the old end, a segment at a time, and only when the ring says so.
 */
export class Track {
  readonly rung: Rung;
  readonly #segmentBytes: number;
  /** Segment number n stands at index n - #firstNumber + #head. */
  #segments: (Segment | undefined)[] = [];
  #head = 0;
  #endSequence = 0;
  #endPosition = 0;
  #endPtsUs = Number.NEGATIVE_INFINITY;
  #heldBytes = 0;
  #memo: Run & { readonly from: number; readonly until: number; readonly maxBytes: number } = NO_RUN;

  constructor(rung: Rung, segmentBytes: number) {
    this.rung = rung;
    this.#segmentBytes = segmentBytes;
  }

  /** Sequence number of the oldest unit there is; endSequence when it is empty. */
  get oldestSequence(): number {
    return this.#oldest?.firstSequence ?? this.#endSequence;
  }

  /** The sequence number that the next unit will get. */
  get endSequence(): number {
    return this.#endSequence;
  }

  /** When the newest unit ends, microseconds; -Infinity before the first. */
  get endPtsUs(): number {
    return this.#endPtsUs;
  }

  /** When the oldest unit starts, microseconds; +Infinity when it is empty. */
  get oldestPtsUs(): number {
    return this.#oldest?.firstPtsUs ?? Number.POSITIVE_INFINITY;
  }

  /** Bytes of memory that its segments hold. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Bytes of units that can still be read. */
  get readableBytes(): number {
    return this.#endPosition - (this.#oldest?.firstPosition ?? this.#endPosition);
  }

  /** Appends a unit. Its pts must not be before the last one's: a mount drops what would go back in time. */
  append(unit: WireUnit): void {
    const last = this.#segments.at(-1);
    if (last === undefined || !last.append(unit)) {
      const segment = new Segment(
        this.#endSequence,
        this.#endPosition,
        Math.max(this.#segmentBytes, unit.bytes.length),
      );
      segment.append(unit);
      this.#segments.push(segment);
      this.#heldBytes += segment.capacityBytes;
    }
    this.#endSequence += 1;
    this.#endPosition += unit.bytes.length;
    this.#endPtsUs = unit.ptsUs + unit.durationUs;
  }

  /** Lets go of the oldest segment. */
  evict(): void {
    const oldest = this.#oldest;
    if (oldest === undefined) return;
    this.#heldBytes -= oldest.capacityBytes;
    // The slot lets go of the memory at once; moving the rest up only now and then keeps eviction O(1) over time.
    this.#segments[this.#head] = undefined;
    this.#head += 1;
    if (this.#head * 2 > this.#segments.length) {
      this.#segments = this.#segments.slice(this.#head);
      this.#head = 0;
    }
  }

  /**
   * A run of whole units from `from`, contiguous in memory: up to `until`, at most `maxBytes` but at least one
   * unit. Returns a view that never changes, and the sequence number after it in `to`; undefined when `from`
   * has been evicted or there is nothing before `until`. Askers of the same run share one view.
   */
  run(from: number, until: number, maxBytes: number): Run | undefined {
    const memo = this.#memo;
    if (memo.from === from && memo.until === until && memo.maxBytes === maxBytes) return memo;
    const segment = this.#segmentOf(from);
    const limit = Math.min(until, this.#endSequence);
    if (segment === undefined || from >= limit) return undefined;
    const to = segment.fit(from, limit, maxBytes);
    this.#memo = { from, until, maxBytes, bytes: segment.view(from, to), to };
    return this.#memo;
  }

  /** When the unit starts, microseconds; endPtsUs for the one to come, NaN for an evicted one. */
  ptsUsOf(sequence: number): number {
    if (sequence >= this.#endSequence) return this.#endPtsUs;
    return this.#segmentOf(sequence)?.ptsUsOf(sequence) ?? Number.NaN;
  }

  /** Bytes from the start of the unit to the live edge; all that is readable for an evicted one. */
  bytesAhead(sequence: number): number {
    if (sequence >= this.#endSequence) return 0;
    const segment = this.#segmentOf(sequence);
    if (segment === undefined) return this.readableBytes;
    return this.#endPosition - segment.firstPosition - segment.offsetOf(sequence);
  }

  /** The first unit that starts at or after `ptsUs`; endSequence when there is none yet. */
  sequenceAtOrAfter(ptsUs: number): number {
    const index = this.#search((segment) => segment.firstPtsUs > ptsUs);
    const before = index > this.#head ? this.#segments[index - 1] : undefined;
    const sequence = before?.sequenceAtOrAfter(ptsUs);
    if (sequence !== undefined && before !== undefined && sequence < before.endSequence) return sequence;
    return this.#segments[index]?.firstSequence ?? this.#endSequence;
  }

  /** The first sync point at or after `sequence` (or the oldest unit); endSequence when there is none yet. */
  syncAtOrAfter(sequence: number): number {
    const from = Math.max(sequence, this.oldestSequence);
    for (let index = this.#indexOf(from); index < this.#segments.length; index += 1) {
      const sync = this.#segments[index]?.syncAtOrAfter(from);
      if (sync !== undefined) return sync;
    }
    return this.#endSequence;
  }

  get #oldest(): Segment | undefined {
    return this.#segments[this.#head];
  }

  #segmentOf(sequence: number): Segment | undefined {
    // Nearly every reader is near the live edge.
    const last = this.#segments.at(-1);
    if (last === undefined || sequence >= last.endSequence) return undefined;
    if (sequence >= last.firstSequence) return last;
    if (sequence < this.oldestSequence) return undefined;
    return this.#segments[this.#indexOf(sequence)];
  }

  /** Index of the segment that holds `sequence`, which must not be before the oldest. */
  #indexOf(sequence: number): number {
    return Math.max(this.#head, this.#search((segment) => segment.firstSequence > sequence) - 1);
  }

  /** The first index, from the head on, for which `past` holds; `past` is false, then true. */
  #search(past: (segment: Segment) => boolean): number {
    let low = this.#head;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (past(this.#segments[middle] as Segment)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
