import type { ErrorReport } from './errors.ts';

/** What a source is doing. A new object with each change. */
export interface SourceStatus {
  /**
   * starting: its process comes up; opening: no sound yet; live: sound flows; retrying: it failed and is tried again;
   * stalled: it delivered nothing and its process is replaced; ended: it is over; stopped: nobody needs it;
   * waiting: no source client is connected.
   */
  readonly state: 'starting' | 'opening' | 'live' | 'retrying' | 'stalled' | 'ended' | 'stopped' | 'waiting';
  /** What is opened, or why it is not, in a few words. */
  readonly detail: string;
  readonly error: ErrorReport | undefined;
  /** CLOCK_MONOTONIC, microseconds. */
  readonly sinceUs: number;
  /** How often its process had to be started again. */
  readonly restarts: number;
}
