import { isIPv6 } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { PasswordThrottle } from './password-throttle.ts';

/** From so many wrong passwords in a row on, an address is not even listened to while it waits. */
const PATIENCE = 5;
/** What the whole box takes at once, and then one more each … */
const BOX_GUESSES = 60;
const BOX_REFILL_US = 10e6;
/** Addresses from where the right password came are not held up by others' guesses. */
const MAX_TRUSTED = 64;

/**
 * Makes guessing slow: per address, where each wrong password doubles what the next one has to wait, and over all
 * addresses together, for who has many. An IPv6 network counts as one address: whoever has one has all of it.
 */
export class GuessLimit {
  readonly #clock: Clock;
  readonly #throttle: PasswordThrottle;
  readonly #heldUntilUs = new Map<string, number>();
  readonly #trusted = new Set<string>();
  #guessesLeft = BOX_GUESSES;
  #refilledUs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#throttle = new PasswordThrottle(clock);
    this.#refilledUs = clock.nowUs();
  }

  /** Seconds until a password from this address is looked at again; 0: now. */
  waitS(address: string): number {
    const key = networkOf(address);
    const nowUs = this.#clock.nowUs();
    const heldUs = (this.#heldUntilUs.get(key) ?? 0) - nowUs;
    if (heldUs > 0) return Math.ceil(heldUs / 1e6);
    this.#heldUntilUs.delete(key);
    if (this.#trusted.has(key)) return 0;
    this.#refill(nowUs);
    return this.#guessesLeft >= 1 ? 0 : Math.ceil((BOX_REFILL_US - (nowUs - this.#refilledUs)) / 1e6);
  }

  /** Notes a wrong password. Returns how long its answer is held back, and the failures in a row. */
  fail(address: string): { readonly delayMs: number; readonly failures: number } {
    const key = networkOf(address);
    const nowUs = this.#clock.nowUs();
    this.#refill(nowUs);
    this.#guessesLeft = Math.max(0, this.#guessesLeft - 1);
    const { delayMs, failures } = this.#throttle.fail(key);
    if (failures >= PATIENCE) {
      this.#trusted.delete(key);
      this.#heldUntilUs.delete(key);
      this.#heldUntilUs.set(key, nowUs + delayMs * 1000);
      forgetFirst(this.#heldUntilUs, this.#throttle.size);
    }
    return { delayMs, failures };
  }

  /** Notes the right password. */
  succeed(address: string): void {
    const key = networkOf(address);
    this.#throttle.succeed(key);
    this.#trust(key);
  }

  /** Notes that somebody is signed in there: others' guesses do not keep them out. Their own still count. */
  trust(address: string): void {
    this.#trust(networkOf(address));
  }

  #trust(key: string): void {
    this.#trusted.delete(key);
    this.#trusted.add(key);
    forgetFirst(this.#trusted, MAX_TRUSTED);
  }

  #refill(nowUs: number): void {
    const due = Math.floor((nowUs - this.#refilledUs) / BOX_REFILL_US);
    if (due <= 0) return;
    this.#guessesLeft = Math.min(BOX_GUESSES, this.#guessesLeft + due);
    this.#refilledUs += due * BOX_REFILL_US;
  }
}

function forgetFirst(known: Map<string, unknown> | Set<string>, most: number): void {
  const first = known.keys().next();
  if (known.size > most && !first.done) known.delete(first.value);
}

/** The /64 of an IPv6 address; an IPv4 address as it is. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [start = '', end] = address.replace(/%.*$/, '').split('::');
  const head = start === '' ? [] : start.split(':');
  const tail = end === undefined || end === '' ? [] : end.split(':');
  const gap = end === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array.from({ length: gap }, () => '0'), ...tail].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
