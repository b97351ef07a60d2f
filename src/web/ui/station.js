// The station as /api/status tells it (its fields: ../answers.ts), for all that is shown of it.

import { getStatus } from './api.js';
import { Store } from './store.js';

/** While there is a level to follow and no live socket, once a second; else every two; in the background rarely. */
const LEVEL_MS = 1_000;
const USUAL_MS = 2_000;
const HIDDEN_MS = 15_000;

/** `status`: the last answer, undefined before the first; `isLost`: there was none when it was last asked for. */
export const station = new Store({ status: undefined, isLost: false });

let timer;
let isAsking = false;
/** Says whether the page is of use while nobody sees it: it plays. */
let isNeededHidden = () => false;
let isLevelLive = () => false;

/** Begins to ask. @param options `isNeededHidden`, `isLevelLive`: functions */
export function followStation(options) {
  ({ isNeededHidden, isLevelLive } = options);
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
    station.set({ status: await getStatus(), isLost: false });
  } catch {
    station.change({ isLost: true });
  }
  isAsking = false;
  const isSeen = document.visibilityState === 'visible';
  if (isSeen || isNeededHidden()) timer = setTimeout(refreshStation, isSeen ? seenMs() : HIDDEN_MS);
}

function seenMs() {
  return station.value.status !== undefined && !isLevelLive() ? LEVEL_MS : USUAL_MS;
}

/** `undefined` while it is not known. */
export function activeSourceOf(status, mount = status.mounts[0]) {
  return status.sources.find(({ name }) => name === mount?.active_source);
}
