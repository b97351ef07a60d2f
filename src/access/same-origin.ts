/**
 * True when a request comes from a page of this station, or from a program: those send no `Origin`. Browsers send `null`
 * for pages without an origin, which is never ours.
 *
 * @param origin the header `Origin` (RFC 6454, 7), as sent
 * @param host the header `Host`, as sent
 */
export function isFromHere(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
