import { html, useState } from '../html.js';
import { fill, words } from '../language.js';
import { addressOf, linked } from '../router.js';
import { QrCode } from '../share/qr-code.js';
import { station } from '../station.js';
import { useStore } from '../store.js';
import { given, waitsForRestart } from './given.js';
import { goFrom, noteStep } from './journey.js';
import { RestartNotice } from './restart-notice.js';
import { WORDS } from './words.js';

const t = words(WORDS);
/** Names that mean another machine on each. */
const OWN_MACHINE = /^(localhost|127\.|\[::1\])/;
// For the code.
void linked(new URL('../share/style.css', import.meta.url));

/** The link to hand on, and what there is besides. */
export function DoneStep() {
  useStore(given);
  const { status } = useStore(station);
  const [isBack, setBack] = useState(false);
  const url = `${location.origin}/`;
  const end = () => noteStep('');
  const ways = [
    ['share', addressOf('share'), t.toShare, t.toShareWhy],
    ['home', addressOf('settings', 'mqtt'), t.toHome, t.toHomeWhy],
    ['settings', addressOf('settings'), t.toSettings, t.toSettingsWhy],
  ];
  return html`<section class="card step" id="step-done" aria-labelledby="step-title">
    <div>
      <h1 id="step-title" tabindex="-1">${fill(t.doneTitle, { name: status?.station_name ?? 'Pipit' })}</h1>
      <p class="step-why hint">${t.doneWhy}</p>
    </div>
    ${waitsForRestart() && html`<${RestartNotice} why=${t.restartForAll} onBack=${() => setBack(true)} />`}
    <p class="fine" role="status">${isBack ? t.isBack : ''}</p>
    <div class="hand-on">
      <${QrCode} text=${url} label=${fill(t.code, { url })} />
      <p><a href=${url}>${url}</a></p>
      <p class="hint">${OWN_MACHINE.test(location.hostname) ? fill(t.ownMachine, { host: location.hostname }) : t.codeWhy}</p>
    </div>
    <ul class="next-ways">
      ${ways.map(
        ([id, address, name, why]) =>
          html`<li key=${id}><a href=${address} onClick=${end}>${name}</a> <span class="way-why hint">${why}</span></li>`,
      )}
    </ul>
    <div class="ways">
      <button type="button" id="back" onClick=${() => goFrom('done', -1)}>${t.back}</button>
      <a class="button main" id="finish" href=${addressOf('now')} onClick=${end}>${t.finish}</a>
    </div>
  </section>`;
}
