import { html } from '../html.js';
import { restartAndWait } from '../restart.js';
import { Store, useStore } from '../store.js';
import { loadSettings, outcome } from './form.js';
import { t } from './texts.js';

/** `idle`, `going`, `failed`; `problem`: why. */
const restart = new Store({ state: 'idle', problem: '' });

/** Starts the program again, and waits until it is there. */
export function RestartButton() {
  const { state, problem } = useStore(restart);
  return html`<span class="restart">
    <button type="button" class="restart-now" aria-disabled=${state === 'going'} onClick=${again}>
      ${state === 'going' ? t.restarting : t.restartNow}
    </button>
    <span class="hint" role="status">${problem}</span>
  </span>`;
}

async function again() {
  if (restart.value.state === 'going') return;
  restart.set({ state: 'going', problem: '' });
  try {
    if (!(await restartAndWait())) throw new Error(t.notBack);
    await loadSettings();
    restart.set({ state: 'idle', problem: '' });
    outcome.set({ isBusy: false });
  } catch (error) {
    restart.set({ state: 'failed', problem: error.message });
  }
}
