// The first visit: a password, microphone, sound, camera, a name, Wi-Fi. Each step keeps what was chosen in it.

import { access, askToSignIn } from '../access.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { fill, words } from '../language.js';
import { addressOf, goTo } from '../router.js';
import { getWifi } from '../settings/calls.js';
import { useStore } from '../store.js';
import { CameraStep } from './camera-step.js';
import { DoneStep } from './done-step.js';
import { given, loadGiven } from './given.js';
import { isGuided as isOnTheWay, isStep, journey, noteStep, stepsOf, wantsWifi } from './journey.js';
import { MicrophoneStep } from './microphone-step.js';
import { NameStep } from './name-step.js';
import { SoundStep } from './sound-step.js';
import { StartStep } from './start-step.js';
import { WifiStep } from './wifi-step.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const STEPS = {
  start: StartStep,
  microphone: MicrophoneStep,
  sound: SoundStep,
  camera: CameraStep,
  name: NameStep,
  wifi: WifiStep,
  done: DoneStep,
};

/** @param rest the step, and the name of a source behind it; without one, where somebody was, or the first */
export function View({ rest }) {
  const who = useStore(access);
  useStore(journey);
  const isGuided = isOnTheWay();
  const isFirst = useRef(true);
  const [wanted, name] = rest.split('/');
  const step = isStep(wanted) ? wanted : '';

  useEffect(() => {
    if (step === '') {
      const at = who?.signed_in === true && journey.value !== '' ? journey.value : 'start';
      noteStep(at);
      // No step of its own in the browser's way back.
      location.replace(addressOf('welcome', at));
    } else if (isOnTheWay()) noteStep(step);
  }, [step]);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    scrollTo(0, 0);
    focusHeading();
  }, [step]);

  if (step === '' || who === undefined) return html`<p class="loading" role="status">${t.loading}</p>`;
  // Nothing can be changed before there is a password.
  const shown = who.first_visit ? 'start' : step;
  return html`<div class="welcome" data-wide>
    ${isGuided && html`<${Progress} step=${shown} />`}
    ${
      shown === 'start'
        ? html`<${StartStep} />`
        : who.signed_in
          ? html`<${Known} key=${shown} step=${shown} hasCome=${!isFirst.current} name=${name && decodeURIComponent(name)} />`
          : html`<${Unknown} step=${shown} />`
    }
    ${isGuided && shown !== 'done' && html`<p class="later"><button type="button" class="quiet" onClick=${() => goTo('now')}>${who.first_visit ? t.notNow : t.later}</button></p>`}
  </div>`;
}

function Progress({ step }) {
  const steps = stepsOf(useStore(wantsWifi));
  const at = steps.indexOf(step);
  const text = fill(t.progress, { n: at + 1, of: steps.length });
  return html`<div class="progress">
    <p id="step">${text}</p>
    <ol aria-hidden="true">
      ${steps.map((each, index) => html`<li key=${each} data-is=${index < at ? 'over' : index === at ? 'here' : 'ahead'}></li>`)}
    </ol>
  </div>`;
}

function focusHeading() {
  document.querySelector('#content h1')?.focus({ preventScroll: true });
}

/** A step, once it is known what is set. @param name of the source that it is about; `hasCome`: from another step */
function Known({ step, name, hasCome }) {
  const is = useStore(given);
  const [problem, setProblem] = useState('');
  const load = async () => {
    setProblem('');
    try {
      await loadGiven();
    } catch (error) {
      setProblem(error.message);
    }
    try {
      const { available, ssid } = await getWifi();
      wantsWifi.set(available && ssid === null);
    } catch {
      // Then there is no such step.
    }
  };
  useEffect(() => void load(), []);
  const isShown = problem !== '' || is !== undefined;
  useEffect(() => {
    // Nothing was there to lead it to while it was loaded.
    if (isShown && hasCome && document.activeElement === document.body) focusHeading();
  }, [isShown]);
  if (problem !== '') {
    return html`<section class="card" role="alert">
      <h1 tabindex="-1">${t[step]}</h1>
      <p class="notice">${problem}</p>
      <p class="buttons"><button type="button" onClick=${load}>${t.again}</button></p>
    </section>`;
  }
  if (is === undefined) return html`<p class="loading" role="status">${t.loading}</p>`;
  return html`<${STEPS[step]} name=${name} />`;
}

/** Whoever comes by a link, or was signed out. */
function Unknown({ step }) {
  return html`<section class="card">
    <h1 tabindex="-1">${t[step]}</h1>
    <p class="hint">${t.needsPassword}</p>
    <p class="buttons">
      <button type="button" onClick=${() => goTo('now')}>${t.notNow}</button>
      <button class="main" type="button" onClick=${askToSignIn}>${t.signIn}</button>
    </p>
  </section>`;
}
