// Settings: a list of sections, each with an address of its own, and one form behind them all.

import { access, askToSignIn } from '../access.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { addressOf } from '../router.js';
import { useStore } from '../store.js';
import { AccessSection } from './access-section.js';
import { EverythingSection } from './everything-section.js';
import { drafts, forgetSettings, loadSettings, settings } from './form.js';
import { MqttSection } from './mqtt-section.js';
import { QualitySection } from './quality-section.js';
import { PendingNotice, SaveBar } from './save-bar.js';
import { SourcesSection } from './sources-section.js';
import { StationSection } from './station-section.js';
import { SystemSection } from './system-section.js';
import { t } from './texts.js';
import { isWifiThere, lookForWifi } from './wifi.js';
import { WifiSection } from './wifi-section.js';

const SECTIONS = {
  station: StationSection,
  sources: SourcesSection,
  quality: QualitySection,
  mqtt: MqttSection,
  access: AccessSection,
  wifi: WifiSection,
  system: SystemSection,
  all: EverythingSection,
};
/** From here on the list stands beside the section; as in style.css. */
const BESIDE = matchMedia('(min-width: 52rem)');

export function View({ rest }) {
  const who = useStore(access);
  const answer = useStore(settings);
  const [problem, setProblem] = useState('');
  const isSignedIn = who?.signed_in === true;
  const load = async () => {
    setProblem('');
    try {
      await loadSettings();
      void lookForWifi();
    } catch (error) {
      setProblem(error.message);
    }
  };
  useEffect(() => {
    if (isSignedIn) void load();
    else forgetSettings();
  }, [isSignedIn]);
  useEffect(() => {
    const warn = (event) => Object.keys(drafts.value).length > 0 && event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, []);

  if (answer === undefined) {
    return html`<div class="column">
      <h1 tabindex="-1">${t.title}</h1>
      ${
        problem !== ''
          ? html`<section class="card" role="alert"><p>${problem}</p><p class="buttons"><button type="button" onClick=${load}>${t.again}</button></p></section>`
          : who === undefined || isSignedIn
            ? html`<p class="loading" role="status">${t.loading}</p>`
            : html`<${Closed} isNew=${who.password_set === false} />`
      }
    </div>`;
  }
  // It will go with what has it: the heading of before, or the button to sign in.
  const hasFocus = document.querySelector('#content')?.contains(document.activeElement);
  return html`<${Sections} rest=${rest} hasFocus=${hasFocus} />`;
}

/** For who has not signed in. */
function Closed({ isNew }) {
  return html`<section class="card" id="settings-closed">
    <p>${isNew ? t.closedNew : t.closed}</p>
    <p class="buttons">
      ${
        isNew
          ? html`<a class="button" href=${addressOf('welcome')}>${t.setUp}</a>`
          : html`<button class="main" type="button" onClick=${askToSignIn}>${t.signIn}</button>`
      }
    </p>
  </section>`;
}

function Sections({ rest, hasFocus }) {
  const isBeside = useMatch(BESIDE);
  const hasWifi = useStore(isWifiThere);
  const [wanted, ...more] = rest.split('/');
  const name = wanted in SECTIONS ? wanted : isBeside ? 'station' : '';
  const names = Object.keys(SECTIONS).filter((each) => each !== 'wifi' || hasWifi || name === 'wifi');
  const Section = SECTIONS[name];
  const box = useRef();
  const before = useRef(name);
  useEffect(() => {
    if (hasFocus) box.current.querySelector('h1')?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    if (before.current === name) return;
    before.current = name;
    scrollTo(0, 0);
    box.current.querySelector('h1')?.focus({ preventScroll: true });
  }, [name]);
  const list = html`<${SectionList} names=${names} current=${name} />`;
  return html`<div class="settings" data-wide data-section=${name} ref=${box}>
    ${isBeside && list}
    <div class="column section">
      ${
        Section === undefined
          ? html`<h1 tabindex="-1">${t.title}</h1><${PendingNotice} />${list}`
          : html`${!isBeside && html`<p><a class="back" href=${addressOf('settings')}>${t.title}</a></p>`}
              <h1 tabindex="-1">${t[`section_${name}`]}</h1>
              <${PendingNotice} />
              <${Section} key=${name} rest=${more.join('/')} />`
      }
      <${SaveBar} />
    </div>
  </div>`;
}

function SectionList({ names, current }) {
  return html`<nav class="sections" aria-label=${t.title}>
    <ul>
      ${names.map(
        (name) => html`<li key=${name}>
          <a href=${addressOf('settings', name)} aria-current=${name === current ? 'page' : undefined}>
            <strong>${t[`section_${name}`]}</strong> <span class="hint">${t[`about_${name}`]}</span>
          </a>
        </li>`,
      )}
    </ul>
  </nav>`;
}

function useMatch(query) {
  const [matches, setMatches] = useState(query.matches);
  useEffect(() => {
    const look = () => setMatches(query.matches);
    query.addEventListener('change', look);
    return () => query.removeEventListener('change', look);
  }, [query]);
  return matches;
}
