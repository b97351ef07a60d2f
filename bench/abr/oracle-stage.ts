/** Where somebody has got to who has been sent everything before a certain unit: times are exact, nothing is rounded. */
export interface Label {
  /** When the link is free again. */
  readonly freeS: number;
  /** Playing: when it will have played all it has. Else: up to when its silence has been counted. */
  readonly atS: number;
  /** Sound in hand while it does not play, seconds; less than 0 while it plays. */
  readonly waitingS: number;
  readonly hasStarted: boolean;
  readonly hasCaughtUp: boolean;
  /** Index of the last unit's rung; -1 before the first. */
  readonly rung: number;
  /** What it has come to so far. */
  readonly worth: number;
  /** The last unit that it was sent, and the number of the entry in the record of ways before that. */
  readonly unit: number;
  readonly before: number;
}

const LAG_BIN_S = 0.5;
const LAG_BINS = 160;
const DELAY_BIN_S = 2;
const DELAY_BINS = 200;
const WAITS = 5;
/** kbit/s that a second of the link is worth: of two that share a bin, the earlier one may be the better. */
const LINK_WORTH_KBPS = 200;

/**
 * The labels of one unit: of those that are nearly in the same place, only the best. Places are told apart by the link's
 * lag, the player's delay, the rung, and what it has in hand while it waits.
 */
export class OracleStage {
  readonly labels: Label[] = [];
  readonly #unitS: number;
  readonly #leastDelayS: number;
  readonly #cells = new Int32Array(LAG_BINS * DELAY_BINS * WAITS * 5).fill(-1);
  readonly #used: number[] = [];
  #best = Number.NEGATIVE_INFINITY;

  /** @param leastDelayS the least that a player can be behind */
  constructor(unitS: number, leastDelayS: number) {
    this.#unitS = unitS;
    this.#leastDelayS = leastDelayS;
  }

  get best(): number {
    return this.#best;
  }

  clear(): void {
    for (const cell of this.#used) this.#cells[cell] = -1;
    this.#used.length = 0;
    this.labels.length = 0;
    this.#best = Number.NEGATIVE_INFINITY;
  }

  /** @param unit the unit that comes next @param thereS when it can be sent */
  add(label: Label, unit: number, thereS: number): void {
    const { freeS, atS, waitingS, rung, worth } = label;
    const isPlaying = waitingS < 0;
    const delayS = (isPlaying ? atS : freeS + waitingS) - unit * this.#unitS;
    const lag = Math.min(LAG_BINS - 1, Math.max(0, Math.floor((freeS - thereS + this.#unitS) / LAG_BIN_S)));
    const delay = Math.min(DELAY_BINS - 1, Math.max(0, Math.floor((delayS - this.#leastDelayS) / DELAY_BIN_S)));
    const wait = isPlaying ? 0 : Math.min(WAITS - 1, 1 + Math.round(waitingS / this.#unitS));
    const cell = (((rung + 1) * WAITS + wait) * LAG_BINS + lag) * DELAY_BINS + delay;
    if (worth > this.#best) this.#best = worth;
    const known = this.#cells[cell] as number;
    if (known < 0) {
      this.#cells[cell] = this.labels.length;
      this.#used.push(cell);
      this.labels.push(label);
      return;
    }
    const other = this.labels[known] as Label;
    if (worth - LINK_WORTH_KBPS * freeS > other.worth - LINK_WORTH_KBPS * other.freeS) this.labels[known] = label;
  }
}
