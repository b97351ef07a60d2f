/** What is known of how long media takes from capture to whoever listens or watches. */
export interface LatencyHistogram {
  /** Upper bounds of the buckets, seconds; beyond the last there is one more. */
  readonly boundsSeconds: readonly number[];
  /** Samples up to each bound; the last one counts all of them. */
  readonly upTo: readonly number[];
  readonly sumSeconds: number;
}

const BOUNDS_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2, 4, 8, 16];
/** Of which quantiles are taken. */
const WINDOW_US = 60_000_000;
/** Samples that are kept for that, and how many may come within a second so that they reach back so far. */
const KEPT = 4_096;
const MOST_A_SECOND = Math.floor((KEPT * 1e6) / WINDOW_US);

/** Latencies of deliveries: a histogram since the start, and quantiles over the last minute. Times in microseconds. */
export class DeliveryLatency {
  readonly #atUs = new Float64Array(KEPT);
  readonly #latencyUs = new Float64Array(KEPT);
  readonly #counts = new Float64Array(BOUNDS_SECONDS.length + 1);
  #sumUs = 0;
  #count = 0;
  #noted = 0;
  #everySample = 1;

  /** So many samples are about to come within a second: as many are noted as there is room for. */
  expect(samples: number): void {
    this.#everySample = Math.max(1, Math.ceil(samples / MOST_A_SECOND));
  }

  add(nowUs: number, latencyUs: number): void {
    const seconds = latencyUs / 1e6;
    let bucket = 0;
    while (bucket < BOUNDS_SECONDS.length && seconds > (BOUNDS_SECONDS[bucket] as number)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#sumUs += latencyUs;
    this.#count += 1;
    if (this.#count % this.#everySample !== 0) return;
    const at = this.#noted % KEPT;
    this.#atUs[at] = nowUs;
    this.#latencyUs[at] = latencyUs;
    this.#noted += 1;
  }

  get histogram(): LatencyHistogram {
    let sum = 0;
    const upTo = [...this.#counts].map((count) => (sum += count));
    return { boundsSeconds: BOUNDS_SECONDS, upTo, sumSeconds: this.#sumUs / 1e6 };
  }

  /** The smallest latencies that such parts of the last minute's samples do not exceed; undefined without samples. */
  quantilesUs(nowUs: number, quantiles: readonly number[]): readonly number[] | undefined {
    const kept = Math.min(this.#noted, KEPT);
    const recent = this.#latencyUs.slice(0, kept).filter((_, i) => nowUs - (this.#atUs[i] as number) <= WINDOW_US);
    if (recent.length === 0) return undefined;
    recent.sort();
    return quantiles.map((q) => recent[Math.max(0, Math.ceil(q * recent.length) - 1)] as number);
  }
}
