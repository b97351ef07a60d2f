import { getRelease } from '../api.js';
import { html, useEffect, useState } from '../html.js';
import { fill, words } from '../language.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/** That there is a newer Pipit, where somebody wants to know. */
export function ReleaseNote() {
  const [release, setRelease] = useState();
  useEffect(() => {
    getRelease().then(setRelease, () => {
      // It is no more than a note.
    });
  }, []);
  if (release?.enabled !== true || !release.newer) return null;
  const text = fill(t.newRelease, { version: release.latest });
  const isLink = /^https?:\/\//.test(release.url);
  return html`<p id="release">${isLink ? html`<a href=${release.url} rel="noopener noreferrer" target="_blank">${text}</a>` : text}</p>`;
}
