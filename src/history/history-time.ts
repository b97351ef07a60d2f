/** The wall clock was set: what was filed between two moments, by the old time, belongs so much later (or earlier). */
export interface TimeStep {
  readonly fromMs: number;
  readonly toMs: number;
  readonly byMs: number;
}

export interface HistoryTimeDeps {
  readonly wallTime: () => Date;
  /** Seconds since the machine was started, asleep or not; no clock that somebody sets. */
  readonly bootSeconds: () => number;
}

const MINUTE_MS = 60_000;
/** Less is drift, or NTP at work: the minute just takes longer or shorter. */
const STEP_MS = MINUTE_MS;
/** So long nothing has been set: then the time is believed when it is about what is too old. */
const STEADY_S = 3_600;

/**
 * The time that things are filed under. A Pi has no clock of its own: it may start in 1970 and be told the time minutes
 * later, and whoever sets a clock may set it back. When the wall clock has gone another way than the time since boot by a
 * minute or more, all that this run has filed so far moves with it: then it stands where it belongs.
 */
export class HistoryTime {
  readonly #deps: HistoryTimeDeps;
  #fromMs: number | undefined;
  /** Of the wall clock, less the time since boot. */
  #offsetMs = 0;
  #steadyFromS = 0;
  #minute = 0;

  constructor(deps: HistoryTimeDeps) {
    this.#deps = deps;
  }

  /** The number of the minute, since 1970, that belongs to this moment, and the step that the clock has made before. */
  look(): { readonly minute: number; readonly step: TimeStep | undefined } {
    const nowMs = this.#deps.wallTime().getTime();
    const bootS = this.#deps.bootSeconds();
    const offsetMs = nowMs - bootS * 1000;
    const byMs = offsetMs - this.#offsetMs;
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (this.#fromMs === undefined) {
      this.#fromMs = nowMs;
      this.#begin(offsetMs, bootS, minute);
      return { minute, step: undefined };
    }
    if (Math.abs(byMs) < STEP_MS) {
      this.#offsetMs = offsetMs;
      // A minute that is over does not come again.
      this.#minute = Math.max(this.#minute, minute);
      return { minute: this.#minute, step: undefined };
    }
    const step = { fromMs: this.#fromMs, toMs: nowMs - byMs, byMs };
    this.#fromMs += byMs;
    this.#begin(offsetMs, bootS, minute);
    return { minute, step };
  }

  /** Nobody has set the clock for an hour. */
  get isSteady(): boolean {
    return this.#fromMs !== undefined && this.#deps.bootSeconds() - this.#steadyFromS >= STEADY_S;
  }

  #begin(offsetMs: number, bootS: number, minute: number): void {
    this.#offsetMs = offsetMs;
    this.#steadyFromS = bootS;
    this.#minute = minute;
  }
}

/** The same moment after the step; those that it is not about stay as they are. */
export function stepped(timeMs: number, { fromMs, toMs, byMs }: TimeStep): number {
  return timeMs >= fromMs && timeMs <= toMs ? timeMs + byMs : timeMs;
}
