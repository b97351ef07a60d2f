import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** 16 MiB and about 0.1 s of a Raspberry Pi 4's core for each try: 2^14, as OWASP's table gives it for p = 5 and r = 8. */
const COST = { n: 2 ** 14, r: 8, p: 1 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Above what it takes; who writes greater parameters into the file must not have Pipit take all memory. */
const MAX_MEMORY = 64 * 1024 * 1024;
/** The same for time: 16 times what it takes. */
const MAX_WORK = 16 * COST.n * COST.r * COST.p;
/** One is worked on; so many may wait. More at once is nobody's typing. */
const MAX_WAITING = 8;

interface Stored {
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/**
 * Hashes passwords with scrypt (RFC 7914), one at a time and off the main thread. What it makes names its parameters:
 * `scrypt$16384$8$1$SALT$HASH`, both in base64url.
 */
export class PasswordHasher {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** True when a password can't be looked at just now: too many are waiting. */
  get isBusy(): boolean {
    return this.#waiting > MAX_WAITING;
  }

  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#derive(password, { ...COST, salt, hash: Buffer.alloc(HASH_BYTES) });
    const { n, r, p } = COST;
    return `scrypt$${n}$${r}$${p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
  }

  /** False too for what is no hash. */
  async matches(password: string, stored: string): Promise<boolean> {
    const parsed = parse(stored);
    return parsed !== undefined && timingSafeEqual(await this.#derive(password, parsed), parsed.hash);
  }

  async #derive(password: string, { n, r, p, salt, hash }: Stored): Promise<Buffer> {
    this.#waiting += 1;
    const mine = this.#last.then(() =>
      // The same password typed on different systems may differ in how an accent is written (RFC 8265, 4.2.2).
      derive(password.normalize('NFC'), salt, hash.length, { N: n, r, p, maxmem: MAX_MEMORY }),
    );
    this.#last = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      this.#waiting -= 1;
    }
  }
}

/** Whether text is what a PasswordHasher makes. */
export function isPasswordHash(text: string): boolean {
  return parse(text) !== undefined;
}

function parse(stored: string): Stored | undefined {
  const match = /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([\w-]{8,64})\$([\w-]{43})$/.exec(stored);
  if (match === null) return undefined;
  const [n = 0, r = 0, p = 0] = match.slice(1, 4).map(Number);
  const isPossible =
    n >= 2 && (n & (n - 1)) === 0 && r > 0 && p > 0 && 128 * n * r < MAX_MEMORY && n * r * p <= MAX_WORK;
  if (!isPossible) return undefined;
  return { n, r, p, salt: Buffer.from(match[4] ?? '', 'base64url'), hash: Buffer.from(match[5] ?? '', 'base64url') };
}

function derive(password: string, salt: Buffer, length: number, options: ScryptOptions): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(password, salt, length, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  return promise;
}
