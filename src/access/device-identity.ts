import { createHash, randomBytes } from 'node:crypto';
import type { DeviceKey } from '../core/device-key.ts';

/** A device by what it shows. */
export interface DeviceIdentity {
  readonly key: DeviceKey;
  /** The token of its cookie, to be renewed now and then; undefined for one that uses the header. */
  readonly token: string | undefined;
}

const COOKIE = 'pipit_device';
const TOKEN_BYTES = 16;
/** 128 bits as base64url. */
const TOKEN = /^[A-Za-z0-9_-]{22}$/;
const HEADER_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** The longest that browsers keep one (RFC 6265bis, 5.5). */
const MAX_AGE_S = 400 * 24 * 60 * 60;
/** Not Secure: on the LAN there is only HTTP. */
const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Lax';

/**
 * Which device asks, by its cookie or by the header `X-Device-Id`, which counts more.
 *
 * @param cookie the header `Cookie`, as sent
 * @param headerId the header `X-Device-Id`, as sent
 * @returns `malformed` for an `X-Device-Id` that is none; undefined for somebody who shows nothing
 */
export function identify(
  cookie: string | undefined,
  headerId: string | undefined,
): DeviceIdentity | 'malformed' | undefined {
  if (headerId !== undefined) {
    return HEADER_ID.test(headerId) ? { key: hash('header', headerId), token: undefined } : 'malformed';
  }
  const token = tokenOf(cookie);
  return token === undefined ? undefined : identityOf(token);
}

/** A device that was never here before. */
export function newDevice(random: (bytes: number) => Buffer = randomBytes): DeviceIdentity {
  return identityOf(random(TOKEN_BYTES).toString('base64url'));
}

/** The value of `Set-Cookie` that lets a device be known again. */
export function deviceCookie(token: string): string {
  return `${COOKIE}=${token}; Max-Age=${MAX_AGE_S}; ${ATTRIBUTES}`;
}

/** The value of `Set-Cookie` that lets a browser forget it. */
export const NO_DEVICE_COOKIE = `${COOKIE}=; Max-Age=0; ${ATTRIBUTES}`;

function identityOf(token: string): DeviceIdentity {
  return { key: hash('cookie', token), token };
}

/** The first token that is well formed (RFC 6265, 4.2.1). */
function tokenOf(cookie = ''): string | undefined {
  for (const pair of cookie.split(';')) {
    const [name, value = ''] = pair.trim().split('=', 2);
    if (name === COOKIE && TOKEN.test(value)) return value;
  }
  return undefined;
}

/** Whoever guesses an `X-Device-Id` must not become a device with a cookie: each kind has its own. */
function hash(kind: 'cookie' | 'header', secret: string): DeviceKey {
  return createHash('sha256').update(`${kind}:${secret}`).digest('hex');
}
