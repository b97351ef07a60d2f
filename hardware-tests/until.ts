import { setTimeout as pause } from 'node:timers/promises';

const LOOK_MS = 200;
/** Generous: a test machine may be an emulated one. What is well is seen at once. */
const LIMIT_MS = 120_000;

/**
 * Looks until `look` returns something else than undefined, and returns that.
 *
 * @param what a sentence for the report: what did not come to be
 * @throws Error when that does not happen within `limitMs`
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  { limitMs = LIMIT_MS, signal }: { readonly limitMs?: number; readonly signal?: AbortSignal } = {},
): Promise<T> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    signal?.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > endMs) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await pause(LOOK_MS, undefined, { ...(signal && { signal }) });
  }
}
