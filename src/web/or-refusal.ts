import type { Context } from 'hono';
import { ConfigError, PipitError, sentencesOf } from '../core/errors.ts';
import { RefusedSettings } from '../core/refused-settings.ts';

/** What stands in the way may be over later, or was never there. */
const CONFLICTS: ReadonlySet<string> = new Set(['config.busy', 'config.no-previous', 'backup.busy', 'backup.none']);

/**
 * An answer about settings or backups, or why there is none. 422: they would not be valid; 412: the file is another one
 * meanwhile; 409: not now; 500: it can't be read or written.
 * @throws what is no trouble that was to be expected
 */
export async function orRefusal(context: Context, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof PipitError)) throw error;
    const { code } = error;
    const diagnostics = error instanceof RefusedSettings ? error.flaws : [];
    return context.json({ error: sentencesOf(error), code, diagnostics }, statusOf(error));
  }
}

function statusOf(error: PipitError): 409 | 412 | 422 | 500 {
  if (!(error instanceof ConfigError)) return 500;
  if (error.code === 'config.changed-meanwhile') return 412;
  return CONFLICTS.has(error.code) ? 409 : 422;
}
