import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { ConfigError, type PipitError } from '../core/errors.ts';
import type { AccessBook } from './access-book.ts';
import { equalSecrets } from './basic-password.ts';
import { PasswordHasher } from './password-hash.ts';

/** What it needs of what is kept. */
export type PasswordBook = Pick<AccessBook, 'record' | 'trouble' | 'change'>;

/** configured: it stands in the configuration; kept: it was set on the page; none: there is none yet. */
export type PasswordOrigin = 'configured' | 'kept' | 'none';

/** What was right stays known for so long after its last use, so that a script need not wait for scrypt each time. */
const REMEMBER_US = 300e6;
const MAX_REMEMBERED = 16;
const MIN_LENGTH = 8;
const MAX_LENGTH = 200;

/** The station's one password: that of the configuration where it has one, else the one that was set on the page. */
export class StationPassword {
  readonly #clock: Clock;
  readonly #book: PasswordBook;
  readonly #configured: () => string;
  readonly #hasher = new PasswordHasher();
  /** Until when, by what was right together with what it was right for; keyed, so that memory holds no password. */
  readonly #remembered = new Map<string, number>();
  readonly #underway = new Map<string, Promise<boolean>>();
  readonly #key = randomBytes(32);
  /** A hash of a configured password, made when somebody has signed in with it. */
  #hashOfConfigured: { readonly password: string; readonly hash: string } | undefined;

  /** @param configured `auth.password`, asked each time; empty: none */
  constructor({ clock, book }: { clock: Clock; book: PasswordBook }, configured: () => string) {
    this.#clock = clock;
    this.#book = book;
    this.#configured = configured;
  }

  get origin(): PasswordOrigin {
    if (this.#configured() !== '') return 'configured';
    return this.#book.record.password === '' ? 'none' : 'kept';
  }

  /** Why there may be a password that nobody can check; undefined when all is well. */
  get trouble(): PipitError | undefined {
    return this.#configured() === '' ? this.#book.trouble : undefined;
  }

  /** Stands for the one in force; tells nothing of it. */
  get mark(): string {
    const inForce = `${this.#configured()}\0${this.#book.record.password}`;
    return createHmac('sha256', this.#key).update(inForce).digest('base64');
  }

  /** `busy` when too many others are being looked at: it is neither right nor wrong. */
  async check(given: string): Promise<boolean | 'busy'> {
    const configured = this.#configured();
    if (configured !== '') return equalSecrets(given.normalize('NFC'), configured.normalize('NFC'));
    const { password } = this.#book.record;
    if (password === '' || given === '' || given.length > MAX_LENGTH) return false;
    const key = createHmac('sha256', this.#key).update(`${password}\0${given}`).digest('base64');
    if (this.#isRemembered(key)) return true;
    let answer = this.#underway.get(key);
    if (answer === undefined) {
      if (this.#hasher.isBusy) return 'busy';
      answer = this.#hasher.matches(given, password).finally(() => this.#underway.delete(key));
      this.#underway.set(key, answer);
    }
    const isRight = await answer;
    if (isRight) this.#remember(key);
    return isRight;
  }

  /**
   * Sets it, and ends all sessions. Who may is for others to say.
   * @param mayExist false: only where there is none
   * @throws ConfigError `access.password-*` with what is wrong with it; DeviceError when it can't be kept
   */
  async set(password: string, mayExist: boolean): Promise<void> {
    this.#refuse(password, mayExist);
    const hash = await this.#hasher.hash(password);
    await this.#book.change((record) => {
      // Two first visits at the same moment: one of them was first.
      this.#refuse(password, mayExist);
      return { ...record, password: hash, signedInWith: hash, sessions: [] };
    });
    this.#remembered.clear();
  }

  /** A hash of the password in force, for sessions to be bound to. */
  async hashInForce(): Promise<string> {
    const configured = this.#configured();
    if (configured === '') return this.#book.record.password;
    const { signedInWith } = this.#book.record;
    const known = this.#hashOfConfigured;
    if (known?.password === configured) return known.hash;
    const isSame = signedInWith !== '' && (await this.#hasher.matches(configured, signedInWith));
    const hash = isSame ? signedInWith : await this.#hasher.hash(configured);
    this.#hashOfConfigured = { password: configured, hash };
    return hash;
  }

  #refuse(password: string, mayExist: boolean): void {
    if (this.origin === 'configured') {
      throw new ConfigError('access.password-configured', 'The password stands in config.hcl as auth.password', {
        remedy: 'Change it there, or take it out to set one here.',
      });
    }
    if (!mayExist && this.origin !== 'none') {
      throw new ConfigError('access.password-set', 'There is a password already', { remedy: 'Sign in with it.' });
    }
    const { length } = password.normalize('NFC');
    if (length < MIN_LENGTH || length > MAX_LENGTH) {
      throw new ConfigError('access.password-length', `A password has ${MIN_LENGTH} to ${MAX_LENGTH} characters`, {
        remedy: 'Three or four words that do not belong together are good.',
      });
    }
  }

  #isRemembered(key: string): boolean {
    const untilUs = this.#remembered.get(key);
    if (untilUs === undefined) return false;
    this.#remembered.delete(key);
    if (this.#clock.nowUs() > untilUs) return false;
    this.#remember(key);
    return true;
  }

  #remember(key: string): void {
    this.#remembered.set(key, this.#clock.nowUs() + REMEMBER_US);
    const oldest = this.#remembered.keys().next();
    if (this.#remembered.size > MAX_REMEMBERED && !oldest.done) this.#remembered.delete(oldest.value);
  }
}
