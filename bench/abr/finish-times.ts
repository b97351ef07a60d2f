import type { Link } from './link.ts';

const GRID_S = 0.02;
/** Beginnings on either side of a grid's cell that end further apart than this have an outage between them. */
const TOGETHER_S = 0.1;

/** When a transfer of a certain size ends, by when it begins: looked up, for somebody who asks millions of times. */
export class FinishTimes {
  readonly #at: Float64Array;

  constructor(link: Link, bytes: number, lengthS: number) {
    const count = Math.ceil(lengthS / GRID_S) + 2;
    this.#at = new Float64Array(count);
    for (let i = 0; i < count; i += 1) this.#at[i] = link.after(i * GRID_S, bytes);
  }

  /** Not earlier than it would be; Infinity when it does not end, or begins after the session's end. */
  of(beginS: number): number {
    const cell = Math.floor(beginS / GRID_S);
    if (cell + 1 >= this.#at.length) return Number.POSITIVE_INFINITY;
    const before = this.#at[cell] as number;
    const after = this.#at[cell + 1] as number;
    if (!(after - before <= TOGETHER_S)) return after;
    return before + (after - before) * (beginS / GRID_S - cell);
  }
}
