import { createHash, randomBytes } from 'node:crypto';

/** What a secret of ours is for; it shows in how the secret begins. */
export type SecretKind = 'session' | 'token' | 'guest';

const BYTES = 32;
const PREFIX: Readonly<Record<SecretKind, string>> = { session: 'ps_', token: 'pt_', guest: 'pg_' };
const SECRET = /^(?:ps|pt|pg)_[\w-]{43}$/;

/** 256 random bits that can't be guessed, as text that fits into URLs, cookies and headers. */
export function newSecret(kind: SecretKind): string {
  return `${PREFIX[kind]}${randomBytes(BYTES).toString('base64url')}`;
}

/** What is kept of a secret. Random as it is, it needs no salt and no slow hash; undefined for what was never one. */
export function secretHash(secret: string): string | undefined {
  return SECRET.test(secret) ? createHash('sha256').update(secret).digest('base64url') : undefined;
}

/** A name for what a secret belongs to, that is no secret itself. */
export function newId(): string {
  return randomBytes(6).toString('hex');
}
