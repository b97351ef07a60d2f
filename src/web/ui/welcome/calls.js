// Calls of the API that the first visit needs and no other view: one function each.

import { call } from '../api.js';

/** The station listens to a device for half a minute at most. */
const LISTEN_MS = 45_000;

/** A picture that the camera makes now; `wish`: { device } or { type, index }, as the list of devices has them. */
export const seeCamera = (wish, signal) =>
  call('POST', '/api/devices/preview', { body: { kind: 'camera', ...wish }, as: 'blob', timeoutMs: 30_000, signal });
/** Listens to a source for some seconds and says what is good and bad about its sound. */
export const checkSound = (source, seconds) =>
  call('POST', '/api/sound-check', { body: { source, seconds }, timeoutMs: (seconds + 15) * 1_000 });

/**
 * What a sound card hears before it is chosen: calls `onLine` with each line of the station until it is over.
 * @param signal ends it
 */
export async function hearDevice(device, onLine, signal) {
  const wish = { body: { kind: 'sound', device }, as: 'response', timeoutMs: LISTEN_MS, signal };
  const { body } = await call('POST', '/api/devices/preview', wish);
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = `${held}${value}`.split('\n');
    held = lines.pop();
    for (const line of lines) onLine(JSON.parse(line));
  }
}
