import { html, useState } from '../html.js';
import { fill, words } from '../language.js';
import { quickSync } from './quality-state.js';
import { levelName, mbpsWords } from './quality-words.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/** The button that measures the way between this browser and the appliance. */
export function LinkTest() {
  const [isRunning, setRunning] = useState(false);
  const [said, setSaid] = useState({ text: '', tone: '' });
  const run = async () => {
    if (isRunning) return;
    setRunning(true);
    setSaid({ text: t.testingLong, tone: '' });
    setSaid(resultWords(await quickSync.test()));
    setRunning(false);
  };
  // The button is not `disabled`, with which it would lose the keyboard's focus.
  return html`<div class="test">
    <button id="link-test" type="button" aria-disabled=${String(isRunning)} onClick=${run}>${isRunning ? t.testing : t.test}</button>
    <progress id="link-progress" aria-label=${t.testProgress} hidden=${!isRunning}></progress>
    <p id="link-answer" class="answer" role="status" data-tone=${said.tone}>${said.text}</p>
  </div>`;
}

function resultWords({ answer, error }) {
  if (answer === undefined) return { text: error, tone: 'bad' };
  const speed = mbpsWords(answer.network_speed_mbps);
  if (error !== '') {
    return { text: fill(t.assumedSpeed, { why: /[.!?]$/.test(error) ? error : `${error}.`, speed }), tone: 'bad' };
  }
  return { text: fill(t.enoughFor, { speed, level: levelName(answer.recommended_quality) }), tone: '' };
}
