import { copyText } from '../clipboard.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { fill, words } from '../language.js';
import { useStore } from '../store.js';
import { quality } from './quality-state.js';
import { linkUrl } from './sound.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const COPIED_MS = 2_000;
const LINKS = [
  ['.mp3', 'MP3', t.linkMp3],
  ['.aac', 'AAC', t.linkAac],
  ['.opus', 'Opus', t.linkOpus],
  ['.flac', 'FLAC', t.linkFlac],
  ['.m3u', 'M3U', t.linkM3u],
  ['.pls', 'PLS', t.linkPls],
];

/** The addresses that other players open. @param path of the mount */
export function LinksCard({ path }) {
  const { mode } = useStore(quality);
  const [said, setSaid] = useState('');
  return html`<section class="card elsewhere" aria-labelledby="elsewhere">
    <h2 id="elsewhere">${t.elsewhere}</h2>
    <p class="hint">${t.elsewhereHint}</p>
    <ul id="links">
      ${LINKS.map(
        ([extension, name, note]) =>
          html`<${Link} key=${extension} id=${`link${extension.replace('.', '-')}`} name=${name} note=${note} url=${linkUrl(path, extension, mode).href} say=${setSaid} />`,
      )}
    </ul>
    <p id="copied" class="visually-hidden" role="status">${said}</p>
  </section>`;
}

function Link({ id, name, note, url, say }) {
  const field = useRef();
  const [result, setResult] = useState();
  useEffect(() => {
    if (result === undefined) return undefined;
    const timer = setTimeout(() => {
      setResult(undefined);
      say('');
    }, COPIED_MS);
    return () => clearTimeout(timer);
  }, [result]);

  const copy = async () => {
    const isCopied = await copyText(url);
    setResult(isCopied);
    say(isCopied ? fill(t.linkCopied, { name }) : t.linkSelected);
    if (!isCopied) field.current.select();
  };
  return html`<li class="link">
    <label for=${id}>${name} <span>${note}</span></label>
    <input id=${id} readonly value=${url} ref=${field} onFocus=${({ target }) => target.select()} />
    <button type="button" aria-label=${fill(t.copyLink, { name })} onClick=${copy}>
      ${result === undefined ? t.copy : result ? t.copied : t.copyKeys}
    </button>
  </li>`;
}
