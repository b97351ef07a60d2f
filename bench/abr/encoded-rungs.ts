/** From the wish for a rung to its first unit, seconds: the worker is told, and the encoder starts. */
const START_S = 0.2;
/** A rung is encoded for so long after nobody wants it any more. */
const LINGER_S = 10;

/**
 * Which rungs there are sound of, at a station with a single listener: some are encoded always, the others from the moment
 * that the listener is to have them. So who lags can't be given what lies before that moment.
 */
export class EncodedRungs {
  readonly #always: readonly boolean[];
  /** Position of the sound at which a rung's encoding began; undefined while it is not encoded. */
  readonly #fromS: (number | undefined)[] = [];
  readonly #wantedS: number[] = [];

  constructor(ladder: readonly number[], alwaysKbps: readonly number[]) {
    this.#always = ladder.map((kbps) => alwaysKbps.includes(kbps));
  }

  /** The rung is wanted now. */
  want(rung: number, nowS: number, producedS: number): void {
    const wantedS = this.#wantedS[rung];
    if (wantedS === undefined || nowS - wantedS > LINGER_S) this.#fromS[rung] = producedS + START_S;
    this.#wantedS[rung] = nowS;
  }

  /** Whether there is sound of it at a position. */
  has(rung: number, mediaS: number): boolean {
    return this.#always[rung] === true || mediaS >= (this.#fromS[rung] ?? Number.POSITIVE_INFINITY);
  }
}
