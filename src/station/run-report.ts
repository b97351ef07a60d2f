import type { SourceStatus } from '../core/source-status.ts';

/** What sources and cameras tell alike of what runs them. */
export function runReport({ state, detail, error, sinceUs, restarts }: SourceStatus, nowUs: number) {
  return {
    state,
    detail,
    error: error ?? null,
    since_seconds: sinceUs === 0 ? 0 : Math.floor((nowUs - sinceUs) / 1e6),
    worker_restarts: restarts,
  };
}
