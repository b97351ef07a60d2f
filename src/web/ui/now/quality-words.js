// Quick Sync's figures and codes, in words.

export const LEVEL_NAMES = {
  auto: 'Auto',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  ultra: 'Ultra',
  lossless: 'Lossless',
};

/** Of the bitrates of the ladder, kbit/s. */
const LEVEL_OF_KBPS = { 64: 'Low', 128: 'Medium', 256: 'High', 320: 'Ultra' };

export const NETWORK_WORDS = { excellent: 'Excellent', good: 'Good', fair: 'Fair', poor: 'Poor' };

export const SYSTEM_WORDS = { low_load: 'Light load', moderate_load: 'Moderate load', high_load: 'High load' };

/** `High, 256 kbit/s`, of the name of a rung: `mp3@256`. */
export function rungWords(rung) {
  const [codec, rate] = rung.split('@');
  if (rate === 'lossless') return 'Lossless, FLAC';
  const other = codec === 'mp3' ? '' : `, ${codec === 'opus' ? 'Opus' : codec.toUpperCase()}`;
  if (rate === '32') return `Lowest, 32 kbit/s mono${other}`;
  return `${LEVEL_OF_KBPS[rate] ?? codec.toUpperCase()}, ${rate} kbit/s${other}`;
}

/** `High, 256 kbit/s`, of what the status recommends. */
export function levelWords({ level, bitrate }) {
  if (level === 'lossless') return 'Lossless, FLAC';
  return `${LEVEL_NAMES[level] ?? level}, ${bitrate} kbit/s`;
}

/** `Auto · High, 256 kbit/s`: what is chosen, and what that comes to. */
export function modeWords(mode, words) {
  return mode === 'auto' ? `Auto · ${words}` : words;
}

/** What the server says of the bitrate that is heard has a code of its own. */
const HEARD = 'heard-';

/** Why that is heard, of the reasons of the details; without the bitrate, which stands beside it. */
export function heardWhy(reasons) {
  const heard = reasons.find(({ code }) => code.startsWith(HEARD));
  return heard?.sentence.replace(/^You hear \d+ kbit\/s\. /, '') ?? '';
}

/** Why that is recommended. */
export function decisionWhy(reasons) {
  return reasons.filter(({ code }) => !code.startsWith(HEARD)).map(({ sentence }) => sentence);
}

/** `3.1`, `17`: as exact as anybody needs. */
export function mbpsFigure(mbps) {
  return mbps >= 10 ? String(Math.round(mbps)) : String(Math.round(mbps * 10) / 10 || Math.round(mbps * 100) / 100);
}

/** Where the figure of the link comes from (`link` of the details). */
export function sourceWords({ source, age_seconds: age, lower_bound: isAtLeast }) {
  if (source === 'test') return `measured ${agoWords(age)}`;
  if (source === 'stream') return `seen while listening, ${isAtLeast ? 'at least so much, ' : ''}${agoWords(age)}`;
  return 'assumed: nothing is known of your connection yet';
}

export function agoWords(seconds) {
  if (seconds === undefined || seconds === null || seconds < 45) return 'just now';
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${Math.max(1, minutes)} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`;
}

/** `10 s`, `4.5 s`. */
export function secondsFigure(seconds) {
  return `${Math.round(seconds * 10) / 10} s`;
}
