import { ConfigError } from '../core/errors.ts';
import type { AccessBook } from './access-book.ts';
import type { GuestRecord, TokenRecord, TokenScope } from './access-record.ts';
import { newId, newSecret, secretHash } from './secret-key.ts';

export const MAX_TOKENS = 32;
export const MAX_GUESTS = 64;

/** What a key opens. */
export interface KeyHolder {
  readonly kind: 'token' | 'guest';
  readonly id: string;
  readonly name: string;
  readonly scope: TokenScope;
  /** Undefined: it does not expire. */
  readonly expiresMs: number | undefined;
}

/** A key that was just made: the only time that its secret is there. */
export interface NewKey<T> {
  readonly secret: string;
  readonly record: T;
}

/** Keys that are no password: tokens of scripts, and links for guests. */
export class AccessKeys {
  readonly #book: AccessBook;
  readonly #wallTime: () => Date;

  constructor({ book, wallTime }: { book: AccessBook; wallTime: () => Date }) {
    this.#book = book;
    this.#wallTime = wallTime;
  }

  get tokens(): readonly TokenRecord[] {
    return this.#book.record.tokens;
  }

  /** Those that have expired are gone. */
  get guests(): readonly GuestRecord[] {
    const nowMs = this.#nowMs();
    return this.#book.record.guests.filter((guest) => lives(guest, nowMs));
  }

  /** Whose secret it is; undefined for nobody's, or nobody's any more. */
  find(secret: string): KeyHolder | undefined {
    const hash = secretHash(secret);
    if (hash === undefined) return undefined;
    // Asked first: where the clock was set, what is kept moves with it.
    const nowMs = this.#nowMs();
    const { tokens, guests } = this.#book.record;
    const token = tokens.find((each) => each.hash === hash);
    if (token !== undefined) return { ...token, kind: 'token', expiresMs: undefined };
    const guest = guests.find((each) => each.hash === hash);
    return guest !== undefined && lives(guest, nowMs) ? { ...guest, kind: 'guest', scope: 'read' } : undefined;
  }

  has(id: string): boolean {
    return this.tokens.some((each) => each.id === id) || this.guests.some((each) => each.id === id);
  }

  /** @throws ConfigError `access.too-many`; DeviceError when it can't be kept */
  async makeToken(name: string, scope: TokenScope): Promise<NewKey<TokenRecord>> {
    const secret = newSecret('token');
    const createdMs = this.#nowMs();
    const made = { id: newId(), name, scope, hash: secretHash(secret) ?? '', createdMs };
    await this.#book.change((record) => {
      refuseMore(record.tokens.length, MAX_TOKENS, 'tokens');
      return { ...record, tokens: [...record.tokens, made] };
    });
    return { secret, record: made };
  }

  /** @throws ConfigError `access.too-many`; DeviceError when it can't be kept */
  async makeGuest(name: string, lifeMs: number): Promise<NewKey<GuestRecord>> {
    const secret = newSecret('guest');
    const createdMs = this.#nowMs();
    const hash = secretHash(secret) ?? '';
    const made = { id: newId(), name, hash, createdMs, expiresMs: createdMs + lifeMs };
    await this.#book.change((record) => {
      const living = record.guests.filter((guest) => lives(guest, createdMs));
      refuseMore(living.length, MAX_GUESTS, 'links for guests');
      return { ...record, guests: [...living, made] };
    });
    return { secret, record: made };
  }

  /**
   * Takes a token or a guest's link away.
   * @returns false when there is none of that id
   * @throws DeviceError when it can't be kept; `access.not-kept`: it is gone until the next start
   */
  async revoke(kind: 'token' | 'guest', id: string): Promise<boolean> {
    const list = kind === 'token' ? this.tokens : this.guests;
    if (!list.some((each) => each.id === id)) return false;
    await this.#book.changeAtOnce((record) =>
      kind === 'token'
        ? { ...record, tokens: record.tokens.filter((each) => each.id !== id) }
        : { ...record, guests: record.guests.filter((each) => each.id !== id) },
    );
    return true;
  }

  #nowMs(): number {
    return this.#wallTime().getTime();
  }
}

function lives({ expiresMs }: GuestRecord, nowMs: number): boolean {
  return nowMs < expiresMs;
}

function refuseMore(count: number, most: number, what: string): void {
  if (count < most) return;
  throw new ConfigError('access.too-many', `There are ${most} ${what} already`, { remedy: 'Take one away first.' });
}
