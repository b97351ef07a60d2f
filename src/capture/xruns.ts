import type { Counter, CounterSet } from '../core/counters.ts';

/** What programs that record say when sound was lost, since nobody read it in time: arecord `overrun!!!`, FFmpeg `xrun`. */
export const XRUN = /\b(?:x|over)run\b/i;

/** Counts xruns, whoever records. */
export function xrunCounter(counters: CounterSet): Counter {
  return counters.counter('capture_xruns_total', 'Times the sound card delivered more than was read in time');
}
