import type { Clock } from '../core/clock.ts';
import type { Counter, CounterSet } from '../core/counters.ts';
import { sentencesOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { isEnough, type Scope } from '../core/station-control.ts';
import { EMPTY_RECORD } from './access-record.ts';
import { type ChangeRequest, isSafe } from './change-request.ts';
import { GuessLimit } from './guess-limit.ts';
import { type Credentials, identifyRequest } from './identify-request.ts';
import { type Identity, NOBODY, type Unidentified } from './identity.ts';
import { isFromHere } from './same-origin.ts';
import { StationPassword } from './station-password.ts';
import { TrustedProxies } from './trusted-proxies.ts';

export type { ChangeRequest } from './change-request.ts';

/** Why it may not, as an HTTP answer. */
export interface ChangeRefusal {
  readonly status: 401 | 403 | 429 | 503;
  readonly reason: string;
  /** How long the answer is to be held back, which makes guessing slow. */
  readonly delayMs: number;
  /** The request may be repeated with a password. */
  readonly asksForPassword: boolean;
  /** Seconds after which to try again; absent: that would not help. */
  readonly retryAfterS?: number;
}

export interface ChangeGateDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  /** Absent: there is only the password of the configuration. */
  readonly credentials?: Credentials;
  /** Absent: nobody is believed whom they speak for. */
  readonly proxies?: TrustedProxies;
}

/** Who may listen and watch without being asked. */
export type ListenersMode = 'open' | 'token' | 'password';

/**
 * The one place that decides who may do what: by password, session, token or guest's link, and, where a browser's own
 * memory speaks for somebody, only for this station's own pages.
 */
export class ChangeGate {
  readonly #log: Log;
  readonly #wrongPasswords: Counter;
  readonly #limit: GuessLimit;
  readonly #credentials: Credentials;
  readonly #proxies: TrustedProxies;
  readonly #listeners: () => ListenersMode;

  /**
   * @param password `auth.password`, asked at each request; counts only where `credentials` are not given
   * @param listeners asked at each request: whether reading takes anything
   */
  constructor(deps: ChangeGateDeps, password: () => string, listeners: () => ListenersMode = () => 'open') {
    const { clock, log, counters, credentials, proxies } = deps;
    this.#log = log;
    this.#wrongPasswords = counters.counter('web_wrong_passwords_total', 'Changes that came with a wrong password');
    this.#limit = new GuessLimit(clock);
    this.#credentials = credentials ?? { password: onlyConfigured(clock, password) };
    this.#proxies = proxies ?? new TrustedProxies();
    this.#listeners = listeners;
  }

  /** Why the request is refused; undefined for one that may go on, at once where nothing must be looked at. */
  refuse(
    request: ChangeRequest,
    scope: Scope = 'control',
  ): ChangeRefusal | undefined | Promise<ChangeRefusal | undefined> {
    if (scope === 'none') return undefined;
    const isReading = scope === 'read' && isSafe(request.method);
    // A page from elsewhere must not use the password that a browser remembers for this one.
    if (!isReading && !isFromHere(request.origin, request.host)) return refusal(403, FOREIGN);
    if (scope === 'read' && this.#listeners() === 'open') return undefined;
    return this.#decide(request, scope);
  }

  /** Who asks, without a word about what they may; who shows something that is not good is nobody. Guesses count. */
  async identify(request: ChangeRequest): Promise<Identity> {
    const found = await this.#identify(request);
    if (found === 'wrong-password') this.#refuseGuess(request);
    return typeof found === 'string' || 'status' in found ? NOBODY : found;
  }

  /** What a connection is let in for, for `isGood`. */
  async passOf(request: ChangeRequest): Promise<string> {
    const { via, id } = await this.identify(request);
    return `${via}:${via === 'password' ? this.#credentials.password.mark : id}`;
  }

  /** Whether who was let in for `pass` still may read. */
  isGood(pass: string): boolean {
    if (this.#listeners() === 'open') return true;
    const { password, sessions, keys } = this.#credentials;
    const at = pass.indexOf(':');
    const id = pass.slice(at + 1);
    switch (pass.slice(0, at)) {
      case 'password':
        return id === password.mark;
      case 'session':
        return sessions?.has(id) === true;
      case 'token':
      case 'guest':
        return keys?.has(id) === true;
      default:
        return false;
    }
  }

  /** Why a password that somebody gives is refused; undefined for the right one. Guesses count. */
  async refusePassword(request: ChangeRequest, given: string): Promise<ChangeRefusal | undefined> {
    const authorization = `Basic ${Buffer.from(`:${given}`).toString('base64')}`;
    const { cookie: _, token: __, ...rest } = request;
    const found = await this.#identify({ ...rest, authorization });
    if (typeof found === 'object' && 'status' in found) return found;
    if (found === 'unknown-key') return this.#refuseGuess(request);
    if (typeof found === 'string') return this.#refuseUnidentified(found, request);
    return found.via === 'password' ? undefined : this.#refuseGuess(request);
  }

  /** Why what needs no password is refused all the same: a page of another site has a browser send it. */
  refuseForeign(request: ChangeRequest): ChangeRefusal | undefined {
    const isElsewhere = request.fetchSite !== undefined && !/^(?:same-origin|none)$/.test(request.fetchSite);
    return isElsewhere || !isFromHere(request.origin, request.host) ? refusal(403, FOREIGN) : undefined;
  }

  /** The address of who asks: behind a trusted proxy, whom it speaks for. */
  addressOf(request: ChangeRequest): string {
    return this.#proxies.clientOf(peerOf(request));
  }

  /** Whether nobody between could read along. */
  isSecure(request: ChangeRequest): boolean {
    return this.#proxies.isSecure(peerOf(request));
  }

  /** Whether a proxy that nobody trusts has passed it on: its address says nothing of who asks. */
  isOfUnknownOrigin(request: ChangeRequest): boolean {
    return request.isForwarded === true && !this.#proxies.trusts(request.address);
  }

  async #decide(request: ChangeRequest, scope: Scope): Promise<ChangeRefusal | undefined> {
    const found = await this.#identify(request);
    if (typeof found === 'string') return this.#refuseUnidentified(found, request);
    if ('status' in found) return found;
    if (found.byCookie && !isSafe(request.method) && !isSurelyFromHere(request)) return refusal(403, FOREIGN);
    if (isEnough(found.scope, scope)) return undefined;
    // Whoever a guest's link has let in can still sign in.
    if (found.via !== 'nothing' && !(found.via === 'guest' && found.byCookie)) {
      return refusal(403, `This takes the right to "${scope}"; what was shown has "${found.scope}".`);
    }
    return this.#refuseNobody(scope);
  }

  async #identify(request: ChangeRequest): Promise<Identity | Exclude<Unidentified, 'held'> | ChangeRefusal> {
    const address = this.addressOf(request);
    const waitS = () => this.#limit.waitS(address);
    const found = await identifyRequest(this.#credentials, request, this.isSecure(request), () => waitS() === 0);
    if (found === 'held') {
      return { ...refusal(429, `Too many wrong passwords: try again in ${waitS()} s.`), retryAfterS: waitS() };
    }
    if (typeof found === 'object' && found.via === 'password') this.#limit.succeed(address);
    if (typeof found === 'object' && found.via === 'session') this.#limit.trust(address);
    return found;
  }

  #refuseUnidentified(found: Exclude<Unidentified, 'held'>, request: ChangeRequest): ChangeRefusal {
    if (found === 'busy') {
      return { ...refusal(503, 'Too many passwords are being looked at: try again in a moment.'), retryAfterS: 2 };
    }
    if (found === 'unknown-key') {
      return refusal(403, 'This link or token is not good any more: it has expired or was taken back.');
    }
    return this.#refuseGuess(request);
  }

  #refuseGuess(request: ChangeRequest): ChangeRefusal {
    if (this.#credentials.password.origin === 'none') return this.#refuseNobody('control');
    const address = this.addressOf(request);
    this.#wrongPasswords.add();
    const { delayMs, failures } = this.#limit.fail(address);
    // 1, 2, 4, 8, …: a client that keeps trying does not fill the log.
    if ((failures & (failures - 1)) === 0) {
      this.#log.warning(`wrong password from ${address}, ${failures} in a row`, { address, failures });
    }
    return { ...refusal(401, 'The password is wrong.'), delayMs, asksForPassword: true };
  }

  #refuseNobody(scope: Scope): ChangeRefusal {
    const { password } = this.#credentials;
    const { trouble } = password;
    if (trouble !== undefined) return refusal(503, sentencesOf(trouble));
    if (password.origin !== 'none') return { ...refusal(401, ASK[scope] ?? ASK.control), asksForPassword: true };
    const why =
      scope === 'read'
        ? 'Listening and watching take a password or a link (auth.listeners), and there is no password yet'
        : 'Changes take a password, so that not everybody on the network can make them, and there is none yet';
    return refusal(403, `${why}: set one on this station's page, or set auth.password in config.hcl.`);
  }
}

const FOREIGN = 'It comes from another web site.';
const ASK: Readonly<Partial<Record<Scope, string>>> & { readonly control: string } = {
  read: 'Listening and watching take the password, or a link with a token.',
  control: 'A password is needed.',
};

/** Where a cookie speaks, silence is no proof: programs that keep cookies must say where they come from too. */
function isSurelyFromHere({ origin, host, fetchSite }: ChangeRequest): boolean {
  return origin === undefined ? fetchSite === 'same-origin' : isFromHere(origin, host);
}

function peerOf({ address, isEncrypted = false, forwardedFor, forwardedProto }: ChangeRequest) {
  return { address, isEncrypted, forwardedFor, forwardedProto };
}

/** Where nothing is kept. */
function onlyConfigured(clock: Clock, password: () => string): StationPassword {
  const book = { record: EMPTY_RECORD, trouble: undefined, change: () => Promise.resolve() };
  return new StationPassword({ clock, book }, password);
}

function refusal(status: ChangeRefusal['status'], reason: string): ChangeRefusal {
  return { status, reason, delayMs: 0, asksForPassword: false };
}
