import { html, useState } from '../html.js';
import { words } from '../language.js';
import { refreshStation } from '../station.js';
import { change, settingIs } from './given.js';
import { StepCard } from './step-card.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const NAME = 'metadata.station_name';
const DESCRIPTION = 'metadata.station_description';

/** What the station is called. */
export function NameStep() {
  const [name, setName] = useState(settingIs(NAME) ?? '');
  const [description, setDescription] = useState(settingIs(DESCRIPTION) ?? '');
  const keep = async () => {
    if (name.trim() === '') throw new Error(t.nameNeeded);
    await change({ [NAME]: name.trim(), [DESCRIPTION]: description.trim() });
    await refreshStation();
  };
  return html`<${StepCard} step="name" title=${t.name} why=${t.nameWhy} keep=${keep}>
    <div class="fields">
      <label for="station-name">${t.stationName}</label>
      <input id="station-name" value=${name} maxlength="64" autocomplete="off" required placeholder=${t.nameExample}
        onInput=${({ target }) => setName(target.value)} />
      <label for="station-description">${t.description} <span class="hint">${t.optional}</span></label>
      <input id="station-description" value=${description} maxlength="200" autocomplete="off" placeholder=${t.descriptionExample}
        onInput=${({ target }) => setDescription(target.value)} />
    </div>
  <//>`;
}
