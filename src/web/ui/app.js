// The page of a station: plays the first mount and shows what /api/status says (its fields: ../answers.ts).

import { showCameras } from './camera.js';
import { Player } from './player.js';
import { showPrivacy } from './privacy.js';
import { chosenMode, follow, followQuality, noteSound, planNow } from './quality.js';
import { $, show, showIfAny } from './show.js';

/** The lower end of the level meter, dBFS. */
const FLOOR_DB = -60;

/** The path that is played; the server's own name for it arrives with the first status. */
let mountPath = '/stream';
let status;

/** The URL of the mount with an extension, for other players: in the mode that is chosen; lossless is FLAC's alone. */
function linkUrl(extension) {
  const mode = chosenMode();
  const isLossless = mode === 'lossless';
  const fits =
    mode !== 'auto' && extension !== '.flac' && !(isLossless && ['.mp3', '.aac', '.opus'].includes(extension));
  return new URL(`${mountPath}${extension}${fits ? `?quality=${mode}` : ''}`, location.href);
}

/** What the page's own player connects to, and how. */
function connectionPlan() {
  const { extension, quality, burst, ...inHand } = planNow();
  const url = new URL(`${mountPath}${extension}`, location.href);
  if (quality !== undefined) url.searchParams.set('quality', quality);
  if (burst !== undefined) url.searchParams.set('burst', burst);
  return { url, ...inHand };
}

const player = new Player(new Audio(), connectionPlan, showPlayer);

function showPlayer(text, tone) {
  show('state', text);
  $('state').dataset.tone = tone;
  const { isWanted } = player;
  $('play').dataset.wanted = String(isWanted);
  $('play').setAttribute('aria-label', isWanted ? 'Stop' : 'Play');
  follow();
  if (tone === 'good') noteSound();
  if (!('mediaSession' in navigator)) return;
  navigator.mediaSession.playbackState = isWanted ? 'playing' : 'none';
  if (isWanted) tellSession();
}

/** What the lock screen and the keys of a headset see. */
function tellSession() {
  if (!('mediaSession' in navigator) || status === undefined) return;
  const { title, artist } = status.metadata;
  navigator.mediaSession.metadata = new MediaMetadata({
    title: title || status.station_name,
    artist: artist || (title === '' ? status.station_description : status.station_name),
    album: status.station_name,
    artwork: [{ src: '/ui/icon.svg', sizes: 'any', type: 'image/svg+xml' }],
  });
}

/* Status */

const AIR = { live: 'On air', fallback: 'Fallback', offline: 'Off air' };

function showStatus() {
  const { station_name: name, metadata, source_status: air } = status;
  document.title = metadata.title === '' ? name : `${metadata.title} · ${name}`;
  show('station', name);
  showIfAny('description', [status.station_description, status.station_genre].filter(Boolean).join(' · '));
  show('air', AIR[air] ?? air);
  $('air').dataset.air = air;
  const source = activeSource();
  show('title', metadata.title || (source === undefined ? 'Nothing is on the air' : `Live from ${name}`));
  showIfAny('artist', metadata.artist);
  showNotice(air, source);
  showCameras(status.cameras);
  showPrivacy(status);
  showLevel(source?.level ?? null);
  const { listeners } = status;
  const count = `${listeners} ${listeners === 1 ? 'listener' : 'listeners'}`;
  show('facts', `${count} · up ${status.uptime_formatted} · Pipit ${status.version}, profile ${status.profile}`);
  const path = status.mounts[0]?.path ?? mountPath;
  if (path !== mountPath) {
    mountPath = path;
    showLinks();
    if (player.isWanted) player.play();
  }
}

function activeSource() {
  const name = status.mounts[0]?.active_source;
  return status.sources.find((source) => source.name === name);
}

/** Says plainly when something else is heard than what the station is for, why, and what to do. */
function showNotice(air, active) {
  const isMuted = status.privacy.microphone && ['alsa', 'exec'].includes(active?.type);
  $('notice').hidden = air === 'live' && !isMuted;
  if (isMuted) {
    show('notice-what', 'You hear silence: the microphone is muted.');
    showIfAny('notice-why', '');
    showIfAny('notice-remedy', 'It can be turned on again under Privacy.');
  }
  if (air === 'live' || isMuted) return;
  const chain = (status.mounts[0]?.chain ?? []).map((name) => status.sources.find((source) => source.name === name));
  // A place for a source client that nobody has taken is no fault; the first other one is the station's own.
  const own = chain.find((source) => source !== undefined && source.type !== 'client') ?? chain[0];
  const what = own?.type === 'alsa' ? 'the microphone' : `the source “${own?.name ?? '?'}”`;
  const missing =
    own?.error?.code === 'capture.no-device' && own.type === 'alsa' ? 'no microphone was found' : undefined;
  const because = missing ?? `${what} is not there`;
  const heard = { demo: "Pipit's built-in recording", silence: 'silence', test: 'a test tone' };
  const instead = heard[active?.type] ?? `“${active?.name}”`;
  show('notice-what', active ? `You hear ${instead}, because ${because}.` : `There is no sound: ${because}.`);
  const why = own?.error?.message ?? own?.detail ?? '';
  showIfAny('notice-why', why && `${own.name}: ${why}${/[.!?]$/.test(why) ? '' : '.'}`);
  showIfAny('notice-remedy', (own?.error?.remedy ?? '').replace(/`([^`]*)`/g, '“$1”'));
}

const CHANNELS = ['left', 'right'];

function showLevel(level) {
  const rms = level?.rmsDb ?? [];
  const meters = $('meters');
  while (meters.children.length > Math.max(1, rms.length)) meters.lastChild.remove();
  while (meters.children.length < Math.max(1, rms.length)) meters.append(newMeter());
  [...meters.children].forEach((meter, channel) => {
    const db = rms[channel] ?? -120;
    const peak = level?.peakDb[channel] ?? -120;
    meter.style.setProperty('--rms', `${portion(db)}%`);
    meter.style.setProperty('--peak', peak <= FLOOR_DB ? '-2%' : `${portion(peak)}%`);
    meter.setAttribute('aria-label', rms.length === 2 ? `Level ${CHANNELS[channel]}` : 'Level');
    meter.setAttribute('aria-valuenow', String(Math.round(Math.max(FLOOR_DB, db))));
    meter.setAttribute('aria-valuetext', level === null ? 'no sound' : `${Math.round(db)} decibels`);
  });
  const loudest = Math.max(-120, ...(level?.peakDb ?? []));
  const figure = loudest <= -119 ? 'digital silence' : `peak ${loudest.toFixed(1).replace('-', '−')} dBFS`;
  show('level-text', level === null ? 'no sound' : `${figure}${level.silent ? ' · silent' : ''}`);
}

function newMeter() {
  const meter = document.createElement('div');
  meter.className = 'meter';
  meter.setAttribute('role', 'meter');
  meter.setAttribute('aria-valuemin', String(FLOOR_DB));
  meter.setAttribute('aria-valuemax', '0');
  for (const part of ['cover', 'peak']) {
    const element = document.createElement('div');
    element.className = part;
    meter.append(element);
  }
  return meter;
}

/** Where a level stands on the meter, 0 to 100. */
function portion(db) {
  return Math.round(Math.max(0, Math.min(1, 1 - db / FLOOR_DB)) * 1000) / 10;
}

/* Links */

const LINKS = [
  ['.mp3', 'MP3', 'plays everywhere'],
  ['.aac', 'AAC', 'phones, radios'],
  ['.opus', 'Opus', 'best at low bitrates'],
  ['.flac', 'FLAC', 'lossless'],
  ['.m3u', 'M3U', 'playlist file for radios and players'],
  ['.pls', 'PLS', 'the same, for older ones'],
];

function showLinks() {
  $('links').replaceChildren(...LINKS.map(([extension, name, note]) => newLink(extension, name, note)));
}

function newLink(extension, name, note) {
  const id = `link${extension.replace('.', '-')}`;
  const item = document.createElement('li');
  item.className = 'link';
  const label = document.createElement('label');
  label.htmlFor = id;
  const soft = document.createElement('span');
  soft.textContent = ` ${note}`;
  label.append(name, soft);
  const field = document.createElement('input');
  field.id = id;
  field.readOnly = true;
  field.value = linkUrl(extension).href;
  field.addEventListener('focus', () => field.select());
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', `Copy the ${name} link`);
  button.addEventListener('click', () => void copy(field, button, name));
  item.append(label, field, button);
  return item;
}

async function copy(field, button, name) {
  let isCopied = false;
  if (navigator.clipboard !== undefined) {
    isCopied = await navigator.clipboard.writeText(field.value).then(
      () => true,
      () => false,
    );
  }
  if (!isCopied) {
    // Browsers give the clipboard to HTTPS only, which an appliance on a LAN seldom has.
    field.select();
    isCopied = document.execCommand('copy');
    button.focus();
  }
  button.textContent = isCopied ? 'Copied' : 'Ctrl+C';
  show('copied', isCopied ? `The ${name} link is copied.` : 'The link is selected: copy it with the keyboard.');
  if (!isCopied) field.select();
  setTimeout(() => {
    button.textContent = 'Copy';
    show('copied', '');
  }, 2_000);
}

/* Polling: once a second while there is a level to follow, else every two; rarely when nobody looks. */

let pollTimer;
let isPolling = false;

async function poll() {
  if (isPolling) return;
  isPolling = true;
  clearTimeout(pollTimer);
  try {
    const response = await fetch('/api/status', { signal: AbortSignal.timeout(5_000), cache: 'no-store' });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const before = status?.metadata;
    status = await response.json();
    showStatus();
    if (player.isWanted && (before?.title !== status.metadata.title || before?.artist !== status.metadata.artist))
      tellSession();
  } catch {
    show('air', 'Connection lost');
    $('air').dataset.air = 'lost';
    showLevel(null);
  }
  isPolling = false;
  const isSeen = document.visibilityState === 'visible';
  // A page in the background that plays still tells the lock screen its titles.
  if (isSeen || player.isWanted)
    pollTimer = setTimeout(poll, isSeen ? (status && activeSource()?.level ? 1_000 : 2_000) : 15_000);
}

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void poll();
  else if (!player.isWanted) clearTimeout(pollTimer);
});

$('play').addEventListener('click', () => (player.isWanted ? player.stop() : player.play()));
followQuality(player, () => {
  showLinks();
  if (player.isWanted) player.play();
});
if ('mediaSession' in navigator) {
  for (const action of ['play', 'pause', 'stop']) {
    navigator.mediaSession.setActionHandler(action, () => (action === 'play' ? player.play() : player.stop()));
  }
}

showLinks();
showLevel(null);
void poll();
