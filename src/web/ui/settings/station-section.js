import { html } from '../html.js';
import { Fields } from './fields.js';
import { t } from './texts.js';

/** How the station presents itself. */
export function StationSection() {
  return html`
    <${Fields} id="station-card" title=${t.presents} names=${['metadata.station_name', 'metadata.station_description', 'metadata.station_genre', 'metadata.station_url']}>
      <p class="hint">${t.languageNote}</p>
    <//>
    <${Fields} id="profile-card" title=${t.profileTitle} hint=${t.profileWhy} names=${['profile']} />
  `;
}
