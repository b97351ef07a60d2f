import { copyText } from '../clipboard.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { fill, words } from '../language.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const SAID_MS = 2_500;

/** A text to take elsewhere, with a button that copies it. @param lines more than one: shown as such */
export function CopyField({ id, label, text, lines = 1 }) {
  const field = useRef();
  const [isCopied, setCopied] = useState();
  useEffect(() => {
    if (isCopied === undefined) return undefined;
    const timer = setTimeout(() => setCopied(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    const done = await copyText(text);
    if (!done) field.current.select();
    setCopied(done);
  };
  const shared = { id, readOnly: true, value: text, ref: field, onFocus: ({ target }) => target.select() };
  return html`<div class="copy-field">
    <label for=${id}>${label}</label>
    ${lines === 1 ? html`<input ...${shared} />` : html`<textarea rows=${lines} spellcheck="false" ...${shared}></textarea>`}
    <button type="button" aria-label=${fill(t.copyNamed, { name: label })} onClick=${copy}>
      ${isCopied === undefined ? t.copy : isCopied ? t.copied : t.marked}
    </button>
    <span class="visually-hidden" role="status">${isCopied === undefined ? '' : isCopied ? t.copied : t.marked}</span>
  </div>`;
}
