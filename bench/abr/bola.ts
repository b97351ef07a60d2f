import { type FetchRule, SEGMENT_S } from './fetch-session.ts';
import { harmonicMean } from './throughput-rule.ts';

/** What a full buffer is worth besides quality (gamma times p of the paper): the usual value. */
const GAMMA_P = 5;
const DOWNLOADS = 5;
/** Of the part of a buffer that the insufficient-buffer rule trusts in. */
const SAFETY = 0.9;
/** Waiting until the buffer has drained enough, in steps of this. */
const WAIT_S = 0.1;

export interface BolaOptions {
  /** The buffer that it fills, seconds. */
  readonly bufferS: number;
  /**
   * As players ship it (BOLA-E): goes up no further than the last downloads' throughput would (BOLA-O), and asks for no
   * segment that could not arrive before half of the buffer is gone.
   */
  readonly isEnhanced: boolean;
}

/**
 * BOLA (Spiteri, Urgaonkar, Sitaraman: BOLA: Near-Optimal Bitrate Adaptation for Online Videos, 2016): of all rungs, the
 * one for which (V × (utility + gamma p) − buffer) / size is greatest; utility is the logarithm of the size. It looks at
 * nothing but the buffer. V is as great as the buffer allows.
 */
export function bola(ladder: readonly number[], { bufferS, isEnhanced }: BolaOptions): FetchRule {
  const lowest = ladder[0] as number;
  const utilities = ladder.map((kbps) => Math.log(kbps / lowest));
  const v = (bufferS - SEGMENT_S) / ((utilities.at(-1) as number) + GAMMA_P);
  const scoreOf = (rung: number, levelS: number): number =>
    (v * ((utilities[rung] as number) + GAMMA_P) - levelS) / (ladder[rung] as number);
  return {
    choose: ({ bufferS: levelS, lastRung, throughputs }) => {
      let best = 0;
      for (let rung = 1; rung < ladder.length; rung += 1) {
        if (scoreOf(rung, levelS) > scoreOf(best, levelS)) best = rung;
      }
      // All of them are worth less than nothing: the buffer is more than full.
      if (scoreOf(best, levelS) < 0) return { waitS: WAIT_S };
      if (!isEnhanced || throughputs.length === 0) return best;
      const kbps = harmonicMean(throughputs, DOWNLOADS);
      const carried = Math.max(
        0,
        ladder.findLastIndex((each) => each <= kbps * SAFETY),
      );
      if (lastRung !== undefined && best > lastRung && best > carried) best = Math.max(lastRung, carried);
      const inTime = ladder.findLastIndex((each) => (each * SEGMENT_S) / (kbps * SAFETY) <= levelS / 2);
      return Math.min(best, Math.max(0, inTime));
    },
  };
}
