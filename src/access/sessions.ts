import { DeviceError, type PipitError, sentencesOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { AccessBook } from './access-book.ts';
import type { AccessRecord, SessionRecord } from './access-record.ts';
import { newId, newSecret, secretHash } from './secret-key.ts';
import type { StationPassword } from './station-password.ts';

/** More than a household has browsers; the one that was used longest ago goes first. */
const MAX_SESSIONS = 64;
const DAY_MS = 86_400_000;

export interface SessionsDeps {
  readonly log: Log;
  readonly book: AccessBook;
  readonly password: StationPassword;
  readonly wallTime: () => Date;
}

/** Browsers that are signed in. They stay so over a restart, but not over a change of the password. */
export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #days: () => number;
  /** Set while the password may have changed since they were opened. */
  #areDoubtful = true;

  /** @param days so long one lasts that nobody uses */
  constructor(deps: SessionsDeps, days: () => number) {
    this.#deps = deps;
    this.#days = days;
  }

  /** In seconds. */
  get maxAgeS(): number {
    return (this.#days() * DAY_MS) / 1000;
  }

  get count(): number {
    const nowMs = this.#nowMs();
    const { sessions } = this.#deps.book.record;
    return this.#areDoubtful ? 0 : sessions.filter((session) => this.#lives(session, nowMs)).length;
  }

  /**
   * Ends them all where another password is in force than the one they were opened with. Until then none of them
   * counts.
   */
  async compare(): Promise<void> {
    const { book, password } = this.#deps;
    this.#areDoubtful = true;
    const { sessions, signedInWith } = book.record;
    if (sessions.length > 0 && (await password.hashInForce()) !== signedInWith) {
      await this.#kept((record) => ({ ...record, signedInWith: '', sessions: [] }));
    }
    this.#areDoubtful = false;
  }

  /**
   * Signs a browser in whose password was right.
   * @returns the secret of its cookie
   * @throws DeviceError `access.damaged`
   */
  async start(agent: string): Promise<string> {
    const { book, password } = this.#deps;
    if (book.trouble !== undefined) throw book.trouble;
    const signedInWith = await password.hashInForce();
    const secret = newSecret('session');
    const nowMs = this.#nowMs();
    const hash = secretHash(secret) ?? '';
    const session = { id: newId(), hash, createdMs: nowMs, usedMs: nowMs, agent: agent.slice(0, 100) };
    await this.#kept((record) => {
      const others = record.signedInWith === signedInWith ? record.sessions : [];
      const living = others.filter((each) => this.#lives(each, nowMs) && each.id !== session.id);
      const sessions = [...living.sort((a, b) => a.usedMs - b.usedMs).slice(1 - MAX_SESSIONS), session];
      return { ...record, signedInWith, sessions };
    });
    return secret;
  }

  /** The session of a cookie; undefined when there is none, or none any more. Its use is noted once a day. */
  find(secret: string): SessionRecord | undefined {
    const hash = secretHash(secret);
    if (hash === undefined || this.#areDoubtful) return undefined;
    // Asked first: where the clock was set, what is kept moves with it.
    const nowMs = this.#nowMs();
    const session = this.#deps.book.record.sessions.find((each) => each.hash === hash);
    if (session === undefined || !this.#lives(session, nowMs)) return undefined;
    // Never back: a clock that has not been set yet would have it die of old age once it is.
    if (nowMs - session.usedMs > DAY_MS) void this.#use(session.id, nowMs);
    return session;
  }

  has(id: string): boolean {
    const nowMs = this.#nowMs();
    const session = this.#deps.book.record.sessions.find((each) => each.id === id);
    return session !== undefined && this.#lives(session, nowMs);
  }

  async end(id: string): Promise<void> {
    await this.#kept((record) => ({ ...record, sessions: record.sessions.filter((each) => each.id !== id) }));
  }

  async endAll(): Promise<void> {
    await this.#kept((record) => ({ ...record, sessions: [] }));
  }

  #use(id: string, usedMs: number): Promise<void> {
    return this.#kept((record) => ({
      ...record,
      sessions: record.sessions.map((each) => (each.id === id ? { ...each, usedMs } : each)),
    }));
  }

  /** A full disk keeps nobody from signing in or out: it holds until the next start. */
  async #kept(edit: (record: AccessRecord) => AccessRecord): Promise<void> {
    try {
      await this.#deps.book.changeAtOnce(edit);
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'access.not-kept') throw error;
      this.#deps.log.warning(`a sign-in could not be kept: ${sentencesOf(error as PipitError)}`);
    }
  }

  /** A clock that was set back makes nobody older. */
  #lives({ usedMs }: SessionRecord, nowMs: number): boolean {
    return nowMs - usedMs < this.#days() * DAY_MS;
  }

  #nowMs(): number {
    return this.#deps.wallTime().getTime();
  }
}
