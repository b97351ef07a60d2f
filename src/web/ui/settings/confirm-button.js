import { html, useEffect, useRef, useState } from '../html.js';
import { t } from './texts.js';

/**
 * A button that asks once more. @param question what it asks, or a function that finds that out and gives undefined when
 *   there is nothing to ask; `label` says what is done; `name` tells it from its like
 */
export function ConfirmButton({ label, name, question, tone = '', onConfirm, id }) {
  const [asked, setAsked] = useState();
  const isAsking = asked !== undefined;
  const yes = useRef();
  const first = useRef();
  const wasAsking = useRef(false);
  useEffect(() => {
    if (isAsking) yes.current.focus();
    else if (wasAsking.current) first.current?.focus();
    wasAsking.current = isAsking;
  }, [isAsking]);
  const confirm = () => {
    setAsked(undefined);
    void onConfirm();
  };
  const ask = async () => setAsked(typeof question === 'function' ? await question() : question);
  if (!isAsking) {
    return html`<button ref=${first} id=${id} class=${tone} type="button" aria-label=${name} onClick=${ask}>${label}</button>`;
  }
  return html`<span class="confirm" role="group" aria-label=${label} onKeyDown=${({ key }) => key === 'Escape' && setAsked(undefined)}>
    <span>${asked}</span>
    <span class="buttons">
      <button ref=${yes} id=${id === undefined ? undefined : `${id}-yes`} class=${tone === 'danger' ? 'danger' : 'main'} type="button" onClick=${confirm}>${label}</button>
      <button type="button" onClick=${() => setAsked(undefined)}>${t.cancel}</button>
    </span>
  </span>`;
}
