import { html, useState } from '../html.js';
import { words } from '../language.js';
import { restartAndWait } from '../restart.js';
import { loadGiven } from './given.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/** That something waits for a start of Pipit, and the button for it. @param why a sentence */
export function RestartNotice({ why, onBack }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const restart = async () => {
    if (isBusy) return;
    setBusy(true);
    setProblem('');
    try {
      if (await restartAndWait()) {
        await loadGiven();
        onBack?.();
      } else setProblem(t.notBack);
    } catch (error) {
      setProblem(error.message);
    }
    setBusy(false);
  };
  return html`<div class="notice restart-notice" id="restart">
    <p role="status">${isBusy ? t.restarting : why}</p>
    ${isBusy && html`<progress aria-label=${t.restarting}></progress>`}
    ${problem !== '' && html`<p role="alert">${problem}</p>`}
    <button type="button" class="main" id="restart-now" aria-disabled=${isBusy} onClick=${restart}>${t.restartNow}</button>
  </div>`;
}
