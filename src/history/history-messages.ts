import type { ErrorReport } from '../core/errors.ts';
import type { LogMessage } from '../core/sent-log.ts';
import type { JobName } from './history-jobs.ts';

/** What the thread is started with. */
export interface HistoryThreadData {
  readonly file: string;
  readonly maxBytes: number;
}

/** To the thread. */
export type HistoryCommand =
  | { readonly type: 'job'; readonly id: number; readonly job: JobName; readonly argument: unknown }
  | { readonly type: 'close' };

/** How it stands with the file, told with every answer. */
export interface HistoryState {
  /** Why nothing is kept at present. */
  readonly problem: ErrorReport | undefined;
  /** What the thread has had written to the disk since it began; undefined where the system does not count. */
  readonly writtenBytes: number | undefined;
}

/** From the thread. */
export type HistoryMessage =
  | { readonly type: 'open'; readonly state: HistoryState }
  | { readonly type: 'done'; readonly id: number; readonly result: unknown; readonly state: HistoryState }
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly error: ErrorReport;
      /** The disk's fault, and not ours. */
      readonly isExpected: boolean;
      readonly state: HistoryState;
    }
  | LogMessage;
