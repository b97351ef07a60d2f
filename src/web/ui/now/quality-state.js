// The sound's quality: what is chosen, what is heard and why, followed while somebody looks or listens.

import { Store } from '../store.js';
import { savesData } from './connection.js';
import { playPlan } from './play-plan.js';
import { ask, QuickSync } from './quick-sync.js';
import { Rescue } from './rescue.js';

/** To test a link, sound in hand must last until the test is over. */
const TEST_RESERVE_S = 6;

const probe = document.createElement('audio');
const rescue = new Rescue();
export const quickSync = new QuickSync(() => noteChange());

/**
 * `status`, `details`, `isLost`, `isKept`: of QuickSync; `mode`: the one that is chosen; `presets`: what the levels come
 * to, kbit/s; `listener`: this page's own connection, as the server sees it; `isRescue`: the link is below the lowest
 * rung; `savesData`: the browser is asked to.
 */
export const quality = new Store({
  status: undefined,
  details: undefined,
  preferences: undefined,
  isLost: false,
  isKept: true,
  mode: 'auto',
  presets: {},
  listener: undefined,
  isRescue: false,
  savesData: savesData(),
});

let player;
let onMode;
let isInView = false;
/** Of this page's own connection, as the server counts them. */
let listenerId;
let shownMode;
/** A change of the mode is on its way: until the server knows it, a new connection would have the old one. */
let isChangingMode = false;

/**
 * Begins to follow Quick Sync.
 * @param ofPage `isWanted` and `secondsAhead`: the player's
 * @param tell called when the mode, or the way to listen, is another one
 */
export function followQuality(ofPage, tell) {
  player = ofPage;
  onMode = tell;
  document.addEventListener('visibilitychange', () => {
    follow();
    // Another page may have changed something meanwhile.
    if (document.visibilityState === 'visible') void quickSync.refresh();
  });
  void quickSync.refresh();
  void askForPresets();
  follow();
}

/** Asks as long as somebody looks at it or listens, and never in a page that cannot be seen. */
export function follow() {
  quickSync.want(document.visibilityState === 'visible' && (isInView || player.isWanted));
  tell();
}

/** The section can be seen, or cannot any more. */
export function look(canBeSeen) {
  isInView = canBeSeen;
  if (player !== undefined) follow();
}

/** Sound has begun to come: the server has something to say of it. */
export function noteSound() {
  if (document.visibilityState === 'visible') void quickSync.refresh();
}

/** How to listen now; see playPlan. */
export function planNow() {
  const { status, details, isKept } = quickSync;
  const wish = { mode: chosenMode(), isKept, status, isRescue: rescue.isOn };
  const canPlay = (type) => probe.canPlayType(type) !== '';
  listenerId = undefined;
  return playPlan({ ...wish, preferredCodec: details?.preferred_codec ?? undefined }, canPlay);
}

/** Changes preferences; resolves with '', or with why they could not be kept. */
export async function changeQuality(wish) {
  isChangingMode = 'mode' in wish;
  const changed = quickSync.change(wish);
  noteChange();
  const error = await changed;
  isChangingMode = false;
  noteChange();
  return error;
}

/** Seconds of sound in hand. The browser tells of what it has decoded next, the server of what it has sent: the truth is the larger one. */
export function secondsInHand() {
  return player?.isWanted ? Math.max(player.secondsAhead, ownListener()?.buffer_seconds ?? 0) : undefined;
}

function chosenMode() {
  return quickSync.preferences?.mode ?? 'auto';
}

function noteChange() {
  tell();
  if (quickSync.status === undefined || isChangingMode || player === undefined) return;
  const mode = chosenMode();
  const isOther = shownMode !== undefined && shownMode !== mode;
  shownMode = mode;
  if (noteRescue() || isOther) {
    onMode();
    tell();
  }
}

function tell() {
  const { status, details, preferences, isLost, isKept } = quickSync;
  quality.change({
    status,
    details,
    preferences,
    isLost,
    isKept,
    mode: chosenMode(),
    listener: player?.isWanted ? ownListener() : undefined,
    isRescue: rescue.isOn,
    savesData: savesData(),
  });
}

/** What the levels come to is the station's to say. */
async function askForPresets() {
  const { answer } = await ask('presets/');
  const presets = Object.entries(answer?.presets ?? {}).map(([level, { bitrate }]) => [level, bitrate]);
  quality.change({ presets: Object.fromEntries(presets) });
}

/** Of several at this address, the one that came when this page connected, as far as can be told: the newest. */
function ownListener() {
  const listeners = quickSync.details?.listeners ?? [];
  const own = listeners.find(({ id }) => id === listenerId) ?? listeners.toSorted((a, b) => b.id - a.id)[0];
  listenerId = own?.id;
  return own;
}

function noteRescue() {
  const { details } = quickSync;
  if (details === undefined || !player.isWanted || chosenMode() !== 'auto') return false;
  const isKnownBelow = details.link.source !== 'assumed' && details.reasons.some(({ code }) => code === 'below-lowest');
  const isBelow = isKnownBelow || (!rescue.isOn && ownListener()?.below_lowest === true);
  const nowMs = performance.now();
  const hasChanged = rescue.note(isBelow, nowMs);
  if (!hasChanged && player.secondsAhead > TEST_RESERVE_S && rescue.wantsTest(nowMs)) void quickSync.test();
  return hasChanged;
}
