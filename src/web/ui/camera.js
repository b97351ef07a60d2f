// The camera's part of the page: which camera, how it is shown, what is told of it, and muting.

import { Viewer } from './viewer.js';

const $ = (id) => document.getElementById(id);

/** Figures change many times a second, and nobody reads as fast. */
const FIGURES_MS = 500;

let cameras = [];
let chosen;
let isInView = false;
let isPaused = false;
let shownAt = 0;

const viewer = new Viewer($('picture'), $('picture-stream'), ({ state, header, fps }) => {
  if (state === 'lost') {
    $('camera-state').textContent = 'Connection lost, trying again …';
    return;
  }
  if (header !== undefined) {
    $('picture').dataset.sequence = String(header.sequence);
    $('picture').dataset.level = String(header.level);
  }
  const now = performance.now();
  if (now - shownAt < FIGURES_MS) return;
  shownAt = now;
  $('camera-state').textContent = figures(header, fps);
});

function figures(header, fps) {
  if (header === undefined) return 'Live';
  // A picture without a number is no picture of the camera.
  if (header.sequence === 0) return 'No signal';
  const parts = [`${header.width} × ${header.height}`, `quality ${header.level}`, `${Math.round(fps)} a second`];
  return [...parts, `${Math.round(header.ageMs)} ms old`].join(' · ');
}

/** Takes what /api/status says of cameras. */
export function showCameras(status) {
  cameras = status.cameras;
  $('camera').hidden = cameras.length === 0;
  if (cameras.length === 0) return;
  const names = cameras.map(({ name }) => name);
  const select = $('camera-name');
  if (names.join() !== [...select.options].map(({ value }) => value).join()) {
    select.replaceChildren(...names.map((name) => new Option(name, name)));
    if (names.includes(chosen)) select.value = chosen;
    chosen = select.value;
    showLinks();
  }
  select.hidden = cameras.length < 2;
  showNotice(cameras.find(({ name }) => name === chosen));
  for (const device of ['camera', 'microphone']) showMute(device, status.privacy[device]);
  follow();
}

/** What the person beside the box should know and do. */
function showNotice(camera) {
  const isBad = camera !== undefined && camera.error !== null && !camera.has_signal && !camera.muted;
  $('camera-notice').hidden = !isBad;
  if (!isBad) return;
  $('camera-notice-what').textContent = `${camera.error.message.replace(/\.$/, '')}.`;
  $('camera-notice-remedy').textContent = camera.error.remedy;
}

/** Connected only while somebody can see it. */
function follow() {
  const isSeen = isInView && document.visibilityState === 'visible' && !isPaused;
  viewer.watch(isSeen ? chosen : undefined);
}

function showLinks() {
  const base = cameras[0]?.name === chosen ? '/camera' : `/camera/${encodeURIComponent(chosen)}`;
  for (const [id, extension] of [
    ['camera-stream-link', 'mjpg'],
    ['camera-still-link', 'jpg'],
  ]) {
    $(id).href = `${base}.${extension}`;
  }
}

function showMute(device, isMuted) {
  const button = $(`mute-${device}`);
  button.setAttribute('aria-pressed', String(isMuted));
  button.textContent = `${device === 'camera' ? 'Camera' : 'Microphone'} ${isMuted ? 'is muted' : 'is on'}`;
}

async function toggleMute(device) {
  const button = $(`mute-${device}`);
  const wanted = button.getAttribute('aria-pressed') !== 'true';
  button.disabled = true;
  try {
    // The browser itself asks for the password.
    const response = await fetch('/api/privacy', {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ [device]: wanted }),
    });
    const answer = await response.json();
    if (response.ok) for (const name of ['camera', 'microphone']) showMute(name, answer[name]);
    $('privacy-answer').textContent = response.ok ? '' : answer.error;
  } catch {
    $('privacy-answer').textContent = 'Pipit did not answer.';
  }
  button.disabled = false;
}

$('camera-name').addEventListener('change', () => {
  chosen = $('camera-name').value;
  showLinks();
  follow();
});
$('camera-level').addEventListener('change', () => {
  const { value } = $('camera-level');
  viewer.level = value === 'auto' ? value : Number(value);
});
$('camera-pause').addEventListener('click', () => {
  isPaused = !isPaused;
  $('camera-pause').textContent = isPaused ? 'Resume' : 'Pause';
  $('camera-pause').setAttribute('aria-pressed', String(isPaused));
  if (isPaused) $('camera-state').textContent = 'Paused';
  follow();
});
$('camera-full').addEventListener('click', () => void $('camera-frame').requestFullscreen?.());
for (const device of ['camera', 'microphone']) {
  $(`mute-${device}`).addEventListener('click', () => void toggleMute(device));
}
document.addEventListener('visibilitychange', follow);
new IntersectionObserver((entries) => {
  isInView = entries.some(({ isIntersecting }) => isIntersecting);
  follow();
}).observe($('camera-frame'));
