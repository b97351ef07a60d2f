// Who the person is to the station: signed in or not, and asking for the password when it is needed.

import * as api from './api.js';
import { live } from './live.js';
import { Store } from './store.js';

/** What GET /api/access says; undefined while it is not known. */
export const access = new Store(undefined);
/** The dialog is open. */
export const isAsking = new Store(false);

/** Why a guest's link is not good any more; empty: it was, or there was none. */
export const guestProblem = new Store('');

let waiting = [];

export async function refreshAccess() {
  try {
    access.set(await api.getAccess());
  } catch {
    // Whoever cannot be asked now is asked again when something changes.
  }
}

/** Who comes by a guest's link is let in by it, and the address forgets it. */
export async function enterAsGuest() {
  const url = new URL(location.href);
  const token = url.searchParams.get('token');
  if (token === null) return;
  url.searchParams.delete('token');
  history.replaceState(history.state, '', url);
  try {
    await api.loginAsGuest(token);
  } catch (error) {
    guestProblem.set(error.message);
  }
}

/** Opens the dialog; resolves with true when the person has signed in, false when they will not. */
export function askToSignIn() {
  return new Promise((resolve) => {
    waiting.push(resolve);
    isAsking.set(true);
  });
}

/** Signs in; throws ApiError when the password is wrong. */
export async function signIn(password) {
  await api.login(password);
  live.again();
  await refreshAccess();
  close(true);
}

export function giveUp() {
  close(false);
}

export async function signOut() {
  await api.logout();
  live.again();
  await refreshAccess();
}

function close(hasSignedIn) {
  const before = waiting;
  waiting = [];
  isAsking.set(false);
  for (const resolve of before) resolve(hasSignedIn);
}

api.onSignInWanted(askToSignIn);
