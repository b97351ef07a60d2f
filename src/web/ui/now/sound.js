// What the page plays: one player for all views, in an element of the document, so that a phone goes on with it in the dark.

import { station } from '../station.js';
import { Store } from '../store.js';
import { followMediaSession } from './media-session.js';
import { Player } from './player.js';
import { follow, followQuality, noteSound, planNow } from './quality-state.js';

const FIRST_MOUNT = '/stream';
/** The only ones that are compressed without loss have no other quality. */
const LOSSY = ['.mp3', '.aac', '.opus'];

/** What the player does (see Player), and whether it is wanted. */
export const playing = new Store({ code: 'stopped', tone: '', isWanted: false });
/** The path of the mount that is played. */
export const mountPath = new Store(FIRST_MOUNT);

const audio = document.createElement('audio');
audio.id = 'sound';
audio.setAttribute('playsinline', '');
document.body.append(audio);

const player = new Player(audio, connectionPlan, (state) => {
  playing.set({ ...state, isWanted: player.isWanted });
  follow();
  if (state.tone === 'good') noteSound();
});

/** Plays what is live now, or stops. */
export function toggle() {
  if (player.isWanted) player.stop();
  else player.play();
}

export function stop() {
  player.stop();
}

/** Listens to another mount, at once when it plays. */
export function chooseMount(path) {
  if (path === mountPath.value) return;
  mountPath.set(path);
  if (player.isWanted) player.play();
}

/** The URL of the mount with an extension, for other players: in the mode that is chosen; lossless is FLAC's alone. */
export function linkUrl(path, extension, mode) {
  const isOther = mode === 'auto' || extension === '.flac' || (mode === 'lossless' && LOSSY.includes(extension));
  return new URL(`${path}${extension}${isOther ? '' : `?quality=${mode}`}`, location.href);
}

/** Begins to follow what decides how it plays. */
export function startSound() {
  followQuality(player, () => player.isWanted && player.play());
  followMediaSession({ play: () => player.play(), stop: () => player.stop() }, playing, mountPath);
  station.watch(({ status }) => {
    const paths = status?.mounts.map(({ path }) => path) ?? [];
    if (paths.length > 0 && !paths.includes(mountPath.value)) chooseMount(paths[0]);
  });
}

/** What the page's own player connects to, and how. */
function connectionPlan() {
  const { extension, quality: named, burst, ...inHand } = planNow();
  const url = new URL(`${mountPath.value}${extension}`, location.href);
  if (named !== undefined) url.searchParams.set('quality', named);
  if (burst !== undefined) url.searchParams.set('burst', burst);
  return { url, ...inHand };
}
