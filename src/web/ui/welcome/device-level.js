import { html, useEffect, useRef, useState } from '../html.js';
import { fill, number, words } from '../language.js';
import { hearDevice } from './calls.js';
import { WORDS } from './words.js';

const t = words(WORDS);
/** The lower end of the meter, dBFS. */
const FLOOR_DB = -60;
/** Above it somebody has made a sound. */
const HEARD_DB = -40;
const WORDS_MS = 1_000;

/** How loud a device is that nobody has chosen yet, while it is listened to. @param onEnd it is over */
export function DeviceLevel({ device, name, onEnd }) {
  const meter = useRef();
  const [said, setSaid] = useState(t.opening);
  const [problem, setProblem] = useState('');

  useEffect(() => {
    const over = new AbortController();
    let saidMs = 0;
    const show = (line) => {
      if (over.signal.aborted) return;
      if (line.error !== undefined) setProblem(line.error);
      if (line.end !== undefined) onEnd();
      if (line.rms_db === undefined || meter.current === null) return;
      const rms = Math.max(FLOOR_DB, ...line.rms_db);
      const peak = Math.max(FLOOR_DB, ...line.peak_db);
      meter.current.style.setProperty('--rms', `${portion(rms)}%`);
      meter.current.style.setProperty('--peak', peak <= FLOOR_DB ? '-2%' : `${portion(peak)}%`);
      if (performance.now() - saidMs < WORDS_MS) return;
      saidMs = performance.now();
      meter.current.setAttribute('aria-valuenow', Math.round(rms));
      setSaid(peak > HEARD_DB ? fill(t.hears, { n: number(Math.round(peak)).replace('-', '−') }) : t.hearsNothing);
    };
    hearDevice(device, show, over.signal).catch((error) => !over.signal.aborted && setProblem(error.message));
    return () => over.abort();
  }, [device]);

  return html`<div class="device-level">
    <div class="meter" ref=${meter} role="meter" aria-label=${fill(t.levelOf, { name })} aria-valuemin=${FLOOR_DB} aria-valuemax="0" aria-valuenow=${FLOOR_DB}>
      <div class="cover"></div>
      <div class="peak"></div>
    </div>
    <p class="hint" role="status">${problem === '' ? said : ''}</p>
    ${problem !== '' && html`<p class="notice" role="alert">${problem}</p>`}
  </div>`;
}

/** Where a level stands on the meter, 0 to 100. */
function portion(db) {
  return Math.round(Math.max(0, Math.min(1, 1 - db / FLOOR_DB)) * 1000) / 10;
}
