import type { AccessKeys } from './access-keys.ts';
import { basicPassword } from './basic-password.ts';
import type { ChangeRequest } from './change-request.ts';
import { type Identity, NOBODY, type Unidentified } from './identity.ts';
import { secretHash } from './secret-key.ts';
import { sessionSecretOf } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';
import type { StationPassword } from './station-password.ts';

export interface Credentials {
  readonly password: StationPassword;
  readonly sessions?: Sessions;
  readonly keys?: AccessKeys;
}

/**
 * Finds out who asks: by what is in `Authorization` (the password, or a token in its place), by the cookie, or by the
 * token in the URL, which may read only. The first that is there counts.
 *
 * @param mayGuess asked before a password is looked at
 */
export async function identifyRequest(
  { password, sessions, keys }: Credentials,
  request: ChangeRequest,
  isSecure: boolean,
  mayGuess: () => boolean = () => true,
): Promise<Identity | Unidentified> {
  const given = bearerToken(request.authorization) ?? basicPassword(request.authorization);
  if (given !== undefined) {
    const holder = keys?.find(given);
    if (holder !== undefined) return { ...holder, via: holder.kind, byCookie: false };
    if (secretHash(given) !== undefined) return 'unknown-key';
    if (!mayGuess()) return 'held';
    const isRight = await password.check(given);
    if (isRight === 'busy') return 'busy';
    return isRight ? { ...NOBODY, scope: 'admin', via: 'password' } : 'wrong-password';
  }
  const byCookie = identifyCookie({ sessions, keys }, sessionSecretOf(request.cookie, isSecure));
  if (byCookie !== undefined) return byCookie;
  if (request.token !== undefined) {
    const holder = keys?.find(request.token);
    return holder === undefined ? 'unknown-key' : { ...holder, via: holder.kind, scope: 'read', byCookie: false };
  }
  return NOBODY;
}

/** A guest's link that was signed in with has no session: its own secret is in the cookie. */
function identifyCookie(
  { sessions, keys }: { sessions: Sessions | undefined; keys: AccessKeys | undefined },
  secret: string | undefined,
): Identity | undefined {
  if (secret === undefined) return undefined;
  const session = sessions?.find(secret);
  if (session !== undefined) return { ...NOBODY, scope: 'admin', via: 'session', id: session.id, byCookie: true };
  const holder = keys?.find(secret);
  return holder?.kind === 'guest' ? { ...holder, via: 'guest', byCookie: true } : undefined;
}

function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}
