import { access } from '../access.js';
import { getLiveSessions } from '../api.js';
import { html, useEffect, useState } from '../html.js';
import { counted, duration, fill, words } from '../language.js';
import { useStore } from '../store.js';
import { rungWords } from './quality-words.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const EVERY_MS = 5_000;
const MAX_SHOWN = 20;

/** How many listen and, for who has signed in, who they are and what each of them hears. */
export function ListenersCard({ count }) {
  const who = useStore(access);
  const [isOpen, setOpen] = useState(false);
  return html`<section id="listeners" class="card" aria-labelledby="listeners-title">
    <h2 id="listeners-title">${t.listeners}</h2>
    <p id="listeners-count">${count === 0 ? t.nobodyListens : counted(t.listenersNow, count)}</p>
    ${
      count > 0 &&
      html`<details open=${isOpen} onToggle=${({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>${t.showListeners}</summary>
        ${isOpen && (who?.signed_in ? html`<${List} />` : html`<p class="hint">${t.listenersNeedPassword}</p>`)}
      </details>`
    }
  </section>`;
}

function List() {
  const [{ live, total }, setSessions] = useState({ live: [], total: 0 });
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let timer;
    let isOver = false;
    const look = async () => {
      try {
        if (document.visibilityState === 'visible') setSessions(listenersOf(await getLiveSessions()));
        setProblem('');
      } catch (error) {
        setProblem(error.message);
      }
      if (!isOver) timer = setTimeout(look, EVERY_MS);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, []);
  return html`<ul class="heard-by">
      ${live.map((session) => html`<${Listener} key=${session.id} session=${session} />`)}
    </ul>
    ${total > live.length && html`<p class="hint">${counted(t.moreListeners, total - live.length)}</p>`}
    <p class="answer" role="status" data-tone="bad">${problem}</p>`;
}

function listenersOf({ live }) {
  const listeners = live.filter(({ kind }) => kind === 'listener');
  return { live: listeners.slice(0, MAX_SHOWN), total: listeners.length };
}

function Listener({ session }) {
  const { agent, address, mount, rung, duration_seconds: seconds } = session;
  return html`<li>
    <p class="row"><span>${agent || address}</span> <span class="figure">${fill(t.listenedFor, { time: duration(seconds) })}</span></p>
    <p class="hint">${[agent && address, mount, rungWords(rung)].filter(Boolean).join(' · ')}</p>
  </li>`;
}
