import type { InHand, RungArrival, Stall } from './heard.ts';

export interface ClientPlayerOptions {
  /** Sound that it gathers before it plays, and before it plays again. */
  readonly startS: number;
  readonly resumeS: number;
}

/** What a player has in hand: it gathers, plays by its own clock, runs dry, and gathers again. */
export class ClientPlayer {
  readonly #options: ClientPlayerOptions;
  readonly stalls: Stall[] = [];
  readonly rungs: RungArrival[] = [];
  readonly inHand: InHand[] = [];
  firstSoundMs: number | undefined;
  playedS = 0;
  #playedKbit = 0;
  #atMs: number;
  #isPlaying = false;
  #isPaused = false;
  #dryMs: number | undefined;
  /** In hand, oldest first. */
  readonly #frames: { seconds: number; readonly kbps: number }[] = [];
  #seconds = 0;

  constructor(nowMs: number, options: ClientPlayerOptions) {
    this.#atMs = nowMs;
    this.#options = options;
  }

  get seconds(): number {
    return this.#seconds;
  }

  get playedKbps(): number {
    return this.playedS > 0 ? this.#playedKbit / this.playedS : 0;
  }

  /** Takes a frame that has just arrived. */
  receive(nowMs: number, seconds: number, kbps: number, headerKbps: number | undefined): void {
    this.advance(nowMs);
    this.#frames.push({ seconds, kbps });
    this.#seconds += seconds;
    if (headerKbps !== undefined && this.rungs.at(-1)?.kbps !== headerKbps) {
      this.rungs.push({ atMs: nowMs, kbps: headerKbps });
    }
    const { startS, resumeS } = this.#options;
    if (this.#isPlaying || this.#seconds < (this.firstSoundMs === undefined ? startS : resumeS)) return;
    this.#isPlaying = true;
    this.firstSoundMs ??= nowMs;
    if (this.#dryMs !== undefined) this.stalls.push({ atMs: this.#dryMs, ms: nowMs - this.#dryMs });
    this.#dryMs = undefined;
  }

  /** Plays on. */
  advance(nowMs: number): void {
    let left = (nowMs - this.#atMs) / 1000;
    this.#atMs = nowMs;
    if (!this.#isPlaying || this.#isPaused) return;
    for (let frame = this.#frames[0]; left > 0 && frame !== undefined; frame = this.#frames[0]) {
      const played = Math.min(frame.seconds, left);
      this.playedS += played;
      this.#playedKbit += played * frame.kbps;
      this.#seconds -= played;
      left -= played;
      frame.seconds -= played;
      if (frame.seconds <= 0) this.#frames.shift();
    }
    if (left <= 0) return;
    this.#seconds = 0;
    this.#isPlaying = false;
    this.#dryMs = nowMs - left * 1000;
  }

  /** Its listener stops it for a while, or goes on. */
  pause(nowMs: number, isPaused: boolean): void {
    this.advance(nowMs);
    this.#isPaused = isPaused;
  }

  /** Notes what is in hand. */
  note(nowMs: number): void {
    this.advance(nowMs);
    this.inHand.push({ atMs: Math.round(nowMs), seconds: Math.round(this.#seconds * 100) / 100 });
  }

  /** It is over: a stall that goes on ends here. */
  end(nowMs: number): void {
    this.advance(nowMs);
    if (this.#dryMs !== undefined) this.stalls.push({ atMs: this.#dryMs, ms: nowMs - this.#dryMs });
  }
}
