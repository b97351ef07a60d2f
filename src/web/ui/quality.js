// The sound's quality: what is chosen and what is heard, why, and the settings of Quick Sync.

import { onConnectionChange, savesData } from './connection.js';
import { offerDevices } from './devices.js';
import { offerLinkTest } from './link-test.js';
import { playPlan } from './play-plan.js';
import { showFigures, showInHand } from './quality-figures.js';
import { decisionWhy, heardWhy, LEVEL_NAMES, levelWords, modeWords, rungWords } from './quality-words.js';
import { ask, QuickSync } from './quick-sync.js';
import { Rescue } from './rescue.js';
import { $, answerWith, show } from './show.js';

/** In the page, and as the API names them. */
const TOGGLES = {
  'prefer-quality': 'prefer_quality',
  'adapt-to-system': 'adapt_to_system',
  'auto-download-quality': 'auto_download_quality',
};
const RESCUED = 'Your connection carries less than MP3 needs, so you hear Opus, 32 kbit/s in mono.';
/** To test a link, sound in hand must last until the test is over. */
const TEST_RESERVE_S = 6;
const IN_HAND_MS = 1_000;

const audio = document.createElement('audio');
const quickSync = new QuickSync(showAll);
const rescue = new Rescue();

let player;
let onMode;
let isInView = false;
let inHandTimer;
/** Of this page's own connection, as the server counts them. */
let listenerId;

/** The mode that is chosen. */
export function chosenMode() {
  return quickSync.preferences?.mode ?? 'auto';
}

/** How to listen now; see playPlan. */
export function planNow() {
  const { status, details, isKept } = quickSync;
  const wish = { mode: chosenMode(), isKept, status, isRescue: rescue.isOn };
  const canPlay = (type) => audio.canPlayType(type) !== '';
  listenerId = undefined;
  return playPlan({ ...wish, preferredCodec: details?.preferred_codec ?? undefined }, canPlay);
}

/**
 * Begins to follow Quick Sync.
 * @param ofPage `isWanted` and `secondsAhead`: the player's
 * @param tell called when the mode, or the way to listen, is another one
 */
export function followQuality(ofPage, tell) {
  player = ofPage;
  onMode = tell;
  void quickSync.refresh();
  void showPresets();
  follow();
}

/** Asks as long as somebody looks at it or listens, and never in a page that cannot be seen. */
export function follow() {
  const isSeen = document.visibilityState === 'visible';
  quickSync.want(isSeen && (isInView || player.isWanted));
  clearInterval(inHandTimer);
  if (isSeen && isInView && player.isWanted) inHandTimer = setInterval(showInHandNow, IN_HAND_MS);
  showHeard();
}

/** Sound has begun to come: the server has something to say of it. */
export function noteSound() {
  if (document.visibilityState === 'visible') void quickSync.refresh();
}

let shownMode;
/** A change of the mode is on its way: until the server knows it, a new connection would have the old one. */
let isChangingMode = false;

function showAll() {
  const { preferences, status } = quickSync;
  showFigures(quickSync);
  if (status === undefined) return;
  const mode = chosenMode();
  if ($('quality').value !== mode) $('quality').value = mode;
  for (const [id, field] of Object.entries(TOGGLES)) $(id).checked = preferences[field];
  $('quality-saver').hidden = !savesData() || mode === 'low';
  showWhy();
  if (isChangingMode) return;
  const isOther = shownMode !== undefined && shownMode !== mode;
  shownMode = mode;
  if (noteRescue() || isOther) onMode();
  showHeard();
}

/** Why the status says what it says; it is of the mode that the server knows. */
function showWhy() {
  const { status, details, isKept } = quickSync;
  const reasons = isKept ? decisionWhy(details?.reasons ?? []) : [];
  show('quality-why', [`${status.quality.description}.`, ...reasons].join(' '));
}

/** What is heard now, or would be, in the player's card. */
function showHeard() {
  const { status, details } = quickSync;
  if (status === undefined) return;
  const mode = chosenMode();
  const listener = player.isWanted ? ownListener() : undefined;
  showInHandNow();
  if (listener === undefined) {
    show('heard', mode === 'auto' ? modeWords(mode, levelWords(status.quality)) : nameOfMode(mode));
    show('heard-why', decisionWhy(details?.reasons ?? [])[0] ?? '');
    return;
  }
  show('heard', modeWords(mode, rungWords(listener.rung)));
  show(
    'heard-why',
    rescue.isOn ? RESCUED : mode === 'auto' ? heardWhy(details.reasons) : 'It is what you have chosen.',
  );
}

/** The browser tells of what it has decoded next, the server of what it has sent: the truth is the larger one. */
function showInHandNow() {
  if (player.isWanted) showInHand(Math.max(player.secondsAhead, ownListener()?.buffer_seconds ?? 0));
  else showInHand(undefined);
}

/** What the levels come to is the station's to say. */
async function showPresets() {
  const { answer } = await ask('presets/');
  for (const option of $('quality').options) {
    const bitrate = answer?.presets[option.value]?.bitrate;
    if (bitrate > 0) option.textContent = `${LEVEL_NAMES[option.value]}, ${bitrate} kbit/s`;
  }
}

function nameOfMode(mode) {
  return [...$('quality').options].find(({ value }) => value === mode)?.textContent ?? mode;
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

async function change(wish, id) {
  isChangingMode = 'mode' in wish;
  const changed = quickSync.change(wish);
  showAll();
  $(id).setAttribute('aria-busy', 'true');
  const error = await changed;
  $(id).removeAttribute('aria-busy');
  const holds = isChangingMode && !quickSync.isKept ? ' It holds for this page, until that is closed.' : '';
  answerWith('quality-answer', error === '' ? 'Saved.' : `${error}${holds}`, error === '' ? '' : 'bad');
  isChangingMode = false;
  showAll();
}

$('quality').addEventListener('change', () => void change({ mode: $('quality').value }, 'quality'));
for (const [id, field] of Object.entries(TOGGLES)) {
  $(id).addEventListener('change', () => void change({ [field]: $(id).checked }, id));
}

offerLinkTest(() => quickSync.test());
offerDevices(
  () => quickSync.isKnown,
  () => quickSync.change({}),
);
onConnectionChange(() => {
  $('quality-saver').hidden = !savesData();
});

document.addEventListener('visibilitychange', () => {
  follow();
  // Another page may have changed something meanwhile.
  if (document.visibilityState === 'visible') void quickSync.refresh();
});
new IntersectionObserver((entries) => {
  isInView = entries.at(-1).isIntersecting;
  if (player !== undefined) follow();
}).observe($('sound-quality'));
