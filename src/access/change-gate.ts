import type { Clock } from '../core/clock.ts';
import type { Counter, CounterSet } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/station-control.ts';
import { basicPassword, equalSecrets } from './basic-password.ts';
import { PasswordThrottle } from './password-throttle.ts';
import { isFromHere } from './same-origin.ts';

/** What is known of a request that wants to change something. Header values as sent. */
export interface ChangeRequest {
  readonly address: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
}

/** Why it may not, as an HTTP answer. */
export interface ChangeRefusal {
  readonly status: 401 | 403;
  readonly reason: string;
  /** How long the answer is to be held back, which makes guessing slow. */
  readonly delayMs: number;
  /** The request may be repeated with a password. */
  readonly asksForPassword: boolean;
}

/** Lets in who may change something: who knows the password, and comes from this station's own pages or from none. */
export class ChangeGate {
  readonly #log: Log;
  readonly #wrongPasswords: Counter;
  readonly #throttle: PasswordThrottle;
  readonly #password: () => string;

  /** @param password asked at each request; empty: nobody comes in. */
  constructor({ clock, log, counters }: { clock: Clock; log: Log; counters: CounterSet }, password: () => string) {
    this.#log = log;
    this.#wrongPasswords = counters.counter('web_wrong_passwords_total', 'Changes that came with a wrong password');
    this.#throttle = new PasswordThrottle(clock);
    this.#password = password;
  }

  /** Why the request is refused; undefined for one that may go on. */
  refuse({ address, host, origin, authorization }: ChangeRequest, scope: Scope = 'control'): ChangeRefusal | undefined {
    if (scope === 'none' || scope === 'read') return undefined;
    // A page from elsewhere must not use the password that a browser remembers for this one.
    if (!isFromHere(origin, host)) return refusal(403, 'It comes from another web site.');
    const password = this.#password();
    if (password === '') {
      const why = 'Changes take a password, so that not everybody on the network can make them, and there is none yet';
      return refusal(403, `${why}: set auth.password in config.hcl and restart Pipit.`);
    }
    const given = bearerToken(authorization) ?? basicPassword(authorization);
    if (given === undefined) return { ...refusal(401, 'A password is needed.'), asksForPassword: true };
    if (equalSecrets(given, password)) {
      this.#throttle.succeed(address);
      return undefined;
    }
    this.#wrongPasswords.add();
    const { delayMs, failures } = this.#throttle.fail(address);
    // 1, 2, 4, 8, …: a client that keeps trying does not fill the log.
    if ((failures & (failures - 1)) === 0) {
      this.#log.warning(`wrong password from ${address}, ${failures} in a row`, { address, failures });
    }
    return { ...refusal(401, 'The password is wrong.'), delayMs, asksForPassword: true };
  }
}

function refusal(status: 401 | 403, reason: string): ChangeRefusal {
  return { status, reason, delayMs: 0, asksForPassword: false };
}

function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}
