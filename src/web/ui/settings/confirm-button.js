import { html, useEffect, useRef, useState } from '../html.js';
import { t } from './texts.js';

/** A button that asks once more. @param question what it asks; `label` says what is done; `name` tells it from its like */
export function ConfirmButton({ label, name, question, tone = '', onConfirm, id }) {
  const [isAsking, setAsking] = useState(false);
  const yes = useRef();
  const first = useRef();
  const wasAsking = useRef(false);
  useEffect(() => {
    if (isAsking) yes.current.focus();
    else if (wasAsking.current) first.current?.focus();
    wasAsking.current = isAsking;
  }, [isAsking]);
  const confirm = () => {
    setAsking(false);
    void onConfirm();
  };
  if (!isAsking) {
    return html`<button ref=${first} id=${id} class=${tone} type="button" aria-label=${name} onClick=${() => setAsking(true)}>${label}</button>`;
  }
  return html`<span class="confirm" role="group" aria-label=${label} onKeyDown=${({ key }) => key === 'Escape' && setAsking(false)}>
    <span>${question}</span>
    <span class="buttons">
      <button ref=${yes} id=${id === undefined ? undefined : `${id}-yes`} class=${tone === 'danger' ? 'danger' : 'main'} type="button" onClick=${confirm}>${label}</button>
      <button type="button" onClick=${() => setAsking(false)}>${t.cancel}</button>
    </span>
  </span>`;
}
