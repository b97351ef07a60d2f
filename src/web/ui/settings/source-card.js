import { html, useState } from '../html.js';
import { fill } from '../language.js';
import { addressOf } from '../router.js';
import { station } from '../station.js';
import { useStore } from '../store.js';
import { restartSource } from './calls.js';
import { ConfirmButton } from './confirm-button.js';
import { Field } from './field.js';
import { blocksOf, change } from './form.js';
import { SourceLevel } from './level-bar.js';
import { t } from './texts.js';

/** Told of where they are needed, not in the list of the rest. */
const TREATMENT = ['gain_db', 'use_channels', 'high_pass_hz', 'auto_gain'];

/** A source: how it is, how loud it is, and what is done to its sound. */
export function SourceCard({ block }) {
  const { name, label, keys } = block;
  const { status } = useStore(station);
  const state = status?.sources.find((source) => source.name === label);
  const rest = keys.filter(({ key }) => !TREATMENT.includes(key));
  return html`<section class="card" aria-labelledby=${`block-${label}`} data-block=${name}>
    <${BlockHead} label=${label} state=${state} />
    <${SourceLevel} source=${label} />
    <div class="keys treatment">
      <${Field} name=${`${name}.gain_db`} isImmediate isSlider />
      <${Field} name=${`${name}.use_channels`} isImmediate />
      <${Field} name=${`${name}.high_pass_hz`} isImmediate />
      <${Field} name=${`${name}.auto_gain`} isImmediate />
    </div>
    <p class="hint">${t.atOnce}</p>
    <p class="buttons"><a class="button" href=${addressOf('welcome', `sound/${encodeURIComponent(label)}`)}>${t.soundCheck}</a></p>
    <details>
      <summary>${t.device}</summary>
      <div class="keys">${rest.map((key) => html`<${Field} key=${key.name} name=${key.name} />`)}</div>
    </details>
    <${BlockButtons} label=${label} onRestart=${() => restartSource(label)} onRemove=${() => removeSource(name, label)} />
  </section>`;
}

/** Name, type and state of a source or a camera. */
export function BlockHead({ label, state }) {
  const word = state === undefined ? t.state_next : (t[`state_${state.state}`] ?? state.state);
  return html`<div class="row">
      <h2 id=${`block-${label}`}>${label}</h2>
      <span class="pill" data-air=${state?.state === 'live' ? 'live' : ['retrying', 'stalled'].includes(state?.state) ? 'offline' : undefined}>${word}</span>
    </div>
    ${state !== undefined && state.detail !== '' && html`<p class="hint" lang="en">${state.detail}</p>`}
    ${state?.error && html`<p class="notice" lang="en">${state.error.message}. ${state.error.remedy ?? ''}</p>`}`;
}

/** Starting it again and taking it away. */
export function BlockButtons({ label, onRestart, onRemove }) {
  const [answer, setAnswer] = useState({ text: '', tone: '' });
  const restart = async () => {
    setAnswer({ text: '', tone: '' });
    try {
      await onRestart();
      setAnswer({ text: fill(t.restartedNamed, { name: label }), tone: '' });
    } catch (error) {
      setAnswer({ text: error.message, tone: 'bad' });
    }
  };
  return html`<p class="buttons">
      <button type="button" aria-label=${fill(t.restartNamed, { name: label })} onClick=${restart}>${t.restartIt}</button>
      <${ConfirmButton} label=${t.remove} name=${fill(t.removeNamed, { name: label })} question=${fill(t.removeWhy, { name: label })} tone="danger" onConfirm=${onRemove} />
    </p>
    <p class="answer" role="status" data-tone=${answer.tone}>${answer.text}</p>`;
}

/** Takes it away, and out of what listeners hear. */
function removeSource(name, label) {
  const [next] = blocksOf('source').filter((block) => block.label !== label);
  const changes = { [name]: null };
  for (const mount of blocksOf('mount')) {
    const [source, fallback] = ['source', 'fallback'].map((key) => mount.keys.find((each) => each.key === key));
    if (source.value === label) changes[source.name] = next?.label ?? null;
    if (fallback.value.includes(label)) changes[fallback.name] = fallback.value.filter((each) => each !== label);
  }
  return change(changes);
}
