/** A rise that is taken back within this time was a mistake; one that lasts so long a success. */
const TRIAL_US = 20_000_000;
/** … where nobody knows what arrives, and a mistake shows only when the kernel is full. */
const BLIND_TRIAL_US = 120_000_000;
/** After a mistake that rung waits so long, twice as long each time … */
const FIRST_WAIT_US = 10_000_000;
/** … where a trial is all that could show whether it is one. */
const LONG_FIRST_WAIT_US = 60_000_000;
const MAX_WAIT_US = 240_000_000;
const MINUTE_US = 60_000_000;
/** Rises in a minute. */
const MAX_RISES = 8;

/**
 * Remembers how rises went. Each rung has a wait of its own that doubles with every rise to it that was too much for the
 * link, and is forgotten when one lasts. Where the link would not have carried the rung below either, it is not the rise
 * that was wrong: then it waits a little, however often that happens. Times in microseconds.
 */
export class Rises {
  readonly #rungsKbps: readonly number[];
  readonly #waitUs: number[];
  readonly #notBeforeUs: number[];
  /** A rise went by what the link had shown; and once that was too much, all the same. */
  readonly #isShown: boolean[];
  readonly #isDeceived: boolean[];
  /** Since when each rung has to prove itself; undefined: it does not. */
  readonly #onTrialUs: (number | undefined)[];
  /** The last ones, oldest first. */
  readonly #roseUs: number[] = [];
  #trials = 0;
  #fellUs = Number.NEGATIVE_INFINITY;

  /** @param rungsKbps what each rung needs, lowest first */
  constructor(rungsKbps: readonly number[]) {
    const rungCount = rungsKbps.length;
    this.#rungsKbps = rungsKbps;
    this.#waitUs = new Array<number>(rungCount).fill(0);
    this.#notBeforeUs = new Array<number>(rungCount).fill(Number.NEGATIVE_INFINITY);
    this.#isShown = new Array<boolean>(rungCount).fill(false);
    this.#isDeceived = new Array<boolean>(rungCount).fill(false);
    this.#onTrialUs = new Array<number | undefined>(rungCount).fill(undefined);
  }

  /** Some rung has to prove itself. */
  get isOnTrial(): boolean {
    return this.#trials > 0;
  }

  /** The last rise; -Infinity: none. */
  get lastUs(): number {
    return this.#roseUs.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  /** No mistake speaks against a rise to it. */
  mayTry(rung: number, nowUs: number): boolean {
    return nowUs >= (this.#notBeforeUs[rung] as number);
  }

  /** What the link has shown since the last fall counts more than a mistake, unless that went by the same. */
  mayTrust(rung: number, shownUs: number, nowUs: number): boolean {
    return this.mayTry(rung, nowUs) || (shownUs > this.#fellUs && !this.#isDeceived[rung]);
  }

  /** There were too many in the last minute. */
  isCapped(nowUs: number): boolean {
    return this.#roseUs.length >= MAX_RISES && nowUs - (this.#roseUs[0] as number) < MINUTE_US;
  }

  /** @param isShown it goes by what the link has shown */
  onRise(rung: number, nowUs: number, isShown: boolean): void {
    this.#isShown[rung] = isShown;
    if (this.#roseUs.length >= MAX_RISES) this.#roseUs.shift();
    this.#roseUs.push(nowUs);
    if (this.#onTrialUs[rung] === undefined) this.#trials += 1;
    this.#onTrialUs[rung] = nowUs;
  }

  /** While nothing speaks against the rung: a rise that has lasted is forgiven those before it. */
  settle(nowUs: number, isKnown: boolean): void {
    if (this.#trials === 0) return;
    const trialUs = isKnown ? TRIAL_US : BLIND_TRIAL_US;
    for (const [rung, sinceUs] of this.#onTrialUs.entries()) {
      if (sinceUs === undefined || nowUs - sinceUs < trialUs) continue;
      this.#endTrial(rung);
      this.#waitUs[rung] = 0;
      this.#isDeceived[rung] = false;
    }
  }

  /**
   * True when that takes a rise back.
   *
   * @param linkKbps what the link was just seen to carry; undefined: nobody knows
   * @param canTell there are other ways than a trial to find out what the link carries
   */
  onFall(to: number, nowUs: number, linkKbps: number | undefined, canTell: boolean): boolean {
    const firstUs = canTell ? FIRST_WAIT_US : LONG_FIRST_WAIT_US;
    const before = this.#trials;
    this.#fellUs = nowUs;
    for (let rung = to + 1; rung < this.#waitUs.length; rung++) {
      if (this.#onTrialUs[rung] === undefined) continue;
      this.#endTrial(rung);
      const isCollapse = linkKbps !== undefined && linkKbps < (this.#rungsKbps[rung - 1] as number);
      if (!isCollapse) {
        if (this.#isShown[rung]) this.#isDeceived[rung] = true;
        this.#waitUs[rung] = Math.min(MAX_WAIT_US, Math.max(firstUs, 2 * (this.#waitUs[rung] as number)));
      }
      this.#notBeforeUs[rung] = nowUs + (isCollapse ? FIRST_WAIT_US : (this.#waitUs[rung] as number));
    }
    return this.#trials < before;
  }

  #endTrial(rung: number): void {
    this.#onTrialUs[rung] = undefined;
    this.#trials -= 1;
  }
}
