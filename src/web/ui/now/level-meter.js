import { html, useEffect, useRef, useState } from '../html.js';
import { fill, number, words } from '../language.js';
import { live } from '../live.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/** The lower end of the meter, dBFS. */
const FLOOR_DB = -60;
/** What stands for digital silence. */
const SILENCE_DB = -120;
/** A peak stays for so long, then falls. */
const HOLD_MS = 1_500;
const FALL_DB_PER_S = 20;
/** Words change slower than bars: nobody reads as fast, and screen readers less so. */
const WORDS_MS = 1_000;
const CALM = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * How loud a source is, from the live socket ten times a second, else from the status. The bars are moved without
 * drawing anything anew. @param source of the status; undefined: there is none
 */
export function LevelMeter({ source }) {
  const meters = useRef();
  const showFromStatus = useRef();
  const [told, setTold] = useState(null);
  const name = source?.name;
  const level = readingOf(source);
  const channels = Math.max(1, told?.rms.length ?? 0);

  useEffect(() => {
    let wordsMs = 0;
    let newest = null;
    let holds = [];
    let timer;
    const show = (reading) => {
      // What was on its way when the view was left.
      if (meters.current === null) return;
      newest = reading;
      const now = performance.now();
      holds = heldPeaks(holds, reading?.peak ?? [], now);
      if (!CALM.matches) move(meters.current, reading, holds);
      if (now - wordsMs < WORDS_MS && timer === undefined) timer = setTimeout(tellWords, WORDS_MS - (now - wordsMs));
      if (now - wordsMs >= WORDS_MS) tellWords();
    };
    const tellWords = () => {
      clearTimeout(timer);
      timer = undefined;
      wordsMs = performance.now();
      if (CALM.matches) move(meters.current, newest, holds);
      setTold(newest);
    };
    const unwatch = live.watch('levels', (data) => show(data[name] ?? null));
    showFromStatus.current = (reading) => !live.isOpen.value && show(reading);
    return () => {
      unwatch();
      clearTimeout(timer);
    };
  }, [name]);

  // What the status says counts while there is no socket.
  useEffect(() => {
    showFromStatus.current?.(level);
  }, [source?.level]);

  return html`<div class="levels">
    <div class="row"><span>${t.level}</span> <span id="level-text" class="figure">${levelWords(told, source)}</span></div>
    <div id="meters" ref=${meters}>
      ${Array.from({ length: channels }, (_, channel) => html`<${Meter} key=${channel} level=${told} channel=${channel} channels=${channels} />`)}
    </div>
    <div class="scale" aria-hidden="true"><span>−60</span><span>−40</span><span>−20</span><span>0 dB</span></div>
  </div>`;
}

function Meter({ level, channel, channels }) {
  const db = level?.rms[channel] ?? SILENCE_DB;
  const label = channels === 2 ? [t.levelLeft, t.levelRight][channel] : t.level;
  return html`<div class="meter" role="meter" aria-label=${label} aria-valuemin=${FLOOR_DB} aria-valuemax="0"
    aria-valuenow=${Math.round(Math.max(FLOOR_DB, db))}
    aria-valuetext=${level === null ? t.levelNone : fill(t.decibels, { n: Math.round(db) })}>
    <div class="cover"></div>
    <div class="peak"></div>
  </div>`;
}

/** As the live socket tells it; null: there is no sound. */
function readingOf(source) {
  return source?.level ? { rms: source.level.rmsDb, peak: source.level.peakDb } : null;
}

function levelWords(level, source) {
  if (level === null) return source === undefined ? t.levelNone : t.noLevel;
  const loudest = Math.max(SILENCE_DB, ...level.peak);
  const figure = loudest <= SILENCE_DB + 1 ? t.digitalSilence : fill(t.peak, { n: decibels(loudest) });
  return `${figure}${source?.level?.silent ? ` · ${t.levelSilent}` : ''}`;
}

function decibels(db) {
  return number(db, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).replace('-', '−');
}

/** The peaks to show: the highest of late, which fall after a while. */
function heldPeaks(before, peaks, nowMs) {
  return peaks.map((db, channel) => {
    const held = before[channel];
    if (held === undefined || db >= held.db) return { db, fromMs: nowMs };
    const fallen = held.db - (Math.max(0, nowMs - held.fromMs - HOLD_MS) / 1000) * FALL_DB_PER_S;
    return fallen > db ? { db: fallen, fromMs: Math.max(held.fromMs, nowMs - HOLD_MS) } : { db, fromMs: nowMs };
  });
}

function move(meters, level, holds) {
  [...meters.children].forEach((meter, channel) => {
    const peak = holds[channel]?.db ?? SILENCE_DB;
    meter.style.setProperty('--rms', `${portion(level?.rms[channel] ?? SILENCE_DB)}%`);
    meter.style.setProperty('--peak', peak <= FLOOR_DB ? '-2%' : `${portion(peak)}%`);
  });
}

/** Where a level stands on the meter, 0 to 100. */
function portion(db) {
  return Math.round(Math.max(0, Math.min(1, 1 - db / FLOOR_DB)) * 1000) / 10;
}
