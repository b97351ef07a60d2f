import { html } from '../html.js';
import { words } from '../language.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/**
 * What needs attention, each with what to do. Numbers in the reasons change all the time: a screen reader is told only
 * what there is.
 * @param isKnown false while nothing can be said yet
 */
export function WarningsCard({ warnings, isKnown }) {
  return html`<section id="signs" class="card" aria-labelledby="signs-title">
    <h2 id="signs-title">${t.signs}</h2>
    ${!isKnown && html`<p class="hint">…</p>`}
    ${isKnown && warnings.length === 0 && html`<p class="all-well">${t.allWell}</p>`}
    <p class="visually-hidden" role="status">${isKnown && warnings.map(({ what }) => what).join(' ')}</p>
    <ul class="signs">
      ${
        isKnown &&
        warnings.map(
          ({ id, severity, what, why, remedy }) => html`<li key=${id} id=${`sign-${id}`} data-severity=${severity}>
            <p><span class="severity">${t[severity]}</span> <strong>${what}</strong></p>
            <p>${why}</p>
            <p><span class="todo">${t.todo}</span> ${remedy}</p>
          </li>`,
        )
      }
    </ul>
  </section>`;
}
