// Calls of the API: one function each. What goes wrong is an ApiError whose message is a sentence for people.

import { fill, words } from './language.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const TIMEOUT_MS = 8_000;

export class ApiError extends Error {
  /** @param status of HTTP; 0: there was no answer; @param answer the body, if it was JSON */
  constructor(message, status, answer = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.answer = answer;
  }
}

let askToSignIn;

/** Sets who asks for the password when a call needs it: resolves with true when the person has signed in. */
export function onSignInWanted(ask) {
  askToSignIn = ask;
}

/**
 * One call. A call that needs the password opens the dialog for it and is made again when the person has signed in.
 * @param options `body`: sent as JSON, or as it is when it is a Blob; `timeoutMs`; `signal`;
 *   `headers`; `mayAsk`: false never opens the dialog; `as`: 'json' (the default), 'blob', 'text' or 'response'
 * @throws ApiError
 */
export async function call(method, path, options = {}) {
  const response = await answerOf(method, path, options);
  if (response.status === 401 && options.mayAsk !== false && askToSignIn !== undefined) {
    if (!(await askToSignIn())) throw new ApiError(t.notSignedIn, 401);
    return read(await answerOf(method, path, options), options.as);
  }
  return read(response, options.as);
}

async function answerOf(method, path, { body, headers, timeoutMs = TIMEOUT_MS, signal }) {
  const timeout = AbortSignal.timeout(timeoutMs);
  const isRaw = body instanceof Blob;
  try {
    return await fetch(path, {
      method,
      cache: 'no-store',
      signal: signal === undefined ? timeout : (AbortSignal.any?.([signal, timeout]) ?? signal),
      // Tells the server that the page asks for the password itself: the browser need not.
      headers: {
        'X-Pipit-Page': '1',
        ...(body === undefined || isRaw ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(error.name === 'TimeoutError' ? t.tooSlow : t.noAnswer, 0);
  }
}

async function read(response, as = 'json') {
  try {
    if (response.ok && as === 'response') return response;
    if (response.ok && as !== 'json') return await response[as]();
    const text = await response.text();
    const answer = text === '' ? {} : JSON.parse(text);
    if (response.ok) return answer;
    throw new ApiError(answer.error ?? fill(t.answered, { status: response.status }), response.status, answer);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(fill(t.answered, { status: response.status }), response.status);
  }
}

export const getStatus = () => call('GET', '/api/status', { timeoutMs: 5_000, mayAsk: false });
export const getStats = () => call('GET', '/api/stats', { mayAsk: false });
/** Who listens and watches now. */
export const getLiveSessions = () => call('GET', '/api/sessions?state=live&limit=50', { mayAsk: false });
/** Whether there is a newer Pipit. */
export const getRelease = () => call('GET', '/api/release', { mayAsk: false });
export const putPrivacy = (change) => call('PUT', '/api/privacy', { body: change });

/** All devices whose wishes Quick Sync keeps. */
export const getDevices = () => call('GET', '/api/audio/quick-sync/devices/?all');
export const deleteDevice = (id) => call('DELETE', `/api/audio/quick-sync/devices/${id}/`);

/* Access */

export const getAccess = () => call('GET', '/api/access', { mayAsk: false });
export const login = (password) =>
  call('POST', '/api/access/login', { body: { password }, mayAsk: false, timeoutMs: 30_000 });
export const loginAsGuest = (token) => call('POST', '/api/access/login', { body: { token }, mayAsk: false });
export const logout = () => call('POST', '/api/access/logout', { body: {}, mayAsk: false });

/* Health and log */

/** By the minute; times in milliseconds. */
export const getFigureHistory = ({ names, fromMs, toMs }) =>
  call('GET', `/api/history/figures?names=${names.join(',')}&from=${fromMs}&to=${toMs}&step=minute`, { mayAsk: false });
export const getLog = () => call('GET', '/api/log');
export const getSupportBundle = () => call('GET', '/api/support', { as: 'blob', timeoutMs: 60_000 });

/* Share */

export const getGuests = () => call('GET', '/api/access/guests');
/** The answer has the link's path, this once. */
export const makeGuest = (name, hours) => call('POST', '/api/access/guests', { body: { name, hours } });
export const removeGuest = (id) => call('DELETE', `/api/access/guests/${encodeURIComponent(id)}`);

/* Clips */

export const getClips = () => call('GET', '/api/clips', { mayAsk: false });
/** Keeps the last seconds of a mount as a file. */
export const saveClip = (mount, seconds) => call('POST', '/api/clips', { body: { mount, seconds }, timeoutMs: 30_000 });
export const deleteClip = (name) => call('DELETE', `/api/clips/${encodeURIComponent(name)}`);
