// Calls of the API that only settings need: one function each.

import { call } from '../api.js';

/* Settings */

export const getSettings = () => call('GET', '/api/settings', { mayAsk: false });
export const putSettings = (changes) => call('PUT', '/api/settings', { body: { changes }, timeoutMs: 20_000 });
export const checkFile = (text) => call('POST', '/api/settings/check', { body: { text } });
/** What taking the last change back would do. */
export const checkUndo = () => call('POST', '/api/settings/check', { body: { undo: true } });
export const undoSettings = () => call('POST', '/api/settings/undo', { body: {}, timeoutMs: 20_000 });

/** The text of config.hcl, and the tag that says which text that is. */
export async function getFile() {
  const response = await call('GET', '/api/settings/file', { as: 'response' });
  return { text: await response.text(), tag: response.headers.get('ETag') };
}

/** @param tag of the text that was changed: another one meanwhile is not written over */
export const putFile = (text, tag) =>
  call('PUT', '/api/settings/file', {
    body: new Blob([text], { type: 'text/plain' }),
    headers: { 'If-Match': tag },
    timeoutMs: 20_000,
  });

/* Sources and cameras */

export const restartSource = (source) => call('POST', '/api/control/restart', { body: { source } });
export const restartCamera = (camera) => call('POST', '/api/control/restart', { body: { camera } });

/* MQTT */

export const getMqtt = () => call('GET', '/api/mqtt', { mayAsk: false });
export const testMqtt = (wish) => call('POST', '/api/mqtt/test', { body: wish, timeoutMs: 20_000 });

/* Access */

export const setPassword = (password, current) =>
  call('POST', '/api/access/password', { body: { password, current }, mayAsk: false, timeoutMs: 30_000 });
export const signOutEverywhere = () =>
  call('POST', '/api/access/logout', { body: { everywhere: true }, mayAsk: false });
export const getTokens = () => call('GET', '/api/access/tokens');
/** The answer has the secret, this once. */
export const makeToken = (name, scope) => call('POST', '/api/access/tokens', { body: { name, scope } });
export const removeToken = (id) => call('DELETE', `/api/access/tokens/${encodeURIComponent(id)}`);

/* Wi-Fi */

export const getWifi = () => call('GET', '/api/wifi');
export const getNetworks = () => call('GET', '/api/wifi/networks', { timeoutMs: 40_000 });
export const joinWifi = (ssid, password) => call('PUT', '/api/wifi', { body: { ssid, password }, timeoutMs: 90_000 });

/* The machine */

export const identify = () => call('POST', '/api/control/identify', { body: {} });
export const reboot = () => call('POST', '/api/control/reboot', { body: {} });
export const shutDown = () => call('POST', '/api/control/shut-down', { body: {} });
export const resetToFactory = () => call('POST', '/api/control/factory-reset', { body: { confirm: 'reset' } });

/* Backups */

/** The file, and what the station calls it. */
export async function getBackup() {
  const response = await call('GET', '/api/backup', { as: 'response', timeoutMs: 60_000 });
  const name = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1];
  return { blob: await response.blob(), name: name ?? 'pipit.pipit-backup.gz' };
}

export const restoreBackup = (file) => call('POST', '/api/restore', { body: file, timeoutMs: 60_000 });
export const undoRestore = () => call('POST', '/api/restore/undo', { body: {}, timeoutMs: 60_000 });

/* Devices */

export const getDevices = () => call('GET', '/api/devices', { timeoutMs: 20_000 });
/** What a camera sees, as a picture. @param wish `{ type, device }` or `{ type, index }` */
export const previewPicture = (wish) =>
  call('POST', '/api/devices/preview', { body: { kind: 'camera', ...wish }, as: 'blob', timeoutMs: 30_000 });
/** What a sound card hears: an answer that goes on, a line of JSON for each reading. Ends with `signal`. */
export const previewSound = (device, signal) =>
  call('POST', '/api/devices/preview', { body: { kind: 'sound', device }, as: 'response', timeoutMs: 600_000, signal });

export const getRelease = () => call('GET', '/api/release', { mayAsk: false });

/* Updates of the whole system */

/** So much at once: a slow network still brings it within the time a request may take. */
const PART_BYTES = 2 * 1024 * 1024;

export const getUpdate = () => call('GET', '/api/update', { mayAsk: false });
/** @param url undefined: the newest version */
export const installUpdate = (url) => call('POST', '/api/update', { body: { url } });

/** Sends a file in parts; with the last one it is installed. @param onPart told which part of the whole is there */
export async function sendUpdate(file, onPart) {
  let offset = 0;
  do {
    onPart(offset / file.size);
    const end = Math.min(offset + PART_BYTES, file.size);
    const headers = { 'Content-Range': `bytes ${offset}-${end - 1}/${file.size}` };
    const options = { body: file.slice(offset, end), headers, timeoutMs: 60_000 };
    const { received } = await call('PUT', '/api/update/file', options);
    offset = received;
  } while (offset < file.size);
}
