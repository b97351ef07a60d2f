import { html, useEffect, useRef, useState } from '../html.js';
import { fill, number } from '../language.js';
import { live } from '../live.js';
import { t } from './texts.js';

/** The lower end, dBFS. */
const FLOOR_DB = -60;
/** Words change slower than bars. */
const WORDS_MS = 1_000;

/** How loud a source is, as the live socket tells it. @param source its name */
export function SourceLevel({ source }) {
  const bar = useBar();
  useEffect(() => live.watch('levels', (levels) => bar.show(levels[source])), [source]);
  return html`<${Bar} bar=${bar} name=${source} />`;
}

/** What a bar shows; `show({ rms, peak })` moves it without drawing anything anew. */
export function useBar() {
  const meter = useRef();
  const [told, setTold] = useState();
  const pace = useRef({ toldMs: 0, timer: undefined, newest: undefined });
  useEffect(() => () => clearTimeout(pace.current.timer), []);
  const show = (reading) => {
    if (!meter.current) return;
    const { toldMs, timer } = pace.current;
    const rms = reading ? Math.max(...reading.rms) : undefined;
    const peak = reading ? Math.max(...reading.peak) : FLOOR_DB;
    meter.current.style.setProperty('--rms', `${portion(rms ?? FLOOR_DB)}%`);
    meter.current.style.setProperty('--peak', peak <= FLOOR_DB ? '-2%' : `${portion(peak)}%`);
    pace.current.newest = rms === undefined ? undefined : { rms, peak };
    // What does not change is not told again: the last reading must be put into words too.
    if (timer === undefined) pace.current.timer = setTimeout(tell, Math.max(0, toldMs + WORDS_MS - performance.now()));
  };
  const tell = () => {
    pace.current.timer = undefined;
    pace.current.toldMs = performance.now();
    setTold(pace.current.newest);
  };
  return { meter, told, show };
}

export function Bar({ bar: { meter, told }, name }) {
  const text = told === undefined ? t.noLevel : fill(t.level, { rms: decibels(told.rms), peak: decibels(told.peak) });
  return html`<div class="level">
    <div class="meter" ref=${meter} role="meter" aria-label=${fill(t.levelOf, { name })} aria-valuemin=${FLOOR_DB} aria-valuemax="0"
      aria-valuenow=${Math.round(Math.max(FLOOR_DB, told?.rms ?? FLOOR_DB))} aria-valuetext=${text}>
      <div class="cover"></div>
      <div class="peak"></div>
    </div>
    <p class="figure" aria-hidden="true">${text}</p>
  </div>`;
}

function decibels(db) {
  return number(Math.max(-120, db), { maximumFractionDigits: 0 }).replace('-', '−');
}

/** Where a level stands, 0 to 100. */
function portion(db) {
  return Math.round(Math.max(0, Math.min(1, 1 - db / FLOOR_DB)) * 1000) / 10;
}
