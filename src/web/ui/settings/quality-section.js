import { html } from '../html.js';
import { Field } from './field.js';
import { Fields } from './fields.js';
import { t } from './texts.js';

const named = (block, keys) => keys.map((key) => `${block}.${key}`);
const PRESETS = ['low', 'medium', 'high', 'ultra'];

/** Which quality listeners and viewers get. */
export function QualitySection() {
  return html`
    <${Fields} id="quick-sync" title=${t.soundQuality} hint=${t.soundQualityWhy}
      names=${named('quick_sync', ['enabled', 'quality_profile', 'target_bitrate', 'min_bitrate', 'max_bitrate'])} />
    <section class="card" aria-labelledby="presets-title">
      <h2 id="presets-title">${t.presets}</h2>
      <p class="hint">${t.presetsWhy}</p>
      <div class="presets">
        ${PRESETS.map((preset) => html`<${Preset} key=${preset} preset=${preset} />`)}
      </div>
    </section>
    <${Fields} id="pictures" title=${t.pictureQuality} hint=${t.pictureQualityWhy}
      names=${named('streaming', ['enabled', 'adaptive_quality', 'quality_levels', 'target_bitrate', 'max_viewers', 'max_viewers_per_address'])} />
    <${Fields} id="listeners-bounds" title=${t.listenersBounds} names=${named('advanced', ['max_listeners', 'max_listeners_per_address'])} />
  `;
}

function Preset({ preset }) {
  const keys = ['bitrate', 'buffer_s', 'preload'].map((key) => `quick_sync.${preset}_${key}`);
  return html`<fieldset class="preset">
    <legend>${t[`preset_${preset}`]}</legend>
    <${FieldList} names=${keys} />
  </fieldset>`;
}

function FieldList({ names }) {
  return html`<div class="keys">${names.map((name) => html`<${Field} key=${name} name=${name} />`)}</div>`;
}
