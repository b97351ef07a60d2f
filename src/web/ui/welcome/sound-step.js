import { html, useEffect, useRef, useState } from '../html.js';
import { fill, number, words } from '../language.js';
import { LevelMeter } from '../now/level-meter.js';
import { station } from '../station.js';
import { useStore } from '../store.js';
import { checkSound } from './calls.js';
import { sourceOr, waitsForRestart } from './given.js';
import { RestartNotice } from './restart-notice.js';
import { StepCard } from './step-card.js';
import { TreatmentChoices, useTreatment } from './treatment.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const SECONDS = 6;

/** Listens for some seconds, says in plain words how it sounds, and puts right what can be. */
export function SoundStep({ name }) {
  const source = sourceOr(name);
  const { status } = useStore(station);
  const heard = status?.sources.find(({ name }) => name === source);
  const treatment = useTreatment(source);
  const isWaiting = waitsForRestart(`source.${source}.`) || waitsForRestart('mount.');
  return html`<${StepCard} step="sound" title=${t.sound} why=${t.soundWhy}>
    ${
      isWaiting
        ? html`<${RestartNotice} why=${t.restartForSound} />`
        : html`
          <${LevelMeter} source=${heard} />
          <${Trouble} source=${heard} isMuted=${status?.privacy.microphone === true && heard?.type === 'alsa'} />
          <${Check} source=${source} treatment=${treatment} />
          <${TreatmentChoices} treatment=${treatment} />
        `
    }
  <//>`;
}

/** Why there is nothing to check. */
function Trouble({ source, isMuted }) {
  const text = isMuted ? t.isMuted : source?.error ? sentences(source.error) : '';
  return html`<p id="sound-trouble" class=${text === '' ? '' : 'notice'} role="status">${text}</p>`;
}

function sentences({ message, remedy }) {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}. ${remedy}`;
}

function Check({ source, treatment }) {
  const [state, setState] = useState({ is: 'idle' });
  const isOver = useRef(false);
  useEffect(
    () => () => {
      isOver.current = true;
    },
    [],
  );

  const check = async () => {
    if (state.is === 'listening') return;
    setState({ is: 'listening' });
    try {
      const report = await checkSound(source, SECONDS);
      if (!isOver.current) setState({ is: 'heard', report });
    } catch (error) {
      if (!isOver.current) setState({ is: 'failed', problem: error.message });
    }
  };
  return html`<div class="sound-check" id="check">
    <button type="button" id="check-now" class=${state.is === 'heard' ? '' : 'main'} aria-disabled=${state.is === 'listening'} onClick=${check}>
      ${state.is === 'listening' ? fill(t.listening, { n: SECONDS }) : state.is === 'heard' ? t.checkAgain : fill(t.checkNow, { n: SECONDS })}
    </button>
    ${state.is === 'listening' && html`<div class="countdown" aria-hidden="true"><span class="countdown-bar"></span></div>`}
    <div role="status" id="verdicts">
      ${state.is === 'listening' && html`<p>${t.speak}</p>`}
      ${state.is === 'failed' && html`<p class="notice">${state.problem}</p>`}
      ${state.is === 'heard' && html`<${Verdicts} report=${state.report} />`}
    </div>
    ${state.is === 'heard' && html`<${Suggestion} report=${state.report} treatment=${treatment} />`}
  </div>`;
}

function Verdicts({ report }) {
  const figures = [
    fill(t.loudParts, { n: decibels(report.loud_db) }),
    fill(t.quietParts, { n: decibels(report.floor_db) }),
  ];
  return html`<ul class="verdicts">
      ${report.verdicts.map(
        (verdict) => html`<li key=${verdict} data-verdict=${verdict} data-tone=${verdict === 'good' ? 'good' : 'warm'}>
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d=${verdict === 'good' ? 'M5 12.5l4.5 4.500L19 7.500' : 'M12 6v7M12 17v.5'} /></svg>
          <p><strong>${t[`verdict_${verdict}`]}</strong> ${fill(t[`why_${verdict}`], { hz: report.hum_hz ?? 50 })}</p>
        </li>`,
      )}
    </ul>
    <p class="hint">${figures.join(' · ')}</p>`;
}

/** What would be better, with a button that does it. */
function Suggestion({ report: { suggestions, verdicts }, treatment }) {
  // As it was when it was suggested: what is being changed is no less suggested.
  const [{ before, changes }] = useState(() => ({
    before: treatment.values,
    changes: Object.entries(suggestions).filter(([key, value]) => treatment.values[key] !== value),
  }));
  const [isDone, setDone] = useState(false);
  if (isDone) {
    return html`<p class="fine" id="applied" role="status">${t.applied}</p>`;
  }
  // Where gain cannot help, it is for the person to move something.
  if (changes.length === 0) return verdicts[0] === 'good' ? null : html`<p class="hint">${t.nothingToApply}</p>`;
  const apply = async () => setDone(await treatment.change(Object.fromEntries(changes)));
  return html`<div class="suggestion" id="suggestion">
    <p>${t.suggestion}</p>
    <ul>${changes.map(([key, value]) => html`<li key=${key}>${inWords(key, value, before[key])}</li>`)}</ul>
    <button type="button" class="main" id="apply" onClick=${apply}>${t.apply}</button>
  </div>`;
}

function inWords(key, value, before) {
  if (key === 'gain_db') return fill(value > before ? t.louder : t.quieter, { n: number(Math.abs(value - before)) });
  if (key === 'high_pass_hz') return fill(t.cutBelow, { n: value });
  return t[`use_${value}`];
}

function decibels(db) {
  return number(db, { maximumFractionDigits: 0 }).replace('-', '−');
}
