/** A unit as it goes over the wire: the access unit in its container's framing, ready to be sent as it is. */
export interface WireUnit {
  /** Capture time of the first sample, microseconds of CLOCK_MONOTONIC. */
  readonly ptsUs: number;
  readonly durationUs: number;
  /** A listener may start, or come over from another rung, here. */
  readonly sync: boolean;
  /** Copied by the ring; free for its owner as soon as the call returns. */
  readonly bytes: Uint8Array;
}

/**
 * A stretch of one rung's past: unit bytes one after another in one buffer, and where each begins.
 *
 * The bytes of a unit never change once they are in: a listener's pending socket write may still point at them
 * long after the segment has left the ring. Segments are therefore never reused; the garbage collector frees
 * one when the ring and the last write have let go of it.
 */
export class Segment {
  /** Sequence number of the first unit. */
  readonly firstSequence: number;
  /** Bytes that the track had received before this segment. */
  readonly firstPosition: number;
  readonly #bytes: Buffer;
  readonly #offsets: number[] = [];
  readonly #ptsUs: number[] = [];
  /** Local indexes of the sync points, ascending. */
  readonly #syncs: number[] = [];
  #usedBytes = 0;

  constructor(firstSequence: number, firstPosition: number, capacityBytes: number) {
    this.firstSequence = firstSequence;
    this.firstPosition = firstPosition;
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }

  /** Bytes of memory that it holds, used or not. */
  get capacityBytes(): number {
    return this.#bytes.length;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get count(): number {
    return this.#offsets.length;
  }

  /** The sequence number after its last unit. */
  get endSequence(): number {
    return this.firstSequence + this.#offsets.length;
  }

  get firstPtsUs(): number {
    return this.#ptsUs[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Copies the unit in; false when there is no room for it. */
  append(unit: WireUnit): boolean {
    if (this.#usedBytes + unit.bytes.length > this.#bytes.length) return false;
    this.#bytes.set(unit.bytes, this.#usedBytes);
    if (unit.sync) this.#syncs.push(this.#offsets.length);
    this.#offsets.push(this.#usedBytes);
    this.#ptsUs.push(unit.ptsUs);
    this.#usedBytes += unit.bytes.length;
    return true;
  }

  ptsUsOf(sequence: number): number {
    return this.#ptsUs[sequence - this.firstSequence] ?? Number.NaN;
  }

  /** Offset of the unit in the segment; the used bytes for the sequence number after the last. */
  offsetOf(sequence: number): number {
    return this.#offsets[sequence - this.firstSequence] ?? this.#usedBytes;
  }

  /** The bytes of the units from `from` up to, without, `to`. A view, never a copy. */
  view(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(this.offsetOf(from), this.offsetOf(to));
  }

  /**
   * The largest `to` for which the units from `from` fit into `maxBytes`, and at least one unit; never past
   * `limit` nor the segment's end.
   */
  fit(from: number, limit: number, maxBytes: number): number {
    const last = Math.min(limit, this.endSequence);
    const room = this.offsetOf(from) + maxBytes;
    if (this.offsetOf(last) <= room) return last;
    const local = lowerBound(this.#offsets, room + 1) - 1;
    return Math.max(from + 1, this.firstSequence + local);
  }

  /** The first unit that starts at or after `ptsUs`; endSequence when there is none. */
  sequenceAtOrAfter(ptsUs: number): number {
    return this.firstSequence + lowerBound(this.#ptsUs, ptsUs);
  }

  /** The first sync point at or after `sequence`, or undefined. */
  syncAtOrAfter(sequence: number): number | undefined {
    const local = this.#syncs[lowerBound(this.#syncs, sequence - this.firstSequence)];
    return local === undefined ? undefined : this.firstSequence + local;
  }
}

/** The first index whose value is not below `value`; the length when all are. `values` ascend. */
export function lowerBound(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
