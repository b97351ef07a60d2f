import { html, useEffect, useRef, useState } from '../html.js';
import { fill, number, words } from '../language.js';
import { useStore } from '../store.js';
import { change, given, settingIs } from './given.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const KEYS = ['gain_db', 'use_channels', 'high_pass_hz', 'auto_gain'];
const GAIN_RANGE_DB = 40;
/** Whoever moves a slider means where it comes to rest. */
const REST_MS = 250;
const CHANNELS = ['both', 'mono', 'left', 'right'];
const CORNERS_HZ = [0, 80, 120, 200];

/**
 * What is done to the sound of a source: `values` by key as they are or are about to be, `change(some)`, which resolves
 * with whether it was kept, and `problem`, why not.
 */
export function useTreatment(source) {
  useStore(given);
  const [wished, setWished] = useState({});
  const [problem, setProblem] = useState('');
  const kept = Object.fromEntries(KEYS.map((key) => [key, settingIs(`source.${source}.${key}`)]));
  return {
    values: { ...kept, ...wished },
    problem,
    /** Shown at once, kept later. */
    wish: (values) => setWished((before) => ({ ...before, ...values })),
    async change(values) {
      setWished((before) => ({ ...before, ...values }));
      setProblem('');
      try {
        await change(
          Object.fromEntries(Object.entries(values).map(([key, value]) => [`source.${source}.${key}`, value])),
        );
        return true;
      } catch (error) {
        setProblem(error.message);
        return false;
      } finally {
        setWished({});
      }
    },
  };
}

/** Each of it as a choice whose effect is seen on the level at once. */
export function TreatmentChoices({ treatment }) {
  const { values, problem } = treatment;
  const timer = useRef();
  const last = useRef();
  // What was moved last is kept, even when the view is left before it was.
  useEffect(
    () => () => {
      if (last.current === undefined) return;
      clearTimeout(timer.current);
      void treatment.change(last.current);
    },
    [],
  );
  const slide = ({ target }) => {
    const wish = { gain_db: Number(target.value) };
    treatment.wish(wish);
    last.current = wish;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      last.current = undefined;
      void treatment.change(wish);
    }, REST_MS);
  };
  const corners = CORNERS_HZ.includes(values.high_pass_hz)
    ? CORNERS_HZ
    : [...CORNERS_HZ, values.high_pass_hz].sort((a, b) => a - b);
  return html`<fieldset class="sound-choices">
    <legend>${t.treatment}</legend>
    <div class="gain">
      <label class="gain-name" for="gain">${t.gain}</label>
      <output for="gain" class="figure">${gainWords(values.gain_db)}</output>
      <input id="gain" type="range" min=${-GAIN_RANGE_DB} max=${GAIN_RANGE_DB} step="1" value=${values.gain_db}
        aria-valuetext=${gainWords(values.gain_db)} onInput=${slide} />
    </div>
    <div class="row">
      <label for="channels">${t.useChannels}</label>
      <select id="channels" onChange=${({ target }) => treatment.change({ use_channels: target.value })}>
        ${CHANNELS.map((each) => html`<option key=${each} value=${each} selected=${each === values.use_channels}>${t[`use_${each}`]}</option>`)}
      </select>
    </div>
    <div class="row">
      <label for="high-pass">${t.highPass}</label>
      <select id="high-pass" onChange=${({ target }) => treatment.change({ high_pass_hz: Number(target.value) })}>
        ${corners.map((hz) => html`<option key=${hz} value=${hz} selected=${hz === values.high_pass_hz}>${hz === 0 ? t.off : fill(t.below, { n: hz })}</option>`)}
      </select>
    </div>
    <label class="switch">
      <span><span class="switch-name" id="auto-gain-name">${t.autoGain}</span> <span class="hint" id="auto-gain-what">${t.autoGainWhat}</span></span>
      <input id="auto-gain" type="checkbox" aria-labelledby="auto-gain-name" aria-describedby="auto-gain-what" checked=${values.auto_gain}
        onChange=${({ target }) => treatment.change({ auto_gain: target.checked })} />
    </label>
    <p class="answer" role="status" data-tone=${problem === '' ? '' : 'bad'}>${problem}</p>
  </fieldset>`;
}

function gainWords(db) {
  const sign = db > 0 ? '+' : db < 0 ? '−' : '';
  return `${sign}${number(Math.abs(db ?? 0))} dB`;
}
