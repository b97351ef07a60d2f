/**
 * True when a request comes from a page of this station, or from a program: those send no `Origin`. Browsers send `null`
 * for pages without an origin, which is never ours.
 *
 * @param origin the header `Origin` (RFC 6454, 7), as sent
 * @param host the header `Host`, as sent
 */
export function isFromHere(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  if (host === undefined || !HOST.test(host) || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.protocol !== 'http:' && page.protocol !== 'https:') return false;
  // Both may leave out the port that is usual for the scheme.
  const here = `${page.protocol}//${host}`;
  return URL.canParse(here) && new URL(here).host === page.host;
}

const HOST = /^[\w.:[\]-]+$/;
