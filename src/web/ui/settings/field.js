// One setting in a form, whatever its kind.

import { html, useState } from '../html.js';
import { fill, language, number } from '../language.js';
import { commit, drafts, flaws, labelOf, rawOf, reset, settingOf, type, usePart, wordKeyOf } from './form.js';
import { t } from './texts.js';

/** The form that the controls belong to, wherever they stand. */
export const FORM_ID = 'settings-form';

/** Of the control of a setting, for labels and for who leads there. */
export function fieldId(name) {
  return `set-${name.replaceAll(/[^\w-]/g, '_')}`;
}

/**
 * @param name dotted; `isImmediate`: it is sent as soon as it is chosen; `isFull`: with its name, where it was set and
 *   what holds without it; `isPlain`: a secret that people see while they type it; `choices`: for a text, beside those
 *   that the station names: `[[value, label], …]`
 */
export function Field({ name, isImmediate = false, isFull = false, isPlain = false, isSlider = false, choices }) {
  const setting = settingOf(name);
  const draft = usePart(drafts, name, (all) => all[name]);
  const found = usePart(flaws, name, (all) => all.filter((flaw) => flaw.name === name));
  if (setting === undefined) return null;
  const id = fieldId(name);
  const isEnvironment = setting.origin.kind === 'environment';
  const isFixed = setting.fixed !== null || isEnvironment;
  const described = [`${id}-doc`, ...(found.length > 0 ? [`${id}-flaw`] : [])].join(' ');
  const isBad = found.some(({ severity }) => severity === 'error');
  const raw = draft === undefined ? rawOf(setting, setting.value) : (draft.raw ?? rawOf(setting, setting.default));
  const shared = {
    id,
    form: FORM_ID,
    disabled: isFixed,
    'aria-describedby': described,
    'aria-invalid': isBad ? 'true' : undefined,
  };
  const typed = (next) => type(setting, next, isImmediate);
  const chosen = () => isImmediate && drafts.value[name] !== undefined && void commit(name);
  const parts = { isFull, setting, shared, raw, typed, chosen, isPlain, choices, isSlider, label: labelOf(name) };
  return html`<div class="key" data-name=${name} data-changed=${draft !== undefined && !isImmediate} data-bad=${isBad} data-kind=${setting.kind}>
    ${setting.kind === 'flag' ? html`<${Switch} ...${parts} />` : html`<${Control} ...${parts} />`}
    <${Doc} id=${`${id}-doc`} setting=${setting} isFull=${isFull} />
    ${isEnvironment && html`<p class="hint">${fill(t.setByEnvironment, { variable: setting.origin.variable })}</p>`}
    ${setting.fixed !== null && html`<p class="hint" lang="en">${setting.fixed}</p>`}
    ${found.length > 0 && html`<${Flaws} id=${`${id}-flaw`} found=${found} />`}
    ${isFull ? html`<${Origin} setting=${setting} draft=${draft} />` : !setting.live && setting.kind === 'flag' && html`<p class="marks"><span class="mark" data-mark="restart">${t.needsRestart}</span></p>`}
  </div>`;
}

/** What is wrong with it, with what to do. */
export function Flaws({ id, found }) {
  return html`<div id=${id} class="flaw">
    ${found.map(
      ({ what, why, remedy }, index) =>
        html`<p key=${index} lang=${what === '' ? undefined : 'en'}>${flawText({ what, why, remedy })}</p>`,
    )}
  </div>`;
}

/** `what`, `why` and `remedy` as sentences. */
export function flawText({ what, why, remedy }) {
  const first = [what, why].filter(Boolean).join(': ');
  return [first, remedy].filter(Boolean).map(sentence).join(' ');
}

function sentence(text) {
  // Names of settings are written as they are.
  const isName = /[._"]/.test(text.slice(0, -1).split(/\s/)[0]);
  const capital = isName ? text : text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}

function Doc({ id, setting, isFull }) {
  const key = wordKeyOf(setting);
  const own = t[`${key}?`];
  const { doc, range, unit, choices } = setting;
  const [low, high] = range ?? [];
  const bounds =
    range === null || choices !== null
      ? ''
      : fill(t.range, { low, high: unit === '' ? number(high) : `${number(high)} ${unitWord(unit)}` });
  if (own !== undefined && !isFull)
    return html`<p id=${id} class="hint">${[own, bounds].filter(Boolean).join(' ')}</p>`;
  return html`<p id=${id} class="hint">
    <span lang=${language === 'en' ? undefined : 'en'}>${doc}</span> ${bounds}
  </p>`;
}

function unitWord(unit) {
  return t[`unit ${unit}`] ?? unit;
}

function Switch({ setting, shared, raw, typed, chosen, label }) {
  const toggle = ({ target }) => {
    typed(target.checked);
    chosen();
  };
  return html`<label class="switch" for=${shared.id}>
    <span class="switch-name">${label}</span>
    <input type="checkbox" role="switch" ...${shared} checked=${raw === true} onChange=${toggle} name=${setting.name} />
  </label>`;
}

function Control(parts) {
  const { setting, shared, label, isFull } = parts;
  const { kind, unit } = setting;
  const isSecret = setting.secret;
  const Kind = isSecret ? Secret : parts.choices !== undefined || setting.choices !== null ? Choice : KINDS[kind];
  return html`<div class="key-name">
      <label for=${shared.id}>${label}</label>
      ${isSecret && html`<span class="mark" data-mark=${setting.filled ? 'set' : 'unset'}>${setting.filled ? t.set : t.notSet}</span>`}
      ${!isFull && !setting.live && html`<span class="mark" data-mark="restart">${t.needsRestart}</span>`}
      ${parts.isSlider && html`<output class="figure" for=${shared.id}>${parts.raw} ${unitWord(unit)}</output>`}
    </div>
    <div class="control" data-unit=${unit !== ''}>
      <${Kind} ...${parts} />
      ${unit !== '' && !parts.isSlider && html`<span class="unit" aria-hidden="true">${unitWord(unit)}</span>`}
    </div>`;
}

function Choice({ setting, shared, raw, typed, chosen, choices }) {
  const key = wordKeyOf(setting);
  const all = choices ?? setting.choices.map((choice) => [String(choice), t[`${key}=${choice}`] ?? String(choice)]);
  const isKnown = all.some(([value]) => value === raw);
  const pick = ({ target }) => {
    typed(target.value);
    chosen();
  };
  return html`<select ...${shared} onChange=${pick}>
    ${!isKnown && html`<option value=${raw} selected>${raw === '' ? '–' : raw}</option>`}
    ${all.map(([value, text]) => html`<option key=${value} value=${value} selected=${value === raw}>${text}</option>`)}
  </select>`;
}

function Digits({ setting, shared, raw, typed, chosen, isSlider }) {
  const { kind, range } = setting;
  const [low, high] = range ?? [];
  const step = kind === 'integer' ? 1 : isSlider ? 0.5 : 'any';
  // What is no number can't be read from the control: it stays in it and is told of when it is saved.
  const isNonsense = raw === NONSENSE;
  return html`<input type=${isSlider ? 'range' : 'number'} ...${shared} min=${low} max=${high} step=${step}
    value=${isNonsense ? undefined : raw} inputmode=${low >= 0 ? (kind === 'integer' ? 'numeric' : 'decimal') : undefined}
    placeholder=${setting.value === null ? t.automatic : undefined}
    onInput=${({ target }) => typed(target.validity.badInput ? NONSENSE : target.value)} onChange=${chosen} />`;
}

const NONSENSE = 'x';

function Line({ setting, shared, raw, typed, chosen }) {
  return html`<input type="text" ...${shared} value=${raw} autocomplete="off" spellcheck=${setting.name.startsWith('metadata.')}
    onInput=${({ target }) => typed(target.value)} onChange=${chosen} />`;
}

function Lines({ shared, raw, typed, chosen }) {
  const rows = Math.min(8, Math.max(2, raw.split('\n').length));
  return html`<textarea ...${shared} rows=${rows} value=${raw} spellcheck="false" placeholder=${t.oneALine}
    onInput=${({ target }) => typed(target.value)} onChange=${chosen}></textarea>`;
}

/** It can be written and not read. */
function Secret({ setting, shared, raw, typed, isPlain }) {
  const [isShown, setShown] = useState(isPlain);
  const isLines = setting.kind === 'secrets';
  const text = typeof raw === 'string' ? raw : '';
  const more = { ...shared, value: text, autocomplete: 'off', spellcheck: false };
  const placeholder = setting.filled ? t.keepsSecret : isLines ? t.oneALine : '';
  if (isLines) {
    return html`<textarea ...${more} rows="2" placeholder=${placeholder} onInput=${({ target }) => typed(target.value)}></textarea>`;
  }
  return html`<input ...${more} type=${isShown ? 'text' : 'password'} autocomplete=${isShown ? 'off' : 'new-password'}
      placeholder=${placeholder} onInput=${({ target }) => typed(target.value)} />
    ${
      !isPlain &&
      html`<button type="button" aria-pressed=${isShown} aria-label=${fill(t.showNamed, { name: labelOf(setting.name) })} onClick=${() => setShown(!isShown)}>
        ${isShown ? t.hide : t.show}
      </button>`
    }`;
}

const KINDS = { integer: Digits, number: Digits, text: Line, list: Lines, numbers: Lines };

/** Its name in the file, when it takes effect, where it was set, and the way back to what holds without it. */
function Origin({ setting, draft }) {
  const { name, origin, live, secret } = setting;
  const where = {
    file: () => fill(t.fromFile, { line: String(origin.line) }),
    environment: () => fill(t.fromEnvironment, { variable: origin.variable }),
    profile: () => t.fromProfile,
    default: () => t.fromDefault,
  }[origin.kind]();
  const withoutIt = secret ? t.nothing : (defaultText(setting) ?? t.automatic);
  const isReset = draft?.raw === null;
  return html`<p class="marks">
    <code>${name}</code>
    <span class="mark" data-mark=${live ? 'live' : 'restart'}>${live ? t.live : t.needsRestart}</span>
    <span>${isReset ? t.willBeDefault : where}</span>
    ${origin.kind !== 'default' && !setting.required && !isReset && html`<span>${fill(t.default, { value: withoutIt })}</span>`}
    ${
      origin.kind === 'file' &&
      setting.fixed === null &&
      !setting.required &&
      !isReset &&
      html`<button class="quiet" type="button" aria-label=${fill(t.resetNamed, { name: labelOf(name) })} onClick=${() => reset(setting)}>${t.reset}</button>`
    }
  </p>`;
}

function defaultText({ default: value, inherits, kind }) {
  if (inherits !== '') return inherits;
  if (value === null) return undefined;
  if (kind === 'flag') return value ? t.on : t.off;
  if (Array.isArray(value)) return value.length === 0 ? t.nothing : value.join(', ');
  return value === '' ? t.nothing : String(value);
}
