import { html, useRef, useState } from '../html.js';
import { bytes, dateTime, fill } from '../language.js';
import { getBackup, restoreBackup, undoRestore } from './calls.js';
import { ConfirmButton } from './confirm-button.js';
import { flawText } from './field.js';
import { discard, loadSettings } from './form.js';
import { RestartButton } from './restart-button.js';
import { t } from './texts.js';

/** All settings as one file, and back. */
export function BackupCard() {
  const [file, setFile] = useState();
  const [restored, setRestored] = useState();
  const [answer, setAnswer] = useState({ tone: '', text: '', found: [] });
  const chooser = useRef();
  const act = async (text, work) => {
    setAnswer({ tone: '', text, found: [] });
    setRestored(undefined);
    try {
      setAnswer({ tone: '', text: await work(), found: [] });
    } catch (error) {
      setAnswer({ tone: 'bad', text: error.message, found: error.answer?.diagnostics ?? [] });
    }
  };
  const download = () =>
    act(t.makingBackup, async () => {
      const { blob, name } = await getBackup();
      saveAs(blob, name);
      return fill(t.backupMade, { name, size: bytes(blob.size) });
    });
  const take = (work) =>
    act(t.restoring, async () => {
      const result = await work();
      discard();
      await loadSettings();
      setRestored(result);
      return '';
    });
  const restore = () =>
    take(async () => {
      const result = await restoreBackup(file);
      setFile(undefined);
      if (chooser.current) chooser.current.value = '';
      return result;
    });
  return html`<section class="card" id="backup" aria-labelledby="backup-title">
    <h2 id="backup-title">${t.backup}</h2>
    <p class="hint">${t.backupWhy}</p>
    <p class="buttons"><button id="backup-save" type="button" onClick=${download}>${t.backupSave}</button></p>
    <div class="key">
      <label for="backup-file">${t.backupFile}</label>
      <input id="backup-file" ref=${chooser} type="file" accept=".gz,application/gzip" aria-describedby="backup-doc" onChange=${({ target }) => setFile(target.files[0])} />
      <p class="hint" id="backup-doc">${t.restoreWhy}</p>
    </div>
    ${
      file !== undefined &&
      html`<p class="buttons"><${ConfirmButton} id="restore" label=${t.restore} question=${fill(t.restoreSure, { name: file.name })} tone="danger"
        onConfirm=${restore} /></p>`
    }
    <div class="answer" id="backup-answer" role="status" data-tone=${answer.tone}>
      ${answer.text}
      ${answer.found.length > 0 && html`<ul class="plain" lang="en">${answer.found.map((flaw, index) => html`<li key=${index}>${flawText(flaw)}</li>`)}</ul>`}
      ${restored !== undefined && html`<${Restored} restored=${restored} />`}
    </div>
    ${
      restored !== undefined &&
      html`<p class="buttons"><${RestartButton} /> <button id="restore-undo" type="button" onClick=${() => take(undoRestore)}>${t.restoreUndo}</button></p>`
    }
  </section>`;
}

function Restored({ restored: { restored: parts, created_at: madeAt } }) {
  const names = parts.map((part) => t[`part_${part}`] ?? part).join(', ');
  return html`<p><strong>${fill(t.restored, { time: dateTime(new Date(madeAt)) })}</strong> ${names}. ${t.restoredNext}</p>`;
}

function saveAs(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
