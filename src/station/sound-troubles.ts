import type { CounterSet } from '../core/counters.ts';
import type { SoundTroubles } from '../quality/audio-governor-pressure.ts';

const XRUNS = ['capture_xruns_total'];
const LOST = ['encode_skipped_samples_total', 'link_dropped_units_total'];

/** How much the counters have grown that tell of lost sound. */
export class SoundTroubleCount {
  readonly #counters: CounterSet;
  #xruns = 0;
  #lost = 0;

  constructor(counters: CounterSet) {
    this.#counters = counters;
  }

  /** Since the last call. */
  take(): SoundTroubles {
    const [xruns, lost] = [this.#sum(XRUNS), this.#sum(LOST)];
    const grown = { xruns: xruns - this.#xruns, lost: lost - this.#lost };
    this.#xruns = xruns;
    this.#lost = lost;
    return grown;
  }

  #sum(names: readonly string[]): number {
    let sum = 0;
    for (const counter of this.#counters) if (names.includes(counter.name)) sum += counter.value;
    return sum;
  }
}
