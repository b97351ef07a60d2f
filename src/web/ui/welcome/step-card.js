import { html, useState } from '../html.js';
import { words } from '../language.js';
import { useStore } from '../store.js';
import { goFrom, isGuided as isOnTheWay, journey } from './journey.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/**
 * One step: its heading, what is asked, and the way on, which keeps what was chosen first.
 * @param keep keeps it; what it throws is told and nobody goes on. Without it there is nothing to keep.
 * @param canSkip the step may be left as it is
 */
export function StepCard({ step, title, why, keep, canSkip = true, children }) {
  useStore(journey);
  const isGuided = isOnTheWay();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');

  const submit = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setProblem('');
    try {
      await keep?.();
      goFrom(step, 1);
    } catch (error) {
      setProblem(error.message);
    }
    setBusy(false);
  };
  const main = isGuided ? t.next : keep === undefined ? t.close : t.save;
  return html`<form class="card step" id=${`step-${step}`} onSubmit=${submit} noValidate aria-labelledby="step-title">
    <div>
      <h1 id="step-title" tabindex="-1">${title}</h1>
      <p class="step-why hint">${why}</p>
    </div>
    ${children}
    <p id="step-problem" class="answer" role="alert" data-tone="bad">${problem}</p>
    <div class="ways">
      ${(isGuided ? step !== 'start' : keep !== undefined) && html`<button type="button" id="back" onClick=${() => goFrom(step, isGuided ? -1 : 1)}>${t.back}</button>`}
      ${isGuided && canSkip && keep !== undefined && html`<button type="button" id="skip" class="quiet" onClick=${() => goFrom(step, 1)}>${t.skip}</button>`}
      <button class="main" id="next" type="submit" aria-disabled=${isBusy} aria-busy=${isBusy}>${main}</button>
    </div>
  </form>`;
}

/** One of several choices, with what belongs to it. @param more shown while it is chosen */
export function Choice({ name, value, chosen, choose, title, hint, more, children }) {
  const isChosen = chosen === value;
  const id = `choice-${value.replace(/\W+/g, '-')}`;
  return html`<li class="choice-row" data-chosen=${isChosen}>
    <div class="choice-line">
      <input type="radio" id=${id} name=${name} value=${value} checked=${isChosen} onChange=${() => choose(value)}
        aria-describedby=${hint === undefined ? undefined : `${id}-hint`} />
      <label class="choice-name" for=${id}>${title}
        ${hint !== undefined && html`<span class="choice-why hint" id=${`${id}-hint`}>${hint}</span>`}
      </label>
      ${children}
    </div>
    ${isChosen && more !== undefined && html`<div class="choice-more">${more}</div>`}
  </li>`;
}
