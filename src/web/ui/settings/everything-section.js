// Every setting there is, and the file they stand in.

import { html, useEffect, useState } from '../html.js';
import { counted, fill } from '../language.js';
import { addressOf } from '../router.js';
import { useStore } from '../store.js';
import { checkUndo } from './calls.js';
import { ConfirmButton } from './confirm-button.js';
import { Field, flawText } from './field.js';
import { FileEditor } from './file-editor.js';
import { labelOf, outcome, settings, undo } from './form.js';
import { namesText } from './save-bar.js';
import { t } from './texts.js';

/** @param rest `file`: the text of the file */
export function EverythingSection({ rest }) {
  if (rest === 'file') return html`<${FileEditor} />`;
  return html`<${WholeForm} />`;
}

function WholeForm() {
  const { blocks, file, diagnostics } = useStore(settings);
  const [wanted, setWanted] = useState('');
  const [isDeclaredOnly, setDeclaredOnly] = useState(false);
  const needle = wanted.trim().toLowerCase();
  const shown = blocks
    .map((block) => ({
      ...block,
      keys: block.keys.filter((key) => fits(key, needle) && (!isDeclaredOnly || isSet(key))),
    }))
    .filter(({ keys }) => keys.length > 0);
  const count = shown.reduce((sum, { keys }) => sum + keys.length, 0);
  return html`
    <section class="card" aria-label=${t.file}>
      <p class="hint">${fill(t.fileIs, { path: file.path })}</p>
      ${file.read_only !== null && html`<p class="notice" lang="en">${file.read_only}</p>`}
      ${
        diagnostics.length > 0 &&
        html`<div class="notice">
        <p><strong>${t.fileFlaws}</strong></p>
        <ul class="plain" lang="en">${diagnostics.map((flaw, index) => html`<li key=${index}>${flaw.line > 0 && `${fill(t.line, { n: String(flaw.line) })}: `}${flawText(flaw)}</li>`)}</ul>
      </div>`
      }
      <p class="buttons">
        <a class="button" id="open-file" href=${addressOf('settings', 'all/file')}>${t.editFile}</a>
        ${file.has_previous && html`<${ConfirmButton} id="undo" label=${t.undo} question=${whatUndoDoes} onConfirm=${undo} />`}
      </p>
    </section>
    <div class="search" role="search">
      <label for="settings-search">${t.search}</label>
      <input id="settings-search" type="search" autocomplete="off" spellcheck="false" value=${wanted} onInput=${({ target }) => setWanted(target.value)} />
      <label class="check"><input type="checkbox" checked=${isDeclaredOnly} onChange=${({ target }) => setDeclaredOnly(target.checked)} /> ${t.onlySet}</label>
      <p class="hint" role="status">${counted(t.found, count)}</p>
    </div>
    ${shown.map((block) => html`<${Group} key=${block.name} block=${block} isWanted=${needle !== '' || isDeclaredOnly} />`)}
  `;
}

/** In words; undefined, and told of, when there is no way back. */
async function whatUndoDoes() {
  try {
    const { live, restart } = await checkUndo();
    const names = [...live, ...restart];
    return names.length === 0 ? t.undoNothing : fill(t.undoWhy, { names: namesText(names) });
  } catch (error) {
    outcome.set({ isBusy: false, problem: error.message });
    return undefined;
  }
}

function fits({ name, doc }, needle) {
  return needle === '' || [name, labelOf(name), doc].some((text) => text.toLowerCase().includes(needle));
}

function isSet({ origin }) {
  return origin.kind === 'file' || origin.kind === 'environment';
}

/** A block; what is in it is drawn when it is opened. */
function Group({ block, isWanted }) {
  const { name, type, label, doc, keys, declared } = block;
  const [isOpen, setOpen] = useState(isWanted);
  useEffect(() => setOpen(isWanted), [isWanted]);
  const title = name === '' ? t.topLevel : label === '' ? type : `${type} "${label}"`;
  return html`<details class="card group" open=${isOpen} onToggle=${({ currentTarget }) => setOpen(currentTarget.open)} data-block=${name}>
    <summary><span class="group-name"><code>${title}</code> <span class="hint" lang="en">${doc}</span></span>
      <span class="figure">${declared ? '' : `${t.notDeclared} · `}${counted(t.keys, keys.length)}</span></summary>
    ${isOpen && html`<div class="keys">${keys.map((key) => html`<${Field} key=${key.name} name=${key.name} isFull />`)}</div>`}
  </details>`;
}
