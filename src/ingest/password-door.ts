import { basicPassword, equalSecrets } from '../access/basic-password.ts';
import { PasswordThrottle } from '../access/password-throttle.ts';
import type { Clock } from '../core/clock.ts';
import type { Counter } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import type { RequestHead } from '../core/request-head.ts';
import { type Answer, refusal } from './answer.ts';

const UNAUTHORISED = refusal(
  401,
  'The source password is missing or wrong',
  'Give the one in server.source_password, with any user name.',
  { 'WWW-Authenticate': 'Basic realm="Pipit source port", charset="UTF-8"' },
);

/** Lets in who knows the source password. */
export class PasswordDoor {
  readonly #log: Log;
  readonly #wrongPasswords: Counter;
  readonly #throttle: PasswordThrottle;
  readonly #password: () => string;

  /** @param password asked at each request; empty: nobody comes in. */
  constructor(parts: { clock: Clock; log: Log; wrongPasswords: Counter }, password: () => string) {
    this.#log = parts.log;
    this.#wrongPasswords = parts.wrongPasswords;
    this.#throttle = new PasswordThrottle(parts.clock);
    this.#password = password;
  }

  /** The answer for who may not come in, with the time to hold it back; undefined for who may. */
  refuse(head: RequestHead, address: string): Answer | undefined {
    const password = this.#password();
    if (password === '') return refusal(403, 'This Pipit takes no source clients', 'Set server.source_password.');
    const given = basicPassword(head.headers.get('authorization'));
    // Clients may ask without a password first, to learn that one is needed.
    if (given === undefined) return UNAUTHORISED;
    if (equalSecrets(given, password)) {
      this.#throttle.succeed(address);
      return undefined;
    }
    this.#wrongPasswords.add();
    const { delayMs, failures } = this.#throttle.fail(address);
    // 1, 2, 4, 8, …: a client that keeps trying does not fill the log.
    if ((failures & (failures - 1)) === 0) {
      this.#log.warning(`wrong source password from ${address}, ${failures} in a row`, { address, failures });
    }
    return { ...UNAUTHORISED, delayMs };
  }
}
