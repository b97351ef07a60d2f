/** Longer than a machine needs that is emulated beside others. */
const LIMIT_MS = 60_000;

/**
 * Asks over a connection of its own: one that is kept for the next question may be closed by the other side at the moment when
 * that is asked.
 */
export async function ask(url: string, limitMs = LIMIT_MS): Promise<Response> {
  return await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(limitMs) });
}
