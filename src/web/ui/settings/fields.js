import { html } from '../html.js';
import { Field } from './field.js';

/** A card with settings, by name; what is in it besides comes below. */
export function Fields({ title, hint, names, children, id }) {
  return html`<section class="card" aria-labelledby=${`${id}-title`} id=${id}>
    <h2 id=${`${id}-title`}>${title}</h2>
    ${hint !== undefined && html`<p class="hint">${hint}</p>`}
    <div class="keys">${names.map((name) => html`<${Field} key=${name} name=${name} />`)}</div>
    ${children}
  </section>`;
}
