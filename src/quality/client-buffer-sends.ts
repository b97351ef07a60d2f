/** Remembered; older ones are thinned out, so that they reach back however long nothing arrives. */
const MARKS = 24;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

/**
 * What a connection had been handed at each of the last looks: bytes, and the sound in them. As rungs differ, this is
 * how bytes that have arrived become sound that has arrived. Times in microseconds.
 */
export class Sends {
  readonly #atUs: Float64Array;
  readonly #bytes: Float64Array;
  readonly #mediaUs: Float64Array;
  #count = 0;

  constructor() {
    // One block of memory: there are as many of these as listeners.
    const block = new ArrayBuffer(3 * MARKS * BYTES);
    this.#atUs = new Float64Array(block, 0, MARKS);
    this.#bytes = new Float64Array(block, MARKS * BYTES, MARKS);
    this.#mediaUs = new Float64Array(block, 2 * MARKS * BYTES, MARKS);
  }

  /** Notes what has been handed over by now. */
  note(atUs: number, bytes: number, mediaUs: number): void {
    if (this.#count === MARKS) this.#thinOut();
    // What is handed over while nothing is new needs no second mark: the earlier moment says more.
    if (this.#count > 1 && this.#bytes[this.#count - 1] === bytes && this.#bytes[this.#count - 2] === bytes) {
      this.#atUs[this.#count - 1] = atUs;
      this.#mediaUs[this.#count - 1] = mediaUs;
      return;
    }
    this.#atUs[this.#count] = atUs;
    this.#bytes[this.#count] = bytes;
    this.#mediaUs[this.#count] = mediaUs;
    this.#count += 1;
  }

  /** Forgets what nobody will ask for: all but the last mark that has arrived and is no younger than `asOfUs`. */
  forget(arrivedBytes: number, asOfUs: number): void {
    let gone = 0;
    while (
      gone + 1 < this.#count &&
      (this.#bytes[gone + 1] as number) <= arrivedBytes &&
      (this.#atUs[gone + 1] as number) <= asOfUs
    ) {
      gone += 1;
    }
    if (gone === 0) return;
    this.#atUs.copyWithin(0, gone, this.#count);
    this.#bytes.copyWithin(0, gone, this.#count);
    this.#mediaUs.copyWithin(0, gone, this.#count);
    this.#count -= gone;
  }

  /** At least so many bytes had been handed over by that moment. */
  bytesBy(atUs: number): number {
    for (let i = this.#count - 1; i >= 0; i--) {
      if ((this.#atUs[i] as number) <= atUs) return this.#bytes[i] as number;
    }
    return 0;
  }

  /** The sound in the first so many bytes, microseconds. */
  mediaUsOf(bytes: number): number {
    for (let i = this.#count - 1; i >= 0; i--) {
      const from = this.#bytes[i] as number;
      if (from > bytes) continue;
      const mediaUs = this.#mediaUs[i] as number;
      if (i + 1 === this.#count || from === bytes) return mediaUs;
      const share = (bytes - from) / ((this.#bytes[i + 1] as number) - from);
      return mediaUs + share * ((this.#mediaUs[i + 1] as number) - mediaUs);
    }
    // Before the first mark: as dense as up to there.
    const first = this.#bytes[0] ?? 0;
    return first > 0 ? ((this.#mediaUs[0] as number) * bytes) / first : 0;
  }

  /** Every other of the older half goes. */
  #thinOut(): void {
    let to = 1;
    for (let from = 2; from < MARKS; from += from < MARKS / 2 ? 2 : 1) {
      this.#atUs[to] = this.#atUs[from] as number;
      this.#bytes[to] = this.#bytes[from] as number;
      this.#mediaUs[to] = this.#mediaUs[from] as number;
      to += 1;
    }
    this.#count = to;
  }
}
