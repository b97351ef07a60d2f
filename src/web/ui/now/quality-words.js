// Quick Sync's figures and codes, in words.

import { counted, fill, number, words } from '../language.js';
import { holdWords, reasonWords } from './reason-words.js';
import { WORDS } from './words.js';

const t = words(WORDS);

export const LEVELS = ['auto', 'low', 'medium', 'high', 'ultra', 'lossless'];

/** Of the bitrates of the ladder, kbit/s. */
const LEVEL_OF_KBPS = { 64: t.low, 128: t.medium, 256: t.high, 320: t.ultra };
/** What the levels come to unless the station says otherwise. */
const KBPS_OF_LEVEL = { low: 64, medium: 128, high: 256, ultra: 320 };

export const NETWORK_WORDS = { excellent: t.excellent, good: t.good, fair: t.fair, poor: t.poor };
export const SYSTEM_WORDS = { low_load: t.lowLoad, moderate_load: t.moderateLoad, high_load: t.highLoad };
const ABOUT = {
  low: t.aboutLow,
  medium: t.aboutMedium,
  high: t.aboutHigh,
  ultra: t.aboutUltra,
  lossless: t.aboutLossless,
};

/** `High`, of the name of a level. */
export function levelName(level) {
  return LEVELS.includes(level) ? t[level] : level;
}

/** What a level is for. */
export function aboutLevel(level) {
  return ABOUT[level] ?? '';
}

/** `High, 256 kbit/s`: a mode as it stands to be chosen. @param presets what the levels come to */
export function modeChoice(mode, presets) {
  if (mode === 'lossless') return `${t.lossless}, FLAC`;
  const kbps = presets[mode] || KBPS_OF_LEVEL[mode];
  return kbps === undefined ? levelName(mode) : `${levelName(mode)}, ${kbps} kbit/s`;
}

/** `High, 256 kbit/s`, of the name of a rung: `mp3@256`. */
export function rungWords(rung) {
  const [codec, rate] = rung.split('@');
  if (rate === 'lossless') return `${t.lossless}, FLAC`;
  const other = codec === 'mp3' ? '' : `, ${codec === 'opus' ? 'Opus' : codec.toUpperCase()}`;
  if (rate === '32') return `${t.lowest}${other}`;
  return `${LEVEL_OF_KBPS[rate] ?? codec.toUpperCase()}, ${rate} kbit/s${other}`;
}

/** `High, 256 kbit/s`, of what the status recommends. */
export function levelWords({ level, bitrate }) {
  if (level === 'lossless') return `${t.lossless}, FLAC`;
  return `${levelName(level)}, ${bitrate} kbit/s`;
}

/** `Auto · High, 256 kbit/s`: what is chosen, and what that comes to. */
export function modeWords(mode, text) {
  return mode === 'auto' ? `${t.auto} · ${text}` : text;
}

/** What the server says of the bitrate that is heard has a code of its own. */
const HEARD = 'heard-';

/** Why that is heard, of the reasons of the details; without the bitrate, which stands beside it. */
export function heardWhy(reasons, hold) {
  const heard = reasons.find(({ code }) => code.startsWith(HEARD));
  if (heard === undefined) return '';
  const why = reasonWords(heard).replace(/^You hear (\d+ kbit\/s|FLAC)\. /, '');
  return [why, hold && holdWords(hold)].filter(Boolean).join(' ');
}

/** Why that is recommended. */
export function decisionWhy(reasons) {
  return reasons.filter(({ code }) => !code.startsWith(HEARD)).map(reasonWords);
}

/** `3.1`, `17`: as exact as anybody needs. */
export function mbpsFigure(mbps) {
  const rounded = mbps >= 10 ? Math.round(mbps) : Math.round(mbps * 10) / 10 || Math.round(mbps * 100) / 100;
  return number(rounded, { maximumFractionDigits: 2 });
}

export function mbpsWords(mbps) {
  return fill(t.mbps, { n: mbpsFigure(mbps) });
}

/** Where the figure of the link comes from (`link` of the details). */
export function sourceWords({ source, age_seconds: age, lower_bound: isAtLeast }) {
  if (source === 'test') return fill(t.measured, { ago: agoWords(age) });
  if (source === 'stream') return fill(isAtLeast ? t.seenAtLeast : t.seen, { ago: agoWords(age) });
  return t.assumed;
}

export function agoWords(seconds) {
  if (seconds === undefined || seconds === null || seconds < 45) return t.justNow;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return counted(t.minutesAgo, Math.max(1, minutes));
  const hours = Math.round(minutes / 60);
  return hours < 48 ? counted(t.hoursAgo, hours) : counted(t.daysAgo, Math.round(hours / 24));
}

/** A sentence of parts that stand on their own. */
export function sentenceOf(parts) {
  const text = parts.filter(Boolean).join(' · ');
  return text === '' ? '' : `${text[0].toUpperCase()}${text.slice(1)}.`;
}
