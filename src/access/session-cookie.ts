/** `__Host-` makes a browser refuse one that did not come over https or for all of this host (RFC 6265bis, 4.1.3). */
const NAMES = { http: 'pipit_session', https: '__Host-pipit_session' } as const;
const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Strict';

/**
 * The secret that a browser shows. Over http and https it has one each: what was given out over https never travels in
 * the clear, and a page in the clear can't replace it.
 *
 * @param header the header `Cookie`, as sent
 */
export function sessionSecretOf(header: string | undefined, isSecure: boolean): string | undefined {
  const wanted = isSecure ? NAMES.https : NAMES.http;
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at !== -1 && pair.slice(0, at).trim() === wanted) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** The value of `Set-Cookie` that signs a browser in. */
export function sessionCookie(secret: string, maxAgeS: number, isSecure: boolean): string {
  const name = isSecure ? NAMES.https : NAMES.http;
  return `${name}=${secret}; Max-Age=${Math.max(0, Math.floor(maxAgeS))}; ${ATTRIBUTES}${isSecure ? '; Secure' : ''}`;
}

/** The value of `Set-Cookie` that signs it out. */
export function noSessionCookie(isSecure: boolean): string {
  return sessionCookie('', 0, isSecure);
}
