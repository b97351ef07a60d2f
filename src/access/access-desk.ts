import type { Log } from '../core/log.ts';
import { isEnough } from '../core/station-control.ts';
import type { AccessBook } from './access-book.ts';
import type { AccessKeys } from './access-keys.ts';
import type { ChangeGate, ChangeRefusal, ListenersMode } from './change-gate.ts';
import type { ChangeRequest } from './change-request.ts';
import { describeAgent } from './device-agent.ts';
import type { Identity } from './identity.ts';
import { isPrivateAddress } from './private-address.ts';
import { noSessionCookie, sessionCookie } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';
import type { PasswordOrigin, StationPassword } from './station-password.ts';

export interface AccessDeskDeps {
  readonly log: Log;
  readonly wallTime: () => Date;
  readonly gate: ChangeGate;
  readonly book: AccessBook;
  readonly password: StationPassword;
  readonly sessions: Sessions;
  readonly keys: AccessKeys;
  readonly listeners: () => ListenersMode;
  /** Undefined while there is no https. */
  readonly httpsPort: () => number | undefined;
}

/** How it is with access, for who asks. */
export interface AccessSight {
  readonly identity: Identity;
  readonly origin: PasswordOrigin;
  /** There is no password, and who asks may set one. */
  readonly isFirstVisit: boolean;
  readonly listeners: ListenersMode;
  readonly isSecure: boolean;
  readonly httpsPort: number | undefined;
  /** Browsers that are signed in; undefined for who may not know. */
  readonly sessionCount: number | undefined;
  /** Why the password can't be checked or set; undefined when all is well. */
  readonly trouble: string | undefined;
}

/** A value for `Set-Cookie`. */
export interface Cookie {
  readonly cookie: string;
}

/** Where people sign in and out, and get and hand back what opens doors. */
export class AccessDesk {
  readonly #deps: AccessDeskDeps;

  constructor(deps: AccessDeskDeps) {
    this.#deps = deps;
  }

  get keys(): AccessKeys {
    return this.#deps.keys;
  }

  async sight(request: ChangeRequest): Promise<AccessSight> {
    const { gate, httpsPort, listeners, password, sessions } = this.#deps;
    const identity = await gate.identify(request);
    return {
      identity,
      origin: password.origin,
      isFirstVisit: this.#refuseFirst(request) === undefined,
      listeners: listeners(),
      isSecure: gate.isSecure(request),
      httpsPort: httpsPort(),
      sessionCount: isEnough(identity.scope, 'admin') ? sessions.count : undefined,
      trouble: password.trouble?.message,
    };
  }

  /**
   * Signs a browser in that knows the password.
   * @throws DeviceError when nothing can be kept
   */
  async signIn(request: ChangeRequest, password: string, agent: string | undefined): Promise<Cookie | ChangeRefusal> {
    const { gate } = this.#deps;
    const refusal = gate.refuseForeign(request) ?? (await gate.refusePassword(request, password));
    return refusal ?? this.#start(request, agent);
  }

  /** Signs a browser in that has a guest's link: what the link may, as long as it may. */
  signInAsGuest(request: ChangeRequest, token: string): Cookie | ChangeRefusal {
    const { gate, keys, wallTime } = this.#deps;
    const refusal = gate.refuseForeign(request);
    if (refusal !== undefined) return refusal;
    const holder = keys.find(token);
    if (holder?.kind !== 'guest') {
      const reason = 'This link is not good any more: it has expired or was taken back.';
      return { status: 403, reason, delayMs: 0, asksForPassword: false };
    }
    const maxAgeS = ((holder.expiresMs ?? 0) - wallTime().getTime()) / 1000;
    return { cookie: sessionCookie(token, maxAgeS, gate.isSecure(request)) };
  }

  /** Signs the browser out, or all of them, which takes the right to everything. */
  async signOut(request: ChangeRequest, isEverywhere: boolean): Promise<Cookie | ChangeRefusal> {
    const { gate, log, sessions } = this.#deps;
    const refusal = gate.refuseForeign(request) ?? (isEverywhere ? await gate.refuse(request, 'admin') : undefined);
    if (refusal !== undefined) return refusal;
    const { via, id } = await gate.identify({ ...request, authorization: undefined });
    if (isEverywhere) {
      await sessions.endAll();
      log.notice(`all browsers were signed out from ${gate.addressOf(request)}`);
    } else if (via === 'session') await sessions.end(id);
    return { cookie: noSessionCookie(gate.isSecure(request)) };
  }

  /**
   * Sets the password: the first one whoever is on the same network, another one who knows the one before. All browsers
   * are signed out but the one that asks.
   *
   * @param current the one before; empty where there is none
   * @throws ConfigError `access.password-*`, DeviceError when it can't be kept
   */
  async setPassword(
    request: ChangeRequest,
    wished: string,
    current: string,
    agent: string | undefined,
  ): Promise<Cookie | ChangeRefusal> {
    const { gate, log, password } = this.#deps;
    if (password.trouble !== undefined) throw password.trouble;
    const isFirst = password.origin === 'none';
    const refusal =
      gate.refuseForeign(request) ??
      (isFirst ? this.#refuseFirst(request) : await gate.refuse(request, 'admin')) ??
      (isFirst || password.origin === 'configured' ? undefined : await gate.refusePassword(request, current));
    if (refusal !== undefined) return refusal;
    await password.set(wished, !isFirst);
    log.notice(`the password was ${isFirst ? 'set' : 'changed'} from ${gate.addressOf(request)}`);
    return this.#start(request, agent);
  }

  async #start(request: ChangeRequest, agent: string | undefined): Promise<Cookie> {
    const { gate, log, sessions } = this.#deps;
    const secret = await sessions.start(describeAgent(agent));
    log.info(`signed in from ${gate.addressOf(request)}`);
    return { cookie: sessionCookie(secret, sessions.maxAgeS, gate.isSecure(request)) };
  }

  /** Whoever reaches a new station first could take it: so only from its own network, and where that is certain. */
  #refuseFirst(request: ChangeRequest): ChangeRefusal | undefined {
    const { gate, password } = this.#deps;
    const refuse = (reason: string) => ({ status: 403, reason, delayMs: 0, asksForPassword: false }) as const;
    if (password.origin !== 'none' || password.trouble !== undefined) return refuse('There is a password already.');
    if (gate.isOfUnknownOrigin(request)) {
      return refuse('The first password can be set through a proxy only when auth.trusted_proxies names it.');
    }
    return isPrivateAddress(gate.addressOf(request))
      ? undefined
      : refuse('The first password can be set only from the same network.');
  }
}
