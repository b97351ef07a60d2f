import { fetchSession } from './fetch-session.ts';
import type { Link } from './link.ts';
import { KERNEL_BYTES, type Live } from './live.ts';
import { pipit } from './pipit.ts';
import type { Heard } from './player.ts';
import { pushSession } from './push-session.ts';
import { throughputRule } from './throughput-rule.ts';

/** One of those compared. */
export interface Algorithm {
  readonly name: string;
  run(link: Link, live: Live): Heard;
}

/** All of them, in the order of the tables. */
export function algorithms(): Algorithm[] {
  return [
    fixed(0),
    fixed(1),
    { name: 'pipit', run: (link, live) => pushSession(link, live, KERNEL_BYTES, pipit(live)) },
    { name: 'throughput', run: (link, live) => fetchSession(link, live, throughputRule(live.ladder)) },
  ];
}

function fixed(rung: number): Algorithm {
  return {
    name: `fixed ${[64, 128, 256, 320][rung]}`,
    run: (link, live) => pushSession(link, live, KERNEL_BYTES, { rungAt: () => rung }),
  };
}
