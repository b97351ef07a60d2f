/** What a listener has heard by the end of a session. */
export interface Heard {
  readonly lengthS: number;
  /** Before the first sound; no part of the rest. */
  readonly startUpS: number;
  readonly playedS: number;
  /** kbit/s times seconds played. */
  readonly playedKbit: number;
  readonly stalls: number;
  readonly stalledS: number;
  readonly skips: number;
  /** Sound that it was never sent, because it lagged too far behind. */
  readonly skippedS: number;
  readonly switches: number;
  /** Sum of the changes' sizes, kbit/s. */
  readonly switchedKbps: number;
}

/** Below this, a difference of times is one of rounding. */
const NOTHING_S = 1e-9;

/** A player: it gathers, plays, runs dry, and gathers again. Its buffer has no other limit than what it is sent. */
export class Player {
  readonly #startS: number;
  #nowS = 0;
  #isPlaying = false;
  #startUpS: number | undefined;
  #inHandS = 0;
  #receivedS = 0;
  #playedS = 0;
  #playedKbit = 0;
  #stalls = 0;
  #stalledS = 0;
  #skips = 0;
  #skippedS = 0;
  #switches = 0;
  #switchedKbps = 0;
  #playedKbps = 0;
  /** What is in hand: rates, and the seconds left of each; the first is the one being played. */
  readonly #kbps: number[] = [];
  readonly #seconds: number[] = [];
  #first = 0;

  /** @param startS sound that it gathers before it plays */
  constructor(startS: number) {
    this.#startS = startS;
  }

  get inHandS(): number {
    return this.#inHandS;
  }

  get receivedS(): number {
    return this.#receivedS;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  get stalledS(): number {
    return this.#stalledS;
  }

  /** Lets time pass, and plays what there is. */
  advance(toS: number): void {
    const passedS = toS - this.#nowS;
    if (passedS <= 0) return;
    this.#nowS = toS;
    if (!this.#isPlaying) {
      if (this.#startUpS !== undefined) this.#stalledS += passedS;
      return;
    }
    const shortS = passedS - this.#inHandS;
    if (shortS <= NOTHING_S) return this.#play(Math.min(passedS, this.#inHandS));
    this.#play(this.#inHandS);
    this.#inHandS = 0;
    this.#isPlaying = false;
    this.#stalls += 1;
    this.#stalledS += shortS;
  }

  /** Takes sound that has just arrived. */
  receive(kbps: number, seconds: number): void {
    this.#inHandS += seconds;
    this.#receivedS += seconds;
    const last = this.#kbps.length - 1;
    if (last >= this.#first && this.#kbps[last] === kbps) {
      this.#seconds[last] = (this.#seconds[last] as number) + seconds;
      return;
    }
    this.#kbps.push(kbps);
    this.#seconds.push(seconds);
  }

  /** Starts, or goes on, when enough is in hand, or `isAll` there is at present. */
  playOn(isAll: boolean): void {
    if (this.#isPlaying || this.#inHandS <= NOTHING_S) return;
    if (this.#inHandS < this.#startS - NOTHING_S && !isAll) return;
    this.#isPlaying = true;
    this.#startUpS ??= this.#nowS;
  }

  /** Sound that it will never be sent. */
  skip(seconds: number): void {
    this.#skips += 1;
    this.#skippedS += seconds;
  }

  heard(): Heard {
    return {
      lengthS: this.#nowS,
      startUpS: this.#startUpS ?? this.#nowS,
      playedS: this.#playedS,
      playedKbit: this.#playedKbit,
      stalls: this.#stalls,
      stalledS: this.#stalledS,
      skips: this.#skips,
      skippedS: this.#skippedS,
      switches: this.#switches,
      switchedKbps: this.#switchedKbps,
    };
  }

  #play(seconds: number): void {
    this.#inHandS -= seconds;
    this.#playedS += seconds;
    for (let left = seconds; left > NOTHING_S && this.#first < this.#kbps.length; ) {
      const kbps = this.#kbps[this.#first] as number;
      const there = this.#seconds[this.#first] as number;
      const now = Math.min(there, left);
      if (kbps !== this.#playedKbps) this.#note(kbps);
      this.#playedKbit += kbps * now;
      left -= now;
      if (there - now > NOTHING_S) this.#seconds[this.#first] = there - now;
      else this.#first += 1;
    }
    if (this.#first < 1024) return;
    this.#kbps.splice(0, this.#first);
    this.#seconds.splice(0, this.#first);
    this.#first = 0;
  }

  #note(kbps: number): void {
    if (this.#playedKbps > 0) {
      this.#switches += 1;
      this.#switchedKbps += Math.abs(kbps - this.#playedKbps);
    }
    this.#playedKbps = kbps;
  }
}
