// How others hear and see the station: a link with its code, links for guests, and recipes for players.

import { html, useState } from '../html.js';
import { fill, words } from '../language.js';
import { station } from '../station.js';
import { useStore } from '../store.js';
import { CopyField } from './copy-field.js';
import { GuestsCard } from './guests-card.js';
import { QrCode } from './qr-code.js';
import { recipesOf } from './recipes.js';
import { WORDS } from './words.js';

const t = words(WORDS);
/** Names that mean another machine on each. */
const OWN_MACHINE = /^(localhost|127\.|\[::1\])/;

export function View() {
  const { status } = useStore(station);
  const page = location.origin;
  const stream = page + (status?.mounts[0]?.path ?? '/stream');
  const camera = status?.cameras.length > 0 ? `${page}/camera` : undefined;
  const recipes = recipesOf(t, { page, stream, camera, name: status?.station_name ?? 'Pipit' });
  return html`<div class="share column" data-wide>
    <h1 tabindex="-1">${t.title}</h1>
    ${
      OWN_MACHINE.test(location.hostname) &&
      html`<p class="notice" role="note">${fill(t.ownMachine, { host: location.hostname })}</p>`
    }
    <div class="share-cards">
      <${LinkCard} page=${page} stream=${stream} camera=${camera} />
      <${GuestsCard} page=${page} />
    </div>
    <section class="card" aria-labelledby="recipes-title">
      <h2 id="recipes-title">${t.recipes}</h2>
      ${recipes.map(
        ({ id, title, text, copies }) => html`<details key=${id} id=${`recipe-${id}`}>
          <summary>${title}</summary>
          <div class="recipe">
            <p>${text}</p>
            ${copies.map(
              ([label, copy, lines], index) =>
                html`<${CopyField} key=${label} id=${`copy-${id}-${index}`} label=${label} text=${copy} lines=${lines} />`,
            )}
          </div>
        </details>`,
      )}
    </section>
  </div>`;
}

function LinkCard({ page, stream, camera }) {
  const targets = { page: `${page}/`, sound: stream, ...(camera === undefined ? {} : { camera: `${camera}.mjpg` }) };
  const [target, setTarget] = useState('page');
  const text = targets[target] ?? targets.page;
  return html`<section class="card" aria-labelledby="link-title">
    <h2 id="link-title">${t.link}</h2>
    <p class="hint">${t.linkWhy}</p>
    <div class="row">
      <label for="link-target">${t.linkTo}</label>
      <select id="link-target" onChange=${(event) => setTarget(event.target.value)}>
        ${Object.keys(targets).map((each) => html`<option key=${each} value=${each} selected=${each === target}>${t[`to_${each}`]}</option>`)}
      </select>
    </div>
    <${QrCode} text=${text} label=${fill(t.code, { url: text })} />
    <${CopyField} id="link-url" label=${t.address} text=${text} />
  </section>`;
}
