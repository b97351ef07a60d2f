import type { ErrorReport } from '../core/errors.ts';

/**
 * idle → downloading → checking → installing → installed, which waits for a restart; then confirming, in the new system,
 * and idle again. `failed` changed nothing; `undone` means that the new system did not prove itself.
 */
export type UpdateStep =
  | 'idle'
  | 'downloading'
  | 'checking'
  | 'installing'
  | 'installed'
  | 'confirming'
  | 'failed'
  | 'undone';

export interface UpdateReport {
  readonly step: UpdateStep;
  /** Of the step; undefined: nobody knows. */
  readonly percent: number | undefined;
  /** Of the update that it is about. */
  readonly version: string | undefined;
  /** Why it failed or was undone. */
  readonly problem: ErrorReport | undefined;
}

export const IDLE: UpdateReport = { step: 'idle', percent: undefined, version: undefined, problem: undefined };

/** A file that is on its way. @param totalBytes undefined: nobody knows */
export function downloading(count: number, totalBytes: number | undefined): UpdateReport {
  const percent = totalBytes === undefined || totalBytes === 0 ? undefined : Math.floor((100 * count) / totalBytes);
  return { ...IDLE, step: 'downloading', percent };
}
