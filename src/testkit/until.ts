/**
 * Resolves as soon as `condition` holds, which is looked at every few milliseconds: for what happens in another
 * process or on a socket, where there is no event to wait for.
 *
 * @throws Error when it does not hold within `limitMs`; generous, since test machines are busy.
 */
export async function until(what: string, condition: () => boolean, limitMs = 10_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
