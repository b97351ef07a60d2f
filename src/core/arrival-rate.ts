/** Not counted: what a router lets through at once after a pause, and the first steps of a connection. */
const BEGINNING_BYTES = 20_000;
/** A link that was busy for so long in the part that counts … */
const STEADY_US = 1_000_000;
/** … and carried the same in both halves of it, but for this share, is known. */
const STEADY_SHARE = 0.15;
/** So is one that varies, after this. */
const KNOWN_US = 2_500_000;
/** A shorter time as a busy link says little: what it carried while it was not may say more. */
const LEAST_BUSY_US = 20_000;
const MAX_NOTES = 2048;

/** What a link has carried. */
export interface CarriedRate {
  readonly bytesPerSecond: number;
  /** It was never busy: it may carry any amount more. */
  readonly isLowerBound: boolean;
  /** For how long it was busy, in the part that counts. */
  readonly busyUs: number;
  /** More of it would tell little more. */
  readonly isKnown: boolean;
}

/**
 * What a link carries, from how much had arrived when. Only the later half of the bytes counts, for a connection begins
 * slowly (RFC 5681, 3.1) and a rationed link quickly. Times in microseconds.
 */
export class ArrivalRate {
  readonly #atUs: number[] = [];
  readonly #bytes: number[] = [];
  readonly #isBusy: boolean[] = [];

  /**
   * @param bytes that have arrived by `atUs`, in all
   * @param isBusy something was on its way all the time since the last note
   */
  note(atUs: number, bytes: number, isBusy: boolean): void {
    if (this.#atUs.length === MAX_NOTES) this.#thin();
    this.#atUs.push(atUs);
    this.#bytes.push(bytes);
    this.#isBusy.push(isBusy);
  }

  /** Undefined while nothing has arrived. */
  get carried(): CarriedRate | undefined {
    const last = this.#atUs.length - 1;
    const total = this.#bytes[last] ?? 0;
    if (total <= 0 || last < 1) return undefined;
    const start = this.#bytes.findIndex((bytes) => bytes >= Math.max(BEGINNING_BYTES, total / 2));
    const busy = this.#busy(start === -1 ? last : start, last);
    const proven = busy.us >= LEAST_BUSY_US ? 0 : this.#fastest();
    const bytesPerSecond = Math.max(busy.us > 0 ? (busy.bytes * 1e6) / busy.us : 0, proven);
    // Steady at nothing is no rate: what stands in between may pass things on in lumps.
    const isLong = busy.us >= KNOWN_US || (busy.us >= STEADY_US && this.#isSteady(start, last));
    const isKnown = isLong && busy.bytes > 0;
    return { bytesPerSecond, busyUs: busy.us, isLowerBound: busy.us === 0, isKnown };
  }

  /** Keeps every other note. */
  #thin(): void {
    const kept = MAX_NOTES / 2;
    for (let i = 0; i < kept; i += 1) {
      this.#atUs[i] = this.#atUs[2 * i + 1] as number;
      this.#bytes[i] = this.#bytes[2 * i + 1] as number;
      this.#isBusy[i] = this.#isBusy[2 * i] === true && this.#isBusy[2 * i + 1] === true;
    }
    this.#atUs.length = this.#bytes.length = this.#isBusy.length = kept;
  }

  #isSteady(start: number, last: number): boolean {
    const middleUs = ((this.#atUs[start] as number) + (this.#atUs[last] as number)) / 2;
    const middle = this.#atUs.findIndex((atUs) => atUs >= middleUs);
    const [before, after] = [this.#busy(start, middle), this.#busy(middle, last)];
    const [slower = 0, faster = 0] = [before, after].map(({ bytes, us }) => bytes / us).sort((a, b) => a - b);
    return slower >= faster * (1 - STEADY_SHARE);
  }

  /**
   * What was carried between two notes while the link was busy. What ends a busy time was waited for in it: where things
   * are passed on in lumps, that is most of them.
   */
  #busy(from: number, to: number): { readonly bytes: number; readonly us: number } {
    let bytes = 0;
    let us = 0;
    for (let i = from + 1; i <= to; i += 1) {
      if (this.#isBusy[i] !== true && this.#isBusy[i - 1] !== true) continue;
      bytes += (this.#bytes[i] as number) - (this.#bytes[i - 1] as number);
      us += (this.#atUs[i] as number) - (this.#atUs[i - 1] as number);
    }
    return { bytes, us };
  }

  /** The most that it has carried in a short time, bytes a second; in a shorter one, word of it may have come in lumps. */
  #fastest(): number {
    let fastest = 0;
    let from = 0;
    for (let i = 1; i < this.#atUs.length; i += 1) {
      while (from + 1 < i && this.#since(from + 1, i) >= LEAST_BUSY_US) from += 1;
      const bytes = (this.#bytes[i] as number) - (this.#bytes[from] as number);
      fastest = Math.max(fastest, (bytes * 1e6) / Math.max(LEAST_BUSY_US, this.#since(from, i)));
    }
    return fastest;
  }

  #since(from: number, to: number): number {
    return (this.#atUs[to] as number) - (this.#atUs[from] as number);
  }
}
