import type { Counter, CounterSet } from '../core/counters.ts';

/** Counted over all viewers. */
export interface ViewerCounters {
  readonly sentFrames: Counter;
  readonly sentBytes: Counter;
  readonly skippedFrames: Counter;
  readonly levelChanges: Counter;
}

export function viewerCountersOf(counters: CounterSet): ViewerCounters {
  return {
    sentFrames: counters.counter('viewer_sent_frames_total', 'Pictures handed to the connections of viewers'),
    sentBytes: counters.counter('viewer_sent_bytes_total', 'Bytes of these pictures'),
    skippedFrames: counters.counter(
      'viewer_skipped_frames_total',
      'Frames left out for a viewer whose connection was not free',
    ),
    levelChanges: counters.counter('viewer_level_changes_total', 'Changes of the level of a viewer'),
  };
}
