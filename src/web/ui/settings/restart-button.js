import { getStatus } from '../api.js';
import { html } from '../html.js';
import { refreshStation } from '../station.js';
import { Store, useStore } from '../store.js';
import { restartProgram } from './calls.js';
import { loadSettings, outcome } from './form.js';
import { t } from './texts.js';

const LOOK_MS = 1_000;
const PATIENCE_MS = 90_000;

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
    await restartProgram();
    await isThereAgain();
    await loadSettings();
    await refreshStation();
    restart.set({ state: 'idle', problem: '' });
    outcome.set({ isBusy: false });
  } catch (error) {
    restart.set({ state: 'failed', problem: error.message });
  }
}

/** Resolves when the station answers after it did not, or has just begun. */
async function isThereAgain() {
  const startedMs = performance.now();
  while (performance.now() - startedMs < PATIENCE_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const status = await getStatus().catch(() => undefined);
    const seconds = (performance.now() - startedMs) / 1000;
    if (status !== undefined && status.uptime_seconds <= seconds + 1) return;
  }
  throw new Error(t.notBack);
}
