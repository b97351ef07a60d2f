// The frame around all views: name of the station, what is on the air, the way to the pages, signing in.

import { access, askToSignIn, guestProblem, signOut } from './access.js';
import { html, useEffect, useErrorBoundary, useRef } from './html.js';
import { language, words } from './language.js';
import { Listening } from './listening.js';
import { addressOf, route } from './router.js';
import { SignInDialog } from './sign-in-dialog.js';
import { refreshStation, station } from './station.js';
import { useStore } from './store.js';
import { journey, noteStep } from './welcome/journey.js';
import { WORDS } from './words.js';

const t = words(WORDS);
/** Views that the menu names, with the lines of their signs. */
const PAGES = [
  ['now', 'M4 10v4M8 6.5v11M12 3v18M16 7.5v9M20 10.5v3'],
  ['health', 'M2.5 12.5h4l2.5-7 5 13 3-8.5 1.5 2.5h3'],
  ['settings', 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5'],
  ['share', 'M12 15V3.5M8 7l4-3.5L16 7M5 12v7.5h14V12'],
  ['log', 'M5 6h14M5 10h14M5 14h9M5 18h11'],
];

/** A lock, closed and open. */
const LOCKED = 'M5.5 10.5h13v9.5h-13zM8 10.5V7.5a4 4 0 0 1 8 0v3';
const UNLOCKED = 'M5.5 10.5h13v9.5h-13zM8 10.5V7.5a4 4 0 0 1 7.6-1.7';

export function Shell() {
  const { status, isClosed } = useStore(station);
  return html`
    <a class="skip" href="#content" onClick=${skip}>${t.skip}</a>
    <header>
      <img src=${new URL('./icon.svg', import.meta.url).pathname} width="44" height="44" alt="" />
      <div class="name">
        <p id="station">${status?.station_name ?? 'Pipit'}</p>
        <${Description} status=${status} />
      </div>
      <${Menu} />
      <div class="pills">
        <${Listening} />
        <${MutedPills} privacy=${status?.privacy} />
        <${AirPill} />
        <${SignInButton} />
      </div>
    </header>
    <${Notices} />
    ${isClosed ? html`<${Closed} />` : html`<${View} />`}
    <${SignInDialog} />
  `;
}

function skip(event) {
  event.preventDefault();
  document.querySelector('#content')?.focus();
}

function Description({ status }) {
  const text = [status?.station_description, status?.station_genre].filter(Boolean).join(' · ');
  return text === '' ? null : html`<p id="description">${text}</p>`;
}

const AIR = { live: t.onAir, fallback: t.fallback, offline: t.offAir };

function AirPill() {
  const { status, isLost } = useStore(station);
  const air = isLost ? 'lost' : status?.source_status;
  return html`<p id="air" class="pill" role="status" data-air=${air}>${isLost ? t.lost : (AIR[air] ?? '…')}</p>`;
}

function MutedPills({ privacy }) {
  const muted = [privacy?.camera && t.cameraMuted, privacy?.microphone && t.microphoneMuted].filter(Boolean);
  return html`<div id="muted" class="pills" role="status">
    ${muted.map((text) => html`<span class="pill" data-air="muted" key=${text}>${text}</span>`)}
  </div>`;
}

function Menu() {
  const { name } = useStore(route);
  return html`<nav aria-label=${t.menu}>
    <ul>
      ${PAGES.map(
        ([page, path]) => html`<li key=${page}>
          <a href=${addressOf(page)} aria-current=${page === name ? 'page' : undefined}>
            <svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path} /></svg>
            ${t[page]}
          </a>
        </li>`,
      )}
    </ul>
  </nav>`;
}

function SignInButton() {
  const who = useStore(access);
  if (who === undefined || who.password_set === false) return null;
  const label = who.signed_in ? t.signOut : t.signIn;
  return html`<button id="sign-in" class="quiet" type="button" onClick=${who.signed_in ? leave : askToSignIn}>
    <svg viewBox="0 0 24 24" aria-hidden="true"><path d=${who.signed_in ? UNLOCKED : LOCKED} /></svg>
    <span>${label}</span>
  </button>`;
}

function leave() {
  signOut().catch(() => {
    // The button stays as it is: the person sees that it did not work.
  });
}

function View() {
  const { name, rest, View: Component, failed } = useStore(route);
  const isFirst = useRef(true);
  const { status } = useStore(station);
  useEffect(() => {
    if (Component === undefined) return;
    // Who opens the page is where they want to be; who has gone to another view is led there.
    if (isFirst.current) isFirst.current = false;
    else {
      scrollTo(0, 0);
      (document.querySelector('#content h1') ?? document.querySelector('#content'))?.focus({ preventScroll: true });
    }
  }, [Component]);
  const stationName = status?.station_name;
  useEffect(() => {
    if (name !== 'now') document.title = [t[name], stationName ?? 'Pipit'].join(' · ');
  }, [name, stationName]);
  return html`<main id="content" tabindex="-1" data-view=${name} aria-busy=${Component === undefined && !failed}>
    ${
      failed
        ? html`<${NotLoaded} />`
        : Component === undefined
          ? html`<p class="loading" role="status">${t.loading}</p>`
          : html`<${Guarded} key=${name}><${Component} rest=${rest} /><//>`
    }
  </main>`;
}

/** What fails while it is drawn takes nothing else along. */
function Guarded({ children }) {
  const [error] = useErrorBoundary((thrown) => reportError(thrown));
  if (error === undefined) return children;
  return html`<section class="card" role="alert">
    <h1 tabindex="-1">${t.failed}</h1>
    <p class="hint">${String(error.message ?? error)}</p>
    <p class="buttons"><button type="button" onClick=${() => location.reload()}>${t.reload}</button></p>
  </section>`;
}

/** What whoever opens the page should know first. */
function Notices() {
  const who = useStore(access);
  const { name } = useStore(route);
  const problem = useStore(guestProblem);
  const isNew = who?.first_visit === true && name !== 'welcome';
  const isUnfinished = useStore(journey) !== '' && who?.signed_in === true && name !== 'welcome';
  return html`
    ${problem !== '' && html`<p class="notice" role="alert">${problem}</p>`}
    ${
      isNew &&
      html`<p class="notice row" id="first-visit">
        <span><strong>${t.firstVisit}</strong> ${t.firstVisitWhy}</span> <a class="button" href=${addressOf('welcome')}>${t.setUp}</a>
      </p>`
    }
    ${
      isUnfinished &&
      html`<div class="notice row" id="unfinished">
        <span>${t.unfinished}</span>
        <a class="button" href=${addressOf('welcome')}>${t.goOn}</a>
        <button type="button" class="quiet" aria-label=${t.noMore} onClick=${() => noteStep('')}>×</button>
      </div>`
    }
  `;
}

/** Where listening and watching take the password. */
function Closed() {
  const enter = async () => {
    if (await askToSignIn()) await refreshStation();
  };
  return html`<main id="content" tabindex="-1">
    <section class="card">
      <h1 tabindex="-1">${t.closed}</h1>
      <p class="hint">${t.closedWhy}</p>
      <p class="buttons"><button class="main" type="button" onClick=${enter}>${t.signIn}</button></p>
    </section>
  </main>`;
}

function NotLoaded() {
  return html`<section class="card" role="alert">
    <h1 tabindex="-1">${t.notLoaded}</h1>
    <p class="hint">${t.notLoadedWhy}</p>
    <p class="buttons"><button type="button" onClick=${() => location.reload()}>${t.reload}</button></p>
  </section>`;
}

/** What applies to the whole page. */
export function dressPage() {
  document.documentElement.lang = language;
}
