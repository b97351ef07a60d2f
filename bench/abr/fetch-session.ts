import type { Link } from './link.ts';
import { bytesOf, type Live } from './live.ts';
import { type Heard, Player } from './player.ts';

/** What a client knows when it is about to ask for a segment. */
export interface FetchSight {
  readonly nowS: number;
  /** Exactly what it has in hand. */
  readonly bufferS: number;
  /** Rung of the last segment; undefined before the first. */
  readonly lastRung: number | undefined;
  /** Of all downloads so far, oldest first, kbit/s without the request's round trip. */
  readonly throughputs: readonly number[];
  /** Number of the segment; it covers [n, n + 1) × SEGMENT_S. */
  readonly segment: number;
}

/** A client-side algorithm, made anew for each session. */
export interface FetchRule {
  /** The rung (its index in the ladder) of the next segment; or how long to wait and be asked again, seconds. */
  choose(sight: FetchSight): number | { readonly waitS: number };
}

/** Length of a segment of the client-side algorithms. */
export const SEGMENT_S = 1;

/**
 * A client that asks for segment after segment, one at a time: each costs a round trip, can be asked for when all of it
 * has been produced, and can be played when all of it has arrived. It gives up no download. What has fallen out of the
 * station's window is skipped, as with the streams that the station pushes.
 */
export function fetchSession(link: Link, live: Live, rule: FetchRule): Heard {
  const { bufferS, lengthS, ladder } = live;
  const player = new Player(live.startS);
  const throughputs: number[] = [];
  let lastRung: number | undefined;
  let segment = 0;
  let nowS = 0;
  while (nowS < lengthS) {
    const thereS = (segment + 1) * SEGMENT_S - bufferS;
    if (thereS > nowS) {
      player.playOn(true);
      nowS = thereS;
      player.advance(Math.min(nowS, lengthS));
      continue;
    }
    const lagS = nowS + bufferS - segment * SEGMENT_S;
    if (lagS > live.maxLagS + bufferS) {
      const to = Math.ceil((nowS + bufferS - Math.max(bufferS, live.resumeS)) / SEGMENT_S);
      player.skip((to - segment) * SEGMENT_S);
      segment = to;
      continue;
    }
    const choice = rule.choose({ nowS, bufferS: player.inHandS, lastRung, throughputs, segment });
    if (typeof choice === 'object') {
      nowS += choice.waitS;
      player.advance(Math.min(nowS, lengthS));
      continue;
    }
    const kbps = ladder[choice] as number;
    const bytes = bytesOf(kbps, SEGMENT_S);
    const servedS = nowS + link.latencyS / 2;
    const doneS = link.after(servedS, bytes);
    nowS = doneS + link.latencyS / 2;
    player.advance(Math.min(nowS, lengthS));
    if (nowS > lengthS) break;
    throughputs.push(bytes / 125 / Math.max(1e-6, doneS - servedS));
    player.receive(kbps, SEGMENT_S);
    player.playOn(false);
    lastRung = choice;
    segment += 1;
  }
  return player.heard();
}
