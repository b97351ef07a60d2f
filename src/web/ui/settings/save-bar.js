// What is typed and not yet saved, the button that saves it, and what became of it.

import { html } from '../html.js';
import { counted, fill } from '../language.js';
import { useStore } from '../store.js';
import { FORM_ID, fieldId, flawText } from './field.js';
import { discard, drafts, flaws, labelOf, outcome, save, settings } from './form.js';
import { RestartButton } from './restart-button.js';
import { t } from './texts.js';

const MAX_NAMED = 4;

export function SaveBar() {
  const typed = useStore(drafts);
  const found = useStore(flaws);
  const { isBusy, problem, saved } = useStore(outcome);
  const { file } = useStore(settings);
  const names = Object.keys(typed).filter(
    (name) => !typed[name].isImmediate || found.some((flaw) => flaw.name === name && flaw.severity === 'error'),
  );
  const submit = async (event) => {
    event.preventDefault();
    if (names.length === 0 || isBusy) return;
    if (!(await save())) focusFirstFlaw();
  };
  return html`
    <form id=${FORM_ID} novalidate onSubmit=${submit}></form>
    <div class="save-bar card" data-open=${names.length > 0 || problem !== undefined || saved !== undefined} role="group" aria-label=${t.changes}>
      <div role="alert">${problem !== undefined && html`<${Problem} problem=${problem} found=${found} />`}</div>
      <div role="status">${names.length === 0 && saved !== undefined && html`<${Saved} saved=${saved} />`}</div>
      ${
        names.length > 0 &&
        html`<p class="unsaved"><strong>${counted(t.unsaved, names.length)}</strong> <span class="hint">${namesText(names)}</span></p>
          ${file.read_only !== null && html`<p class="hint" lang="en">${file.read_only}</p>`}`
      }
      ${
        (names.length > 0 || problem !== undefined || saved !== undefined) &&
        html`<p class="buttons">
          ${names.length > 0 && html`<button id="save" class="main" type="submit" form=${FORM_ID} aria-disabled=${isBusy}>${isBusy ? t.saving : t.save}</button>`}
          ${names.length === 0 && saved?.restart.length > 0 && html`<${RestartButton} />`}
          <button type="button" onClick=${discard}>${names.length > 0 ? t.discard : t.close}</button>
        </p>`
      }
    </div>
  `;
}

/** Names that people know, not too many. */
export function namesText(names) {
  const shown = names.slice(0, MAX_NAMED).map(labelOf).join(', ');
  return names.length > MAX_NAMED ? fill(t.andMore, { names: shown, n: names.length - MAX_NAMED }) : shown;
}

function Saved({ saved: { live, restart } }) {
  if (live.length === 0 && restart.length === 0) return html`<p>${t.savedNothing}</p>`;
  return html`<p>
      <strong>${t.saved}</strong>
      ${live.length > 0 && html` ${fill(t.inEffect, { names: namesText(live) })}`}
      ${restart.length > 0 && html` ${fill(t.withRestart, { names: namesText(restart) })}`}
    </p>`;
}

/** What was refused and why; what no field on this page shows is told here. */
function Problem({ problem, found }) {
  const errors = found.filter(({ severity }) => severity === 'error');
  const [isAt, elsewhere] = [errors.filter(isShown), errors.filter((flaw) => !isShown(flaw))];
  return html`<div class="flaw">
    <p><strong>${errors.length > 0 ? t.refused : problem}</strong></p>
    ${
      errors.length > 0 &&
      html`<ul>
      ${isAt.map((flaw) => html`<li key=${flaw.name}><button class="link" type="button" onClick=${() => focusField(flaw.name)}>${labelOf(flaw.name)}</button>: <span lang=${flaw.what === '' ? undefined : 'en'}>${flawText(flaw)}</span></li>`)}
      ${elsewhere.map((flaw, index) => html`<li key=${index} lang="en">${flawText(flaw)}</li>`)}
    </ul>`
    }
  </div>`;
}

function isShown({ name }) {
  return document.getElementById(fieldId(name)) !== null;
}

function focusField(name) {
  const field = document.getElementById(fieldId(name));
  field?.focus({ preventScroll: true });
  // The bar lies over what is at the edge.
  field?.scrollIntoView({ block: 'center' });
}

/** Leads to what is to be done first. */
function focusFirstFlaw() {
  const { name } = flaws.value.find((flaw) => flaw.severity === 'error' && isShown(flaw)) ?? {};
  if (name !== undefined) setTimeout(() => focusField(name));
}

/** What waits for the next start. */
export function PendingNotice() {
  const { pending_restart: pending } = useStore(settings);
  if (pending.length === 0) return null;
  return html`<div id="pending" class="notice row">
    <p><strong>${counted(t.pending, pending.length)}</strong> ${namesText(pending)}</p>
    <${RestartButton} />
  </div>`;
}
