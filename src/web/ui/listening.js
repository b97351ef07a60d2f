import { html } from './html.js';
import { words } from './language.js';
import { playing, stop } from './now/sound.js';
import { route } from './router.js';
import { useStore } from './store.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/** Says that the page plays, where the player itself is not in sight, and stops it. */
export function Listening() {
  const { isWanted } = useStore(playing);
  const { name } = useStore(route);
  if (!isWanted || name === 'now') return null;
  return html`<button id="listening" class="pill" type="button" onClick=${stop}>
    ${t.playing} <span aria-hidden="true">■</span> <span class="visually-hidden">${t.stop}</span>
  </button>`;
}
