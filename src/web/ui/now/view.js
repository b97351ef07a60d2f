// What is heard and seen now.

import { html, useEffect } from '../html.js';
import { chooseLanguage, counted, duration, fill, isChosen, LANGUAGE_NAMES, language, words } from '../language.js';
import { station } from '../station.js';
import { useStore } from '../store.js';
import { CameraCard } from './camera-card.js';
import { ClipsCard } from './clips-card.js';
import { LinksCard } from './links-card.js';
import { ListenersCard } from './listeners-card.js';
import { PlayerCard } from './player-card.js';
import { PrivacyCard } from './privacy-card.js';
import { QualityCard } from './quality-card.js';
import { ReleaseNote } from './release-note.js';
import { mountPath } from './sound.js';
import { WORDS } from './words.js';

const t = words(WORDS);

export function View() {
  const { status } = useStore(station);
  const path = useStore(mountPath);
  const mount = status?.mounts.find((each) => each.path === path);
  useTitle(status, mount);
  const camera = status === undefined ? 'unknown' : status.cameras.length > 0 ? 'here' : 'none';
  return html`
    <h1 class="visually-hidden" tabindex="-1">${t.title}</h1>
    <div class="now" data-camera=${camera}>
      ${camera === 'here' && html`<${CameraCard} cameras=${status.cameras} />`}
      <div class="side">
        <${PlayerCard} status=${status} mount=${mount} />
        <${QualityCard} />
      </div>
      <${LinksCard} path=${path} />
      <div class="rest">
        ${status !== undefined && html`<${ListenersCard} count=${status.listeners} />`}
        ${status !== undefined && html`<${ClipsCard} path=${path} />`}
        ${status !== undefined && html`<${PrivacyCard} status=${status} />`}
      </div>
    </div>
    <footer>
      <p id="facts">${status !== undefined && factsOf(status)}</p>
      <${ReleaseNote} />
      <p>
        <${LanguageChoice} />
        <a href="/api/status">${t.status}</a> <a href="/api/stats">${t.statistics}</a>
      </p>
    </footer>
  `;
}

function useTitle(status, mount) {
  const text =
    status === undefined
      ? 'Pipit'
      : [(mount?.metadata ?? status.metadata).title, status.station_name].filter(Boolean).join(' · ');
  useEffect(() => {
    document.title = text;
  }, [text]);
}

function factsOf({ listeners, uptime_seconds: uptime, version, profile }) {
  return [
    counted(t.counted, listeners),
    fill(t.up, { time: duration(uptime) }),
    fill(t.profile, { version, profile }),
  ].join(' · ');
}

function LanguageChoice() {
  return html`<select class="quiet" aria-label=${t.language} onChange=${({ target }) => chooseLanguage(target.value)}>
    <option value="" selected=${!isChosen()}>${t.ofBrowser}</option>
    ${Object.entries(LANGUAGE_NAMES).map(
      ([tag, name]) =>
        html`<option key=${tag} value=${tag} lang=${tag} selected=${isChosen() && tag === language}>${name}</option>`,
    )}
  </select>`;
}
