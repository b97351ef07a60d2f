import { html, useEffect, useRef, useState } from '../html.js';
import { words } from '../language.js';
import { useStore } from '../store.js';
import { DevicePart } from './device-part.js';
import { LinkTest } from './link-test.js';
import { changeQuality, look, quality, quickSync } from './quality-state.js';
import { aboutLevel, decisionWhy, LEVELS, modeChoice } from './quality-words.js';
import { Readings } from './readings.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/** In the page, as the API names them, and in words. */
const TOGGLES = [
  ['prefer-quality', 'prefer_quality', t.preferQuality, t.preferQualityWhat],
  ['adapt-to-system', 'adapt_to_system', t.adapt, t.adaptWhat],
  ['auto-download-quality', 'auto_download_quality', t.downloads, t.downloadsWhat],
];

/** The sound's quality: what is chosen and why, what is known of the connection, and the settings of Quick Sync. */
export function QualityCard() {
  const now = useStore(quality);
  const section = useRef();
  const [busy, setBusy] = useState();
  const [answer, setAnswer] = useState({ text: '', tone: '' });

  useEffect(() => {
    const observer = new IntersectionObserver((entries) => look(entries.at(-1).isIntersecting));
    observer.observe(section.current);
    return () => {
      observer.disconnect();
      look(false);
    };
  }, []);

  const change = async (wish, id) => {
    setBusy(id);
    const error = await changeQuality(wish);
    setBusy(undefined);
    const holds = error !== '' && 'mode' in wish && !quickSync.isKept ? ` ${t.holdsForPage}` : '';
    setAnswer(error === '' ? { text: t.saved, tone: '' } : { text: `${error}${holds}`, tone: 'bad' });
  };

  return html`<section id="sound-quality" class="card sound" aria-labelledby="quality-title" ref=${section}>
    <h2 id="quality-title">${t.quality}</h2>
    <div class="choice">
      <div class="row">
        <label for="quality">${t.mode}</label>
        <select id="quality" aria-describedby="quality-why" aria-busy=${busy === 'quality' ? 'true' : undefined} value=${now.mode}
          onChange=${({ target }) => change({ mode: target.value }, 'quality')}>
          ${LEVELS.map((level) => html`<option key=${level} value=${level}>${modeChoice(level, now.presets)}</option>`)}
        </select>
      </div>
      <p id="quality-why" class="hint">${whyOf(now)}</p>
      ${now.savesData && now.mode !== 'low' && html`<p id="quality-saver" class="hint">${t.saver}</p>`}
    </div>
    <${Readings} />
    <${LinkTest} />
    <fieldset class="switches">
      <legend class="visually-hidden">${t.switches}</legend>
      ${TOGGLES.map(
        ([id, field, name, what]) => html`<label class="switch" key=${id}>
          <span><span class="switch-name" id=${`${id}-name`}>${name}</span> <span id=${`${id}-what`} class="hint">${what}</span></span>
          <input id=${id} type="checkbox" aria-labelledby=${`${id}-name`} aria-describedby=${`${id}-what`}
            aria-busy=${busy === id ? 'true' : undefined} checked=${now.preferences?.[field] ?? true}
            onChange=${({ target }) => change({ [field]: target.checked }, id)} />
        </label>`,
      )}
    </fieldset>
    <p id="quality-answer" class="answer" role="status" data-tone=${answer.tone}>${answer.text}</p>
    <${DevicePart} />
  </section>`;
}

/** Why the status says what it says; it is of the mode that the server knows. */
function whyOf({ status, details, isKept }) {
  if (status === undefined) return '…';
  const reasons = isKept ? decisionWhy(details?.reasons ?? []) : [];
  return [aboutLevel(status.quality.level), ...reasons].filter(Boolean).join(' ');
}
