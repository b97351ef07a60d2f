import { html, useEffect, useState } from '../html.js';
import { duration, fill } from '../language.js';
import { addressOf } from '../router.js';
import { station } from '../station.js';
import { useStore } from '../store.js';
import { BackupCard } from './backup-card.js';
import { getRelease, identify, reboot, resetToFactory, shutDown } from './calls.js';
import { ConfirmButton } from './confirm-button.js';
import { Field } from './field.js';
import { RestartButton } from './restart-button.js';
import { t } from './texts.js';
import { UpdateCard } from './update-card.js';

/** The machine and the program on it. */
export function SystemSection() {
  return html`
    <${VersionCard} />
    <${UpdateCard} />
    <${PowerCard} />
    <${BackupCard} />
    <${ResetCard} />
  `;
}

function VersionCard() {
  const { status } = useStore(station);
  const [release, setRelease] = useState();
  useEffect(() => {
    getRelease().then(setRelease, () => setRelease(undefined));
  }, [status?.version]);
  return html`<section class="card" aria-labelledby="version-title">
    <h2 id="version-title">${fill(t.version, { version: status?.version ?? '' })}</h2>
    <p class="hint">${status !== undefined && fill(t.up, { time: duration(status.uptime_seconds) })} · <a href=${addressOf('log')}>${t.supportLink}</a></p>
    ${
      release?.newer &&
      html`<p class="notice row"><span>${fill(t.newer, { version: release.latest })}</span>
        ${release.url !== '' && html`<a class="button" href=${release.url} rel="noreferrer">${t.whatIsNew}</a>`}</p>`
    }
    ${release?.enabled && !release.newer && release.latest !== null && html`<p class="hint">${t.isNewest}</p>`}
    ${release?.enabled && release.problem && html`<p class="hint" lang="en">${release.problem}</p>`}
    <div class="keys"><${Field} name="advanced.check_releases" /></div>
  </section>`;
}

function PowerCard() {
  const [answer, setAnswer] = useState({ tone: '', text: '' });
  const act = async (work, done) => {
    setAnswer({ tone: '', text: '' });
    try {
      await work();
      setAnswer({ tone: '', text: done });
    } catch (error) {
      setAnswer({ tone: 'bad', text: error.message });
    }
  };
  return html`<section class="card" aria-labelledby="power-title">
    <h2 id="power-title">${t.power}</h2>
    <p class="hint">${t.powerWhy}</p>
    <p class="buttons">
      <${RestartButton} />
      <button type="button" onClick=${() => act(identify, t.identified)}>${t.identify}</button>
      <${ConfirmButton} label=${t.reboot} question=${t.rebootWhy} onConfirm=${() => act(reboot, t.rebooting)} />
      <${ConfirmButton} label=${t.shutDown} question=${t.shutDownWhy} tone="danger" onConfirm=${() => act(shutDown, t.shuttingDown)} />
    </p>
    <p class="answer" role="status" data-tone=${answer.tone}>${answer.text}</p>
  </section>`;
}

/** Takes the word, written out. */
function ResetCard() {
  const [typed, setTyped] = useState('');
  const [answer, setAnswer] = useState({ tone: '', text: '' });
  const isWritten = typed.trim().toLowerCase() === t.resetWord;
  const submit = async (event) => {
    event.preventDefault();
    if (!isWritten) return;
    try {
      await resetToFactory();
      setTyped('');
      setAnswer({ tone: '', text: t.resetDone });
    } catch (error) {
      setAnswer({ tone: 'bad', text: error.message });
    }
  };
  return html`<details class="card" id="factory-reset">
    <summary>${t.factoryReset}</summary>
    <p>${t.factoryResetWhy}</p>
    <form class="keys" onSubmit=${submit}>
      <div class="key">
        <label for="reset-word">${fill(t.typeWord, { word: t.resetWord })}</label>
        <input id="reset-word" autocomplete="off" autocapitalize="off" spellcheck="false" value=${typed} onInput=${({ target }) => setTyped(target.value)} />
      </div>
      <p class="buttons"><button class="danger" type="submit" aria-disabled=${!isWritten}>${t.factoryReset}</button></p>
    </form>
    <p class="answer" role="status" data-tone=${answer.tone}>${answer.text}</p>
  </details>`;
}
