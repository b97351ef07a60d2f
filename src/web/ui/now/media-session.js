// What the lock screen and the keys of a headset see and do.

import { station } from '../station.js';

const { mediaSession } = navigator;
let shown = '';

/**
 * @param controls `play` and `stop`: to pause a live stream is to stop it
 * @param playing what the player does; `mountPath`: of what (stores)
 */
export function followMediaSession({ play, stop }, playing, mountPath) {
  if (mediaSession === undefined) return;
  for (const [action, handler] of [
    ['play', play],
    ['pause', stop],
    ['stop', stop],
  ]) {
    try {
      mediaSession.setActionHandler(action, handler);
    } catch {
      // Browsers may know less actions.
    }
  }
  const follow = () => tell(playing.value, mountPath.value);
  for (const store of [playing, mountPath, station]) store.watch(follow);
}

function tell({ isWanted, code }, path) {
  // Once it has played, the keys stay ours: they play again.
  const state = isWanted ? 'playing' : shown === '' ? 'none' : 'paused';
  if (mediaSession.playbackState !== state) mediaSession.playbackState = state;
  if (isWanted && code !== 'retrying') tellMetadata(path);
}

function tellMetadata(path) {
  const { status } = station.value;
  if (status === undefined) return;
  const { station_name: name, station_description: description } = status;
  const { title, artist } = status.mounts.find((mount) => mount.path === path)?.metadata ?? status.metadata;
  const told = { title: title || name, artist: artist || (title === '' ? description : name), album: name };
  const text = JSON.stringify(told);
  if (text === shown) return;
  shown = text;
  const artwork = [
    { src: new URL('../icon-512.png', import.meta.url).href, sizes: '512x512', type: 'image/png' },
    { src: new URL('../icon.svg', import.meta.url).href, sizes: 'any', type: 'image/svg+xml' },
  ];
  mediaSession.metadata = new MediaMetadata({ ...told, artwork });
  try {
    // It has no end and no place in it.
    mediaSession.setPositionState?.({ duration: Number.POSITIVE_INFINITY });
  } catch {
    // Some take no such duration: they show none.
  }
}
