/** Why an address brought nothing, to be read behind its name. */
export class UplinkProblem extends Error {}

const MAX_REDIRECTS = 3;
/** Compressed, a file would be loaded faster than the link carries. */
const HEADERS = { 'Accept-Encoding': 'identity', 'Cache-Control': 'no-cache' };

/**
 * What `url` leads to, over three redirects at most.
 *
 * @throws UplinkProblem whose message names no address
 */
export async function fetchFollowing(url: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  let target = URL.parse(url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    if (target === null || !/^https?:$/.test(target.protocol)) {
      throw new UplinkProblem(redirects > 0 ? 'leads to what is no web address' : 'is no web address');
    }
    const response = await fetchOne(target, signal);
    const location = response.headers.get('location');
    const isRedirect = response.status >= 300 && response.status < 400 && location !== null;
    if (response.ok && response.body !== null) return response.body;
    await response.body?.cancel().catch(() => {});
    if (!isRedirect) throw new UplinkProblem(`answers ${response.status}`);
    target = URL.parse(location, target);
  }
  throw new UplinkProblem(`leads on more than ${MAX_REDIRECTS} times`);
}

async function fetchOne(target: URL, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(target, { redirect: 'manual', headers: HEADERS, cache: 'no-store', signal });
  } catch (error) {
    if (signal.aborted) throw new UplinkProblem('does not answer in time');
    // `fetch failed`, with the reason as its cause; a name and a password in an address are refused without one.
    const code = ((error as Error).cause as { readonly code?: unknown } | undefined)?.code;
    throw new UplinkProblem(`cannot be reached${typeof code === 'string' ? ` (${code})` : ''}`, { cause: error });
  }
}
