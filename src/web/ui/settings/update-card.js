import { html, useEffect, useRef, useState } from '../html.js';
import { fill, number } from '../language.js';
import { getUpdate, installUpdate, reboot, sendUpdate } from './calls.js';
import { ConfirmButton } from './confirm-button.js';
import { t } from './texts.js';

const BUSY = ['downloading', 'checking', 'installing', 'confirming'];
const BUSY_LOOK_MS = 1_000;
const LOOK_MS = 10_000;

/** Updates of the whole system, where it takes them; else how Pipit is updated here. */
export function UpdateCard() {
  const [update, setUpdate] = useState();
  const [answer, setAnswer] = useState('');
  const [sent, setSent] = useState();
  const look = () => getUpdate().then(setUpdate, () => {});
  const isBusy = sent !== undefined || BUSY.includes(update?.state);
  useEffect(() => {
    void look();
    const timer = setInterval(look, isBusy ? BUSY_LOOK_MS : LOOK_MS);
    return () => clearInterval(timer);
  }, [isBusy]);
  if (update === undefined) return null;
  if (!update.available)
    return html`<section class="card" id="update"><p class="hint">${t.updatePackage}</p></section>`;
  const act = async (work) => {
    setAnswer('');
    try {
      await work();
    } catch (error) {
      setAnswer(error.answer?.code === undefined ? error.message : problemText(error.answer.code, error.message));
    }
    setSent(undefined);
    await look();
  };
  const send = (file) => act(() => sendUpdate(file, (part) => setSent(part)));
  const state = sent === undefined ? update.state : 'sending';
  const percent = sent === undefined ? update.percent : Math.floor(100 * sent);
  const { version, problem, latest } = update;
  const isNews = latest !== null && latest.version !== update.installed && state !== 'installed';
  return html`<section class="card" id="update" aria-labelledby="update-title">
    <h2 id="update-title">${t.update}</h2>
    <p id="update-state" role="status">${stateText(state, version)}</p>
    ${isBusy && html`<progress aria-labelledby="update-state" ...${percent === null ? {} : { value: percent, max: 100 }}>${percent === null ? '' : number(percent)}</progress>`}
    ${problem !== null && !isBusy && html`<p class="answer" data-tone="bad" id="update-problem">${problemText(problem.code, `${problem.message}. ${problem.remedy}`)}</p>`}
    ${answer !== '' && html`<p class="answer" data-tone="bad">${answer}</p>`}
    ${
      state === 'installed'
        ? html`<p class="buttons"><${ConfirmButton} id="update-restart" label=${t.reboot} question=${t.rebootWhy} onConfirm=${() => act(reboot)} /></p>`
        : !isBusy &&
          html`<${Ways} latest=${isNews ? latest : null} onInstall=${(url) => act(() => installUpdate(url))} onFile=${send} />`
    }
  </section>`;
}

/** The newest version, a file, an address. */
function Ways({ latest, onInstall, onFile }) {
  const [file, setFile] = useState();
  const address = useRef();
  const fromAddress = (event) => {
    event.preventDefault();
    if (address.current.value !== '') void onInstall(address.current.value);
  };
  return html`
    ${latest !== null && html`<p class="buttons"><button id="update-latest" class="main" type="button" onClick=${() => onInstall(undefined)}>${fill(t.updateTo, { version: latest.version })}</button></p>`}
    <div class="key">
      <label for="update-file">${t.updateFile}</label>
      <input id="update-file" type="file" accept=".raucb" aria-describedby="update-doc" onChange=${({ target }) => setFile(target.files[0])} />
      <p class="hint" id="update-doc">${t.updateFileWhy}</p>
    </div>
    ${file !== undefined && html`<p class="buttons"><button id="update-send" class="main" type="button" onClick=${() => onFile(file)}>${t.updateInstall}</button></p>`}
    <details>
      <summary>${t.updateFromAddress}</summary>
      <form class="keys" onSubmit=${fromAddress}>
        <div class="key"><label for="update-url">${t.updateAddress}</label><input id="update-url" ref=${address} type="url" required maxlength="2048" autocomplete="off" placeholder="https://" /></div>
        <p class="buttons"><button type="submit">${t.updateInstall}</button></p>
      </form>
    </details>`;
}

function stateText(state, version) {
  return fill(t[`update_is_${state}`] ?? '', { version: version ?? '' });
}

function problemText(code, message) {
  return t[code.replace('.', '_').replaceAll('-', '_')] ?? message;
}
