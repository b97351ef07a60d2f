// The station as /api/status tells it (its fields: ../answers.ts), for all that is shown of it.

import { getStatus } from './api.js';
import { live } from './live.js';
import { Store } from './store.js';

/** Without the live socket, or for what it does not tell: how long it has been up. In the background rarely. */
const POLL_MS = 1_500;
const LIVE_MS = 20_000;
const HIDDEN_MS = 15_000;

/**
 * `status`: the last answer, undefined before the first; `isLost`: there was none when it was last asked for;
 * `isClosed`: it takes the password.
 */
export const station = new Store({ status: undefined, isLost: false, isClosed: false });

let timer;
let isAsking = false;
/** Says whether the page is of use while nobody sees it: it plays. */
let isNeededHidden = () => false;

/** Begins to ask. @param isOfUse says whether to go on while nobody sees the page: it plays */
export function followStation(isOfUse) {
  isNeededHidden = isOfUse;
  live.watch('status', (status) => station.set({ status, isLost: false, isClosed: false }));
  live.isOpen.watch(() => void refreshStation());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void refreshStation();
    else if (!isNeededHidden()) clearTimeout(timer);
  });
  window.addEventListener('online', () => void refreshStation());
  return refreshStation();
}

/** Asks now. */
export async function refreshStation() {
  if (isAsking) return;
  isAsking = true;
  clearTimeout(timer);
  try {
    station.set({ status: await getStatus(), isLost: false, isClosed: false });
  } catch ({ status }) {
    station.change(status === 401 ? { isClosed: true, isLost: false } : { isLost: true });
  }
  isAsking = false;
  const isSeen = document.visibilityState === 'visible';
  if (!isSeen && !isNeededHidden()) return;
  timer = setTimeout(refreshStation, isSeen ? (live.isOpen.value ? LIVE_MS : POLL_MS) : HIDDEN_MS);
}

/** The source that is heard at a mount; undefined: none. */
export function activeSourceOf(status, mount = status.mounts[0]) {
  return status.sources.find(({ name }) => name === mount?.active_source);
}
