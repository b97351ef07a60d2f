import { html, useState } from '../html.js';
import { blocksOf, change, settings } from './form.js';
import { t } from './texts.js';

/** What is needed to find it, beside what each type requires. */
const WHERE = ['device', 'index', 'directory'];
const FIRST = { source: 'alsa', camera: 'url' };
const NAMES = { source: 'mic', camera: 'camera' };

/** Adds a source or a camera. @param kind `source` or `camera` */
export function AddForm({ kind }) {
  const types =
    settings.value.kinds.find(({ block }) => block === kind)?.types.filter(({ fixed }) => fixed === null) ?? [];
  const [type, setType] = useState(FIRST[kind]);
  const [name, setName] = useState();
  const [values, setValues] = useState({});
  const [isBusy, setBusy] = useState(false);
  const asked = (types.find((each) => each.type === type)?.keys ?? []).filter(
    ({ key, required }) => (required && key !== 'type') || WHERE.includes(key),
  );
  const own = name ?? freeName(kind);
  const add = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    const filled = asked
      .map((sheet) => [`${kind}.${own}.${sheet.key}`, typedValue(sheet, values[sheet.key] ?? '')])
      .filter(([, value]) => value !== '');
    const changes = { [`${kind}.${own}.type`]: type, ...Object.fromEntries(filled) };
    if (await change({ ...changes, ...namedSources(kind) })) {
      setName(undefined);
      setValues({});
    }
    setBusy(false);
  };
  return html`<details class="card add" id=${`add-${kind}`}>
    <summary>${t[`add_${kind}`]}</summary>
    <form class="keys" onSubmit=${add}>
      <div class="key">
        <label for=${`add-${kind}-type`}>${t[`${kind}.type`]}</label>
        <select id=${`add-${kind}-type`} onChange=${({ target }) => setType(target.value)}>
          ${types.map(({ type: each }) => html`<option key=${each} value=${each} selected=${each === type}>${t[`${kind}.type=${each}`] ?? each}</option>`)}
        </select>
      </div>
      <div class="key">
        <label for=${`add-${kind}-name`}>${t.blockName}</label>
        <input id=${`add-${kind}-name`} value=${own} required maxlength="64" pattern="[A-Za-z0-9_-]+" autocomplete="off" spellcheck="false"
          aria-describedby=${`add-${kind}-name-doc`} onInput=${({ target }) => setName(target.value)} />
        <p class="hint" id=${`add-${kind}-name-doc`}>${t.blockNameWhy}</p>
      </div>
      ${asked.map(
        ({ key, doc, required }) => html`<div class="key" key=${key}>
          <label for=${`add-${kind}-${key}`}>${t[`${kind}.${key}`] ?? key}</label>
          <input id=${`add-${kind}-${key}`} value=${values[key] ?? ''} required=${required} autocomplete="off" spellcheck="false"
            placeholder=${key === 'url' ? t[`url_${kind}`] : key === 'device' ? 'auto' : ''}
            aria-describedby=${`add-${kind}-${key}-doc`} onInput=${({ target }) => setValues({ ...values, [key]: target.value })} />
          <p class="hint" id=${`add-${kind}-${key}-doc`} lang="en">${doc}</p>
        </div>`,
      )}
      <p class="buttons"><button class="main" type="submit" aria-disabled=${isBusy}>${t.add}</button></p>
    </form>
  </details>`;
}

/** A name that no block of the kind has. */
export function freeName(kind) {
  const taken = blocksOf(kind)
    .filter(({ declared }) => declared)
    .map(({ label }) => label);
  const base = NAMES[kind];
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base}${n}`;
    if (!taken.includes(name)) return name;
  }
}

/** With more than one source each mount must say which it takes: the one that it has. */
export function namedSources(kind) {
  const [only, ...others] = blocksOf('source');
  if (kind !== 'source' || only === undefined || !only.declared || others.length > 0) return {};
  const mounts = blocksOf('mount').map(({ keys }) => keys.find(({ key }) => key === 'source'));
  return Object.fromEntries(mounts.filter(({ value }) => value === '').map(({ name }) => [name, only.label]));
}

function typedValue({ kind }, text) {
  const isNumber = (kind === 'integer' || kind === 'number') && text !== '' && !Number.isNaN(Number(text));
  return isNumber ? Number(text) : text;
}
