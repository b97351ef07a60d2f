import type { Scope } from '../core/station-control.ts';

/** Who asks. */
export interface Identity {
  readonly scope: Scope;
  /** How that is known. */
  readonly via: 'nothing' | 'session' | 'password' | 'token' | 'guest';
  /** Of the session, the token or the guest's link; empty: none. */
  readonly id: string;
  /** Of the token or the guest's link; empty: none. */
  readonly name: string;
  /** Wall clock, milliseconds; undefined: it does not expire by itself. */
  readonly expiresMs: number | undefined;
  /** It was a cookie: other sites could have a browser send it. */
  readonly byCookie: boolean;
}

export const NOBODY: Identity = Object.freeze({
  scope: 'none',
  via: 'nothing',
  id: '',
  name: '',
  expiresMs: undefined,
  byCookie: false,
});

/**
 * What was shown and is not good: a wrong password, a key of nobody, a password that can't be looked at now, or one
 * that is not looked at since there were too many wrong ones.
 */
export type Unidentified = 'wrong-password' | 'unknown-key' | 'busy' | 'held';
