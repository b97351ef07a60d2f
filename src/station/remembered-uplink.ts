import type { Clock } from '../core/clock.ts';
import type { UplinkResult, UplinkTest } from '../telemetry/uplink-test.ts';
import type { UplinkKnowledge } from '../web/quick-sync-deps.ts';

/** So long a result is not measured again. */
const FRESH_US = 300_000_000;
const NOTHING: UplinkKnowledge = { mbps: undefined, ageS: undefined, host: undefined, problem: undefined };

export interface RememberedUplinkDeps {
  readonly clock: Clock;
  readonly test: UplinkTest;
  /** What to load, in this order; none: it is never measured. */
  readonly urls: () => readonly string[];
  readonly signal: AbortSignal;
}

/** The last test of the station's own way to the Internet. */
export class RememberedUplink {
  readonly #deps: RememberedUplinkDeps;
  #last: { readonly result: UplinkResult; readonly atUs: number } | undefined;

  constructor(deps: RememberedUplinkDeps) {
    this.#deps = deps;
  }

  /** Undefined: it is never measured. */
  get knowledge(): UplinkKnowledge | undefined {
    if (this.#deps.urls().length === 0) return undefined;
    if (this.#last === undefined) return NOTHING;
    const { result, atUs } = this.#last;
    const { mbps, host, failures } = result;
    const problem = failures.map((failure) => `${failure.host} ${failure.reason}.`).join(' ');
    return {
      mbps,
      host,
      ageS: (this.#deps.clock.nowUs() - atUs) / 1e6,
      problem: mbps === undefined && problem !== '' ? problem : undefined,
    };
  }

  /** Measures it, unless that was done lately. */
  async renew(): Promise<void> {
    const { clock, test, urls, signal } = this.#deps;
    if (urls().length === 0 || (this.#last !== undefined && clock.nowUs() - this.#last.atUs < FRESH_US)) return;
    const result = await test.measure(urls(), signal);
    this.#last = { result, atUs: clock.nowUs() };
  }
}
