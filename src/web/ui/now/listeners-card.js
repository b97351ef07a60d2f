import { access } from '../access.js';
import { getStats } from '../api.js';
import { html, useEffect, useState } from '../html.js';
import { counted, duration, fill, words } from '../language.js';
import { useStore } from '../store.js';
import { rungWords } from './quality-words.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const EVERY_MS = 5_000;
const MAX_SHOWN = 20;

/** How many listen, and what each of them hears. */
export function ListenersCard({ count }) {
  const who = useStore(access);
  const [isOpen, setOpen] = useState(false);
  const isAllowed = who === undefined || who.signed_in !== false;
  return html`<section id="listeners" class="card" aria-labelledby="listeners-title">
    <h2 id="listeners-title">${t.listeners}</h2>
    <p id="listeners-count">${count === 0 ? t.nobodyListens : counted(t.listenersNow, count)}</p>
    ${
      count > 0 &&
      html`<details open=${isOpen} onToggle=${({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>${t.showListeners}</summary>
        ${isOpen && (isAllowed ? html`<${List} />` : html`<p class="hint">${t.listenersNeedPassword}</p>`)}
      </details>`
    }
  </section>`;
}

function List() {
  const [listeners, setListeners] = useState([]);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let timer;
    let isOver = false;
    const look = async () => {
      try {
        if (document.visibilityState === 'visible') setListeners((await getStats()).listeners);
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
  const more = listeners.length - MAX_SHOWN;
  return html`<ul class="heard-by">
      ${listeners.slice(0, MAX_SHOWN).map(
        ({ id, rung, connected_seconds: seconds }) => html`<li key=${id} class="row">
          <span>${rungWords(rung)}</span> <span class="figure">${fill(t.listenedFor, { time: duration(seconds) })}</span>
        </li>`,
      )}
    </ul>
    ${more > 0 && html`<p class="hint">${counted(t.moreListeners, more)}</p>`}
    <p class="answer" role="status" data-tone="bad">${problem}</p>`;
}
