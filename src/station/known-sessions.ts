import { PipitError } from '../core/errors.ts';
import type { SessionArchive, SessionRow } from '../core/session.ts';
import type { SessionBook } from '../telemetry/sessions/session-book.ts';
import { sessionReport } from '../telemetry/sessions/session-report.ts';
import type { SessionsDeps } from '../web/session-routes.ts';

/**
 * Sessions as the API asks for them: those of the book, and of the archive where there is one. What has just ended may be
 * in both, or on its way from one to the other. While the archive cannot be asked, the book's must do.
 */
export function knownSessions(
  book: SessionBook,
  archive: () => SessionArchive | undefined,
): Pick<SessionsDeps, 'liveCount' | 'live' | 'past' | 'session' | 'report'> {
  return {
    liveCount: () => book.liveCount,
    live: (limit) => book.live(limit),
    async past(beforeMs, limit) {
      const kept = await ifPossible(archive()?.sessionsBefore(beforeMs, limit));
      const all = new Map<string, SessionRow>();
      for (const row of [...book.recent(), ...(kept ?? [])]) if (row.startedMs < beforeMs) all.set(row.id, row);
      return [...all.values()].sort((a, b) => b.startedMs - a.startedMs).slice(0, limit);
    },
    async session(id) {
      const known = book.liveSession(id) ?? book.recent().find((row) => row.id === id);
      return known ?? (await ifPossible(archive()?.session(id)));
    },
    report: (session, nowMs) => sessionReport(session, session.endedMs ?? nowMs),
  };
}

/** Undefined where it cannot be asked. */
async function ifPossible<T>(answer: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PipitError) return undefined;
    throw error;
  }
}
