// The button that measures the way between this browser and the appliance.

import { LEVEL_NAMES, mbpsFigure } from './quality-words.js';
import { $, answerWith } from './show.js';

let isRunning = false;

/** @param test of QuickSync; resolves with `answer` and `error` */
export function offerLinkTest(test) {
  $('link-test').addEventListener('click', () => void run(test));
}

async function run(test) {
  if (isRunning) return;
  setRunning(true);
  answerWith('link-answer', 'Testing… This takes up to 5 seconds.');
  const { answer, error } = await test();
  if (answer === undefined) answerWith('link-answer', error, 'bad');
  else if (error !== '') answerWith('link-answer', `${stopped(error)} ${speed(answer)} is assumed.`, 'bad');
  else {
    const level = LEVEL_NAMES[answer.recommended_quality] ?? answer.recommended_quality;
    answerWith('link-answer', `${speed(answer)}: enough for ${level}.`);
  }
  setRunning(false);
}

/** The button is not `disabled`, with which it would lose the keyboard's focus. */
function setRunning(running) {
  isRunning = running;
  const button = $('link-test');
  button.setAttribute('aria-disabled', String(running));
  button.textContent = running ? 'Testing…' : 'Test the connection';
  $('link-progress').hidden = !running;
}

function speed({ network_speed_mbps: mbps }) {
  return `${mbpsFigure(mbps)} Mbit/s`;
}

function stopped(text) {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
