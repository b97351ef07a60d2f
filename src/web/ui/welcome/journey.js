// The way through the first visit: its steps, and where somebody is on it. Each step has an address of its own.

import { goTo, route } from '../router.js';
import { Store } from '../store.js';

const KEY = 'welcome';
const ALL = ['start', 'microphone', 'sound', 'camera', 'name', 'wifi', 'done'];

/** Where somebody is who has begun and not come to the end; empty: nobody is on the way. It outlives the page. */
export const journey = new Store(stored());
/** The system looks after Wi-Fi and has not joined any. */
export const wantsWifi = new Store(false);

/** The steps there are here, in their order. */
export function stepsOf(hasWifi) {
  return ALL.filter((step) => step !== 'wifi' || hasWifi);
}

export function isStep(name) {
  return ALL.includes(name);
}

/** Whether one step leads to the next; whoever came for a single one, or for a source by its name, is not led. */
export function isGuided() {
  return journey.value !== '' && !route.value.rest.includes('/');
}

/** Notes where somebody is; empty: at the end. */
export function noteStep(step) {
  journey.set(step);
  try {
    if (step === '') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, step);
  } catch {
    // Browsers may forbid it; then the address alone tells where.
  }
}

/** Goes to the step before or after one; whoever came for that one alone goes back to the settings. */
export function goFrom(step, by) {
  const steps = stepsOf(wantsWifi.value);
  const next = steps[steps.indexOf(step) + by];
  if (!isGuided() || next === undefined) goTo('settings');
  else goTo('welcome', next);
}

function stored() {
  try {
    const step = localStorage.getItem(KEY) ?? '';
    return isStep(step) ? step : '';
  } catch {
    return '';
  }
}
