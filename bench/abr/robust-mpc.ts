import { type FetchRule, SEGMENT_S } from './fetch-session.ts';
import { type Live, REBUFFER_KBPS } from './live.ts';
import { harmonicMean } from './throughput-rule.ts';

const HORIZON = 5;
/** Downloads that the prediction and its errors are taken from. */
const DOWNLOADS = 5;

/**
 * Robust model-predictive control (Yin, Jindal, Sekar, Sinopoli: A Control-Theoretic Approach for Dynamic Adaptive Video
 * Streaming over HTTP, 2015): of all sequences of rungs for the next five segments, the first rung of the one with the
 * greatest QoE, if the link carried the harmonic mean of the last five downloads less their greatest relative error. It
 * knows that a segment of a live stream is not there before its time, and what a request costs.
 */
export function robustMpc({ ladder, bufferS: edgeS }: Live, latencyS: number): FetchRule {
  let predictedKbps: number | undefined;
  const errors: number[] = [];
  return {
    choose: ({ nowS, bufferS, lastRung, throughputs, segment }) => {
      const lastKbps = throughputs.at(-1);
      if (lastKbps === undefined) return 0;
      if (predictedKbps !== undefined) errors.push(Math.abs(predictedKbps - lastKbps) / lastKbps);
      if (errors.length > DOWNLOADS) errors.shift();
      predictedKbps = harmonicMean(throughputs, DOWNLOADS);
      const safeKbps = predictedKbps / (1 + Math.max(0, ...errors));
      const from = ladder[lastRung ?? 0] as number;
      let bestQoe = Number.NEGATIVE_INFINITY;
      let best = 0;
      for (let rung = 0; rung < ladder.length; rung += 1) {
        const qoe = search(rung, 1, nowS, bufferS, segment, from, safeKbps);
        if (qoe > bestQoe) {
          bestQoe = qoe;
          best = rung;
        }
      }
      return best;
    },
  };

  /** The greatest QoE of all sequences that go on with `rung`. */
  function search(
    rung: number,
    depth: number,
    nowS: number,
    inHandS: number,
    segment: number,
    lastKbps: number,
    linkKbps: number,
  ): number {
    const kbps = ladder[rung] as number;
    const doneS = nowS + latencyS + (kbps * SEGMENT_S) / linkKbps;
    const stallS = Math.max(0, doneS - nowS - inHandS);
    const afterS = Math.max(0, inHandS - (doneS - nowS)) + SEGMENT_S;
    const own = kbps * SEGMENT_S - REBUFFER_KBPS * stallS - Math.abs(kbps - lastKbps);
    if (depth === HORIZON) return own;
    const nextS = Math.max(doneS, (segment + 2) * SEGMENT_S - edgeS);
    const laterS = Math.max(0, afterS - (nextS - doneS));
    let most = Number.NEGATIVE_INFINITY;
    for (let next = 0; next < ladder.length; next += 1) {
      most = Math.max(most, search(next, depth + 1, nextS, laterS, segment + 1, kbps, linkKbps));
    }
    return own + most;
  }
}
