/** So long a link carries so much, with that round trip. */
export interface Stretch {
  readonly duration_ms: number;
  readonly bandwidth_kbps: number;
  readonly latency_ms: number;
}

/**
 * What a link carries, integrated exactly. A recording that is shorter than the session begins anew at its end. The
 * latency is the recording's first (those of the collection are the same throughout).
 */
export class Link {
  readonly name: string;
  /** Round trip of what does not queue. */
  readonly latencyS: number;
  /** Beginning of each stretch, and one more at the end. */
  readonly #startS: Float64Array;
  /** Bytes carried before it. */
  readonly #startBytes: Float64Array;
  readonly #bytesPerS: Float64Array;
  readonly #count: number;

  constructor(name: string, stretches: readonly Stretch[], { lengthS = 0, scale = 1 } = {}) {
    this.name = name;
    this.latencyS = (stretches[0]?.latency_ms ?? 0) / 1000;
    const recordedS = stretches.reduce((sum, each) => sum + each.duration_ms, 0) / 1000;
    if (!(recordedS > 0)) throw new RangeError(`${name} lasts no time at all`);
    // Downloads may go on beyond the session's end.
    const rounds = Math.max(1, Math.ceil((lengthS + 1) / recordedS));
    this.#count = rounds * stretches.length;
    this.#startS = new Float64Array(this.#count + 1);
    this.#startBytes = new Float64Array(this.#count + 1);
    this.#bytesPerS = new Float64Array(this.#count);
    for (let i = 0; i < this.#count; i += 1) {
      const { duration_ms, bandwidth_kbps } = stretches[i % stretches.length] as Stretch;
      const bytesPerS = bandwidth_kbps * 125 * scale;
      this.#bytesPerS[i] = bytesPerS;
      this.#startS[i + 1] = (this.#startS[i] as number) + duration_ms / 1000;
      this.#startBytes[i + 1] = (this.#startBytes[i] as number) + (bytesPerS * duration_ms) / 1000;
    }
  }

  /** Bytes that it could have carried from the beginning to `atS`. */
  bytesUntil(atS: number): number {
    const i = lastAtOrBelow(this.#startS, this.#count, atS);
    return (this.#startBytes[i] as number) + (atS - (this.#startS[i] as number)) * (this.#bytesPerS[i] as number);
  }

  /** When it has carried `bytes` since the beginning; Infinity when it never has. */
  timeOf(bytes: number): number {
    if (bytes > (this.#startBytes[this.#count] as number)) return Number.POSITIVE_INFINITY;
    let i = lastAtOrBelow(this.#startBytes, this.#count, bytes);
    // What is complete at the end of a stretch does not wait for the next one, which may carry nothing.
    while (i > 0 && this.#startBytes[i] === bytes) i -= 1;
    const rate = this.#bytesPerS[i] as number;
    return (this.#startS[i] as number) + (rate > 0 ? (bytes - (this.#startBytes[i] as number)) / rate : 0);
  }

  /** When a transfer of `bytes` that begins at `fromS` is complete. */
  after(fromS: number, bytes: number): number {
    return bytes <= 0 ? fromS : this.timeOf(this.bytesUntil(fromS) + bytes);
  }

  /** Mean over some time, kbit/s. */
  meanKbps(fromS: number, toS: number): number {
    return (this.bytesUntil(toS) - this.bytesUntil(fromS)) / 125 / (toS - fromS);
  }
}

/** Index below `count` of the last value that is not above `value`; 0 when all are. */
function lastAtOrBelow(values: Float64Array, count: number, value: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((values[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
