// Where sound and pictures come from: what is configured, what is plugged in, and what can be added.

import { html } from '../html.js';
import { useStore } from '../store.js';
import { AddForm } from './add-form.js';
import { CameraCard } from './camera-card.js';
import { Field } from './field.js';
import { blocksOf, settings } from './form.js';
import { FoundDevices } from './found-devices.js';
import { SourceCard } from './source-card.js';
import { t } from './texts.js';

export function SourcesSection() {
  useStore(settings);
  const sources = blocksOf('source');
  const cameras = blocksOf('camera');
  return html`
    ${sources.map((block) => html`<${SourceCard} key=${block.name} block=${block} />`)}
    <${HeardCard} sources=${sources} cameras=${cameras} />
    ${cameras.map((block) => html`<${CameraCard} key=${block.name} block=${block} />`)}
    <${FoundDevices} />
    <${AddForm} kind="source" />
    <${AddForm} kind="camera" />
  `;
}

/** Which source and which camera belong to what listeners open. */
function HeardCard({ sources, cameras }) {
  const mounts = blocksOf('mount');
  const named = (blocks, none) => [['', none], ...blocks.map(({ label }) => [label, label])];
  if (sources.length < 2 && cameras.length < 2) return null;
  return html`<section class="card" aria-labelledby="heard-title">
    <h2 id="heard-title">${t.heard}</h2>
    ${mounts.map(
      ({ name, label }) => html`<fieldset key=${name} class="mount">
        <legend><code>${label}</code></legend>
        <div class="keys pair">
          <${Field} name=${`${name}.source`} choices=${named(sources, t.theOnlyOne)} />
          <${Field} name=${`${name}.camera`} choices=${named(cameras, t.noCamera)} />
        </div>
      </fieldset>`,
    )}
  </section>`;
}
