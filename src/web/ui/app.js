// The page of a station: plays the first mount and shows what /api/status says (its fields: ../answers.ts).

/** No sound for this long while it should play: the connection is made anew. */
const STALL_MS = 8_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 15_000;
/** The lower end of the level meter, dBFS. */
const FLOOR_DB = -60;

const $ = (id) => document.getElementById(id);
const audio = new Audio();
audio.preload = 'none';

/** The path that is played; the server's own name for it arrives with the first status. */
let mountPath = '/stream';
let status;

/** Screen readers speak a live region whenever it is written to, changed or not. */
function show(id, text) {
  const element = $(id);
  if (element.textContent !== text) element.textContent = text;
}

function showIfAny(id, text) {
  $(id).hidden = text === '';
  show(id, text);
}

/** The URL of the mount with an extension, in the quality that is chosen; lossless is FLAC's alone. */
function streamUrl(extension = '') {
  const quality = $('quality').value;
  const isLossless = quality === 'lossless';
  const fits =
    quality !== 'auto' && extension !== '.flac' && !(isLossless && ['.mp3', '.aac', '.opus'].includes(extension));
  return new URL(`${mountPath}${extension}${fits ? `?quality=${quality}` : ''}`, location.href);
}

/* Player. It is wanted or not; while it is wanted, whatever goes wrong ends in another try. */

let isWanted = false;
let failures = 0;
let retryTimer;
let watchTimer;
let progressMs = 0;
let lastTime = 0;

function play() {
  isWanted = true;
  failures = 0;
  showWanted();
  connect();
}

/** Ends the connection, too: a paused element would go on loading, and later play what is long past. */
function stop(text = 'Stopped', tone = '') {
  isWanted = false;
  disconnect();
  showWanted();
  showState(text, tone);
}

function connect() {
  disconnect();
  showState(failures === 0 ? 'Connecting…' : 'Connecting again…');
  // A URL that was never used before: nothing that the browser still holds of the stream is played again.
  const url = streamUrl(audio.canPlayType('audio/mpeg') === '' ? '.opus' : '');
  url.searchParams.set('at', Date.now().toString(36));
  audio.src = url.href;
  progressMs = performance.now();
  lastTime = 0;
  watchTimer = setInterval(watch, 1_000);
  audio.play().catch((error) => {
    // What fails to load comes as an error event; what is replaced by the next try is of no interest.
    if (error.name === 'NotAllowedError') stop('The browser wants to be asked once more: press play again.', 'bad');
  });
}

function disconnect() {
  clearInterval(watchTimer);
  clearTimeout(retryTimer);
  retryTimer = undefined;
  if (!audio.hasAttribute('src')) return;
  audio.removeAttribute('src');
  audio.load();
}

function retry(why) {
  if (!isWanted || retryTimer !== undefined) return;
  disconnect();
  const waitMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** failures) * (0.75 + Math.random() / 2);
  failures += 1;
  retryTimer = setTimeout(connect, waitMs);
  showState(`${why} Trying again in ${Math.max(1, Math.round(waitMs / 1000))} s.`, 'bad');
}

function watch() {
  if (audio.currentTime !== lastTime) {
    lastTime = audio.currentTime;
    progressMs = performance.now();
    // It has worked for a while: the next failure is a first one again.
    if (lastTime > 10) failures = 0;
  } else if (performance.now() - progressMs > STALL_MS) {
    retry('No sound is coming.');
  }
}

/** The element only knows that it failed; the server has a sentence for it. */
async function refused() {
  const { src } = audio;
  const controller = new AbortController();
  try {
    const response = await fetch(src, { signal: controller.signal });
    const reason = response.ok ? 'The stream was interrupted.' : (await response.text()).split('\n')[0].slice(0, 200);
    if (audio.src === src) retry(reason);
  } catch {
    if (audio.src === src) retry('The server does not answer.');
  } finally {
    controller.abort();
  }
}

audio.addEventListener('playing', () => {
  showState('Playing', 'good');
  tellSession();
});
audio.addEventListener('waiting', () => isWanted && showState('Waiting for sound…'));
audio.addEventListener('stalled', () => isWanted && showState('Waiting for sound…'));
audio.addEventListener('ended', () => retry('The server has ended the stream.'));
audio.addEventListener('error', () => {
  if (isWanted && audio.hasAttribute('src')) void refused();
});
// A phone call, headphones pulled out, a key of the keyboard: to go on from here would be to play the past.
audio.addEventListener('pause', () => isWanted && !audio.ended && audio.hasAttribute('src') && stop());
window.addEventListener('online', () => {
  if (!isWanted || retryTimer === undefined) return;
  failures = 0;
  connect();
});

function showWanted() {
  const button = $('play');
  button.dataset.wanted = String(isWanted);
  button.setAttribute('aria-label', isWanted ? 'Stop' : 'Play');
  if ('mediaSession' in navigator) navigator.mediaSession.playbackState = isWanted ? 'playing' : 'none';
}

function showState(text, tone = '') {
  show('state', text);
  $('state').dataset.tone = tone;
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
  showLevel(source?.level ?? null);
  const { listeners } = status;
  const count = `${listeners} ${listeners === 1 ? 'listener' : 'listeners'}`;
  show('facts', `${count} · up ${status.uptime_formatted} · Pipit ${status.version}, profile ${status.profile}`);
  const path = status.mounts[0]?.path ?? mountPath;
  if (path !== mountPath) {
    mountPath = path;
    showLinks();
    if (isWanted) connect();
  }
}

function activeSource() {
  const name = status.mounts[0]?.active_source;
  return status.sources.find((source) => source.name === name);
}

/** Says plainly when something else is heard than what the station is for, why, and what to do. */
function showNotice(air, active) {
  $('notice').hidden = air === 'live';
  if (air === 'live') return;
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
  field.value = streamUrl(extension).href;
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
    if (isWanted && (before?.title !== status.metadata.title || before?.artist !== status.metadata.artist))
      tellSession();
  } catch {
    show('air', 'Connection lost');
    $('air').dataset.air = 'lost';
    showLevel(null);
  }
  isPolling = false;
  const isSeen = document.visibilityState === 'visible';
  // A page in the background that plays still tells the lock screen its titles.
  if (isSeen || isWanted)
    pollTimer = setTimeout(poll, isSeen ? (status && activeSource()?.level ? 1_000 : 2_000) : 15_000);
}

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void poll();
  else if (!isWanted) clearTimeout(pollTimer);
});

$('play').addEventListener('click', () => (isWanted ? stop() : play()));
$('quality').addEventListener('change', () => {
  showLinks();
  if (isWanted) play();
});
if ('mediaSession' in navigator) {
  for (const action of ['play', 'pause', 'stop']) {
    navigator.mediaSession.setActionHandler(action, () => (action === 'play' ? play() : stop()));
  }
}

showLinks();
showLevel(null);
void poll();
