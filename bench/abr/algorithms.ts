import { bola } from './bola.ts';
import { fetchSession } from './fetch-session.ts';
import type { Link } from './link.ts';
import { KERNEL_BYTES, LADDER_KBPS, type Live } from './live.ts';
import { lookLog } from './look-log.ts';
import { oracle } from './oracle.ts';
import { pipit } from './pipit.ts';
import type { Heard } from './player.ts';
import { pushSession } from './push-session.ts';
import { robustMpc } from './robust-mpc.ts';
import { throughputRule } from './throughput-rule.ts';

/** One of those compared. */
export interface Algorithm {
  readonly name: string;
  run(link: Link, live: Live): Heard;
}

/** All of them, in the order of the tables. @param isLogged prints what the station's own controller saw and ordered */
export function algorithms({ isLogged = false, weights = [1] } = {}): Algorithm[] {
  return [
    fixed(0),
    fixed(1),
    {
      name: 'pipit',
      run: (link, live) => pushSession(link, live, KERNEL_BYTES, pipit(live, isLogged ? lookLog(link) : undefined)),
    },
    { name: 'throughput', run: (link, live) => fetchSession(link, live, throughputRule(live.ladder)) },
    { name: 'BOLA', run: (link, live) => fetchSession(link, live, bola(live.ladder, { ...live, isEnhanced: false })) },
    { name: 'BOLA-E', run: (link, live) => fetchSession(link, live, bola(live.ladder, { ...live, isEnhanced: true })) },
    { name: 'robust MPC', run: (link, live) => fetchSession(link, live, robustMpc(live, link.latencyS)) },
    ...weights.map(knowing),
  ];
}

/** @param weight of silence, beside what it weighs in the QoE: several of them draw a frontier */
function knowing(weight: number): Algorithm {
  return {
    name: weight === 1 ? 'oracle' : `oracle, silence × ${weight}`,
    run(link, live) {
      const { playedKbit, playedS } = fetchSession(link, live, throughputRule(live.ladder));
      const meanKbps = playedKbit / Math.max(1, playedS);
      return pushSession(link, live, KERNEL_BYTES, oracle(link, live, { weight, meanKbps }));
    },
  };
}

function fixed(rung: number): Algorithm {
  return {
    name: `fixed ${LADDER_KBPS[rung]}`,
    run: (link, live) => pushSession(link, live, KERNEL_BYTES, { rungAt: () => rung }),
  };
}
