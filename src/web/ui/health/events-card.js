import { html, useEffect } from '../html.js';
import { dateTime, words } from '../language.js';
import { live } from '../live.js';
import { Store } from '../store.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const MAX_KEPT = 100;
const MAX_SHOWN = 30;

/** The last events, oldest first. */
export const events = new Store([]);

/** The latest events, the newest at the top. */
export function EventsCard({ events: all }) {
  useEffect(() => live.watch('events', (told) => events.set(joined(events.value, told))), []);
  const shown = all.slice(-MAX_SHOWN).reverse();
  return html`<section id="events" class="card" aria-labelledby="events-title">
    <h2 id="events-title">${t.events}</h2>
    ${shown.length === 0 && html`<p class="hint">${t.noEvents}</p>`}
    <ol class="events" tabindex="0" aria-labelledby="events-title">
      ${shown.map(
        ({ id, timeMs, type, subject, detail }) => html`<li key=${`${timeMs} ${id}`}>
          <time datetime=${new Date(timeMs).toISOString()}>${timeText(timeMs)}</time>
          <span><strong>${t.eventNames[type] ?? type}</strong>${subject !== '' && ` · ${subject}`}</span>
          ${detail !== '' && html`<span class="hint">${detail}</span>`}
        </li>`,
      )}
    </ol>
  </section>`;
}

/** What is told when the socket opens has been told in part before. */
function joined(before, told) {
  const known = new Set(before.map(keyOf));
  return [...before, ...told.filter((event) => !known.has(keyOf(event)))].slice(-MAX_KEPT);
}

function keyOf({ id, timeMs }) {
  return `${timeMs} ${id}`;
}

export function isBrokerAway(happened) {
  return happened.findLast(({ type }) => type === 'broker_lost' || type === 'broker_back')?.type === 'broker_lost';
}

function timeText(timeMs) {
  const isToday = new Date(timeMs).toDateString() === new Date().toDateString();
  return dateTime(timeMs, { ...(isToday ? {} : { dateStyle: 'short' }), timeStyle: 'medium' });
}
