// The camera's part of the page: which camera, how it is shown, and what is told of it.

import { Viewer } from './viewer.js';

const $ = (id) => document.getElementById(id);

/** Figures change many times a second, and nobody reads as fast. */
const FIGURES_MS = 500;
/** Proportions that differ by less come of rounding. */
const SAME_RATIO = 0.01;
/** Whoever scrolls past, or turns a phone, is back before the connection is gone. */
const LINGER_MS = 1_000;
const USUAL_RATIO = 16 / 9;

let cameras = [];
let chosen;
let isInView = false;
let isPaused = false;
let figuresMs = 0;

const viewer = new Viewer($('picture'), (state, details) => {
  if (state === 'shown') showPicture(details);
  else {
    showState('lost', 'Connection lost');
    show('camera-figures', details.why || 'Trying again …');
  }
});

/** Screen readers speak a live region whenever it is written to, changed or not. */
function show(id, text) {
  const element = $(id);
  if (element.textContent !== text) element.textContent = text;
}

function showState(state, text) {
  $('camera-frame').dataset.state = state;
  show('camera-state', text);
}

function showPicture({ sequence, level, width, height, ageMs, fps }) {
  const { dataset } = $('picture');
  dataset.sequence = sequence;
  dataset.level = level;
  // A picture without a number says why there is none of the camera.
  if (sequence === 0) {
    const isMuted = cameras.find(({ name }) => name === chosen)?.muted;
    showState(isMuted ? 'muted' : 'none', isMuted ? 'Muted' : 'No signal');
    show('camera-figures', isMuted ? 'Closed until it is turned on again' : '');
    return;
  }
  showState('live', 'Live');
  fit(width / height);
  const now = performance.now();
  if (now - figuresMs < FIGURES_MS) return;
  figuresMs = now;
  const figures = [`${width} × ${height}`, `quality ${level}`];
  if (fps !== undefined) figures.push(`${Math.round(fps)} fps`);
  if (ageMs !== undefined) figures.push(`${ageMs} ms old`);
  show('camera-figures', figures.join(' · '));
}

/* Proportions: known before the first picture, so that nothing moves when it comes. */

let ratio = 0;

function fit(wanted) {
  if (Math.abs(wanted / ratio - 1) < SAME_RATIO) return;
  ratio = wanted;
  $('camera-frame').style.setProperty('--ratio', String(wanted));
  try {
    localStorage.setItem(`ratio of ${chosen}`, String(wanted));
  } catch {
    // Browsers may forbid it; then the frame has the usual proportions until the first picture.
  }
}

function knownRatio({ name, width, height }) {
  if (width !== null) return width / height;
  try {
    return Number(localStorage.getItem(`ratio of ${name}`)) || USUAL_RATIO;
  } catch {
    return USUAL_RATIO;
  }
}

/* Status */

/** Takes the cameras of /api/status (CameraStatus in ../answers.ts). */
export function showCameras(present) {
  cameras = present;
  document.querySelector('main').dataset.camera = cameras.length === 0 ? 'none' : 'here';
  $('camera').hidden = cameras.length === 0;
  if (cameras.length === 0) return;
  const names = cameras.map(({ name }) => name);
  offer(
    $('camera-name'),
    names.map((name) => [name, name]),
  );
  $('camera-choice').hidden = names.length < 2;
  if (!names.includes(chosen)) choose($('camera-name').value);
  const camera = cameras.find(({ name }) => name === chosen);
  offer($('camera-level'), levelChoices(camera.quality_levels));
  viewer.level = wantedLevel();
  showNotice(camera);
  follow();
}

function levelChoices(levels) {
  const falling = [...levels].sort((one, other) => other - one);
  const last = falling.length - 1;
  const nameOf = (i) => (last === 0 ? 'Always' : i === 0 ? 'Best' : i === last ? 'Smallest' : 'Medium');
  return [['auto', 'Auto'], ...falling.map((level, i) => [String(level), `${nameOf(i)}, ${level}`])];
}

/** Gives a select these choices, [value, text], and keeps what is chosen where it still can be. */
function offer(select, choices) {
  if (choices.map(([value]) => value).join() === [...select.options].map(({ value }) => value).join()) return;
  const { value: before } = select;
  select.replaceChildren(...choices.map(([value, text]) => new Option(text, value)));
  if (choices.some(([value]) => value === before)) select.value = before;
}

function wantedLevel() {
  const { value } = $('camera-level');
  return value === 'auto' ? value : Number(value);
}

/** What the person beside the box should know and do. */
function showNotice({ error, has_signal: hasSignal, muted }) {
  const isBad = error !== null && !hasSignal && !muted;
  $('camera-notice').hidden = !isBad;
  show('camera-notice-what', isBad ? `${error.message.replace(/\.$/, '')}.` : '');
  show('camera-notice-remedy', isBad ? error.remedy.replace(/`([^`]*)`/g, '“$1”') : '');
}

/* What is watched */

function choose(name) {
  chosen = name;
  $('picture').setAttribute('aria-label', `Picture of the camera “${name}”`);
  const base = cameras[0].name === name ? '/camera' : `/camera/${encodeURIComponent(name)}`;
  $('camera-stream-link').href = `${base}.mjpg`;
  $('camera-still-link').href = `${base}.jpg`;
  const known = knownRatio(cameras.find((camera) => camera.name === name));
  fit(known);
  // The last picture of another camera must not pass for one of this.
  viewer.clear(160, Math.round(160 / known));
  delete $('picture').dataset.sequence;
  showState('connecting', 'Connecting …');
  show('camera-figures', '');
}

let leaveTimer;

/** Connected only while somebody can see it. */
function follow() {
  clearTimeout(leaveTimer);
  const isSeen = isInView && document.visibilityState === 'visible';
  if (!isPaused && isSeen) watch();
  else if (isPaused || viewer.camera !== chosen) viewer.watch(undefined);
  else leaveTimer = setTimeout(() => viewer.watch(undefined), LINGER_MS);
}

function watch() {
  // What is shown is of the past until the next picture comes.
  if (viewer.camera !== chosen) showState('connecting', 'Connecting …');
  viewer.watch(chosen);
}

function pause(isWanted) {
  isPaused = isWanted;
  $('camera-pause').textContent = isPaused ? 'Resume' : 'Pause';
  if (isPaused) showState('paused', 'Paused');
  follow();
}

$('camera-name').addEventListener('change', () => {
  choose($('camera-name').value);
  viewer.level = wantedLevel();
  // Whoever chooses a camera wants to see it.
  pause(false);
});
$('camera-level').addEventListener('change', () => {
  viewer.level = wantedLevel();
});
$('camera-pause').addEventListener('click', () => pause(!isPaused));

$('camera-full').hidden = !document.fullscreenEnabled;
$('camera-full').addEventListener('click', () => {
  // A browser that refuses has told the person itself.
  void $('camera-frame')
    .requestFullscreen()
    .catch(() => {});
});

document.addEventListener('visibilitychange', follow);
new IntersectionObserver((entries) => {
  isInView = entries.at(-1).isIntersecting;
  follow();
}).observe($('camera-frame'));
