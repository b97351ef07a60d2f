// What Quick Sync knows of this device and decides for it: asked for while somebody looks or listens, and changed.

import { fill, words } from '../language.js';
import { connectionHint, onConnectionChange } from './connection.js';
import { WORDS } from './words.js';

const API = '/api/audio/quick-sync';
const EVERY_MS = 5_000;
const TIMEOUT_MS = 5_000;
/** A test takes 5 s, or what the station has set. */
const TEST_TIMEOUT_MS = 40_000;
/** That this browser was given a cookie, which it does not see itself. */
const KNOWN_KEY = 'known to Pipit';
const t = words(WORDS);

/** Asks the API; the answer's body, or what to tell the person. Never rejects. */
export async function ask(path, { method = 'GET', body, timeoutMs = TIMEOUT_MS } = {}) {
  try {
    const response = await fetch(`${API}/${path}`, {
      method,
      cache: 'no-store',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'X-Pipit-Page': '1',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return { answer, error: answer.error ?? '' };
    return { answer: undefined, error: answer.error ?? fill(t.answered, { status: response.status }) };
  } catch {
    return { answer: undefined, error: t.tryAgain };
  }
}

export class QuickSync {
  /** `status/` and `details/` (../quick-sync-answers.ts); undefined until they have answered. */
  status;
  details;
  preferences;
  /** Nothing has come of the last time that it was asked. */
  isLost = false;
  /** The server knows this device's wishes; false: where they could not be kept, they hold for this page alone. */
  isKept = true;
  #onChange;
  #isWanted = false;
  #timer;
  #asked = 0;
  #changes = Promise.resolve();
  #pending = 0;

  /** @param onChange called when anything of it has changed */
  constructor(onChange) {
    this.#onChange = onChange;
    onConnectionChange(() => void (this.#isWanted && this.refresh()));
  }

  /** Somebody wants to know; asks at once when nobody did before. */
  want(isWanted) {
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    clearTimeout(this.#timer);
    if (isWanted) void this.refresh();
  }

  /** Asks now. */
  async refresh() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    const asked = this.#asked;
    // One after the other: browsers grant a host six connections, and the stream is one of them.
    const status = await ask('status/');
    const details = status.answer === undefined ? status : await ask('details/');
    // A newer question is on its way, or a change: what this one brought may be of before.
    if (asked === this.#asked && this.#pending === 0) {
      this.isLost = status.answer === undefined;
      if (status.answer !== undefined) this.#take(status.answer);
      this.details = details.answer ?? this.details;
      this.#onChange();
    }
    if (asked !== this.#asked) return;
    clearTimeout(this.#timer);
    if (this.#isWanted) this.#timer = setTimeout(() => void this.refresh(), EVERY_MS);
  }

  /** Changes preferences, one change after the other. Resolves with '', or with why they could not be kept. */
  change(change) {
    const before = this.preferences;
    this.#pending += 1;
    this.preferences = { ...before, ...change };
    const changed = this.#changes.then(() => this.#send(change, before));
    this.#changes = changed.then(() => {});
    return changed;
  }

  async #send(change, before) {
    const { answer, error } = await ask('preferences/', { method: 'POST', body: change });
    const names = Object.keys(change);
    // A browser that keeps no cookies is a new device each time.
    const seen = answer === undefined ? undefined : (await ask('preferences/')).answer;
    const isKept = seen !== undefined && names.every((name) => seen.preferences[name] === change[name]);
    this.#pending -= 1;
    this.#asked += 1;
    if ('mode' in change) this.isKept = isKept;
    if (isKept) {
      this.#take(seen);
      remember(KNOWN_KEY);
    } else {
      // A mode can go with each request for the stream; toggles that are kept nowhere are as they were.
      const back = names.filter((name) => name !== 'mode').map((name) => [name, before?.[name]]);
      this.preferences = { ...this.preferences, ...Object.fromEntries(back) };
    }
    this.#onChange();
    if (this.#isWanted) void this.refresh();
    if (answer === undefined) return error;
    if (!isKept) return t.noCookies;
    return error === '' ? '' : `${answer.message} ${error}`;
  }

  /** The server knows this device; as far as can be told. */
  get isKnown() {
    return remembers(KNOWN_KEY);
  }

  /** Tests the link; resolves with the answer, or with why there is none. */
  async test() {
    const options = { method: 'POST', body: connectionHint(), timeoutMs: TEST_TIMEOUT_MS };
    const result = await ask('test/?fresh=1', options);
    await this.refresh();
    return result;
  }

  #take({ status, preferences }) {
    this.status = status;
    const mode = this.isKept ? preferences.mode : (this.preferences?.mode ?? preferences.mode);
    this.preferences = { ...preferences, mode };
  }
}

function remember(key) {
  try {
    localStorage.setItem(key, 'yes');
  } catch {
    // Browsers may forbid it; then the device has to be named anew to be shown its name.
  }
}

function remembers(key) {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return false;
  }
}
