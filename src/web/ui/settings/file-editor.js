// The file itself, as a text: for who knows it, and for what no form has.

import { html, useEffect, useRef, useState } from '../html.js';
import { fill } from '../language.js';
import { addressOf } from '../router.js';
import { Store, useStore } from '../store.js';
import { checkFile, getFile, putFile } from './calls.js';
import { flawText } from './field.js';
import { loadSettings } from './form.js';
import { namesText } from './save-bar.js';
import { t } from './texts.js';

/** Outlives the view: what was typed is not lost by looking elsewhere. `held`: as the station has it; `tag`: which text that is. */
const file = new Store(undefined);
const NOTHING = { tone: '', text: '', found: [] };

export function FileEditor() {
  const now = useStore(file);
  const [answer, setAnswer] = useState(NOTHING);
  const area = useRef();
  const gutter = useRef();
  const isChanged = now !== undefined && now.text !== now.held;

  const load = async () => {
    try {
      const { text, tag } = await getFile();
      file.set({ text, held: text, tag });
      setAnswer(NOTHING);
    } catch (error) {
      setAnswer({ tone: 'bad', text: error.message, found: [] });
    }
  };
  useEffect(() => {
    if (!isChanged) void load();
  }, []);
  const act = async (work) => {
    setAnswer({ ...NOTHING, text: t.checking });
    try {
      setAnswer({ tone: '', text: await work(), found: [] });
    } catch (error) {
      setAnswer({ tone: 'bad', text: error.message, found: error.answer?.diagnostics ?? [] });
    }
  };
  const check = () =>
    act(async () => outcomeText(await checkFile(now.text), t.wouldNothing, t.wouldBeLive, t.withRestart));
  const save = () =>
    act(async () => {
      const result = await putFile(now.text, now.tag);
      await load();
      await loadSettings();
      return `${t.saved} ${outcomeText(result, t.savedNothing, t.inEffect, t.withRestart)}`;
    });
  const lead = (line) => {
    const { start, end } = lineAt(now.text, line);
    area.current.focus();
    area.current.setSelectionRange(start, end);
    const lineHeight = area.current.scrollHeight / Math.max(1, now.text.split('\n').length);
    area.current.scrollTop = Math.max(0, (line - 4) * lineHeight);
  };
  return html`<section class="card" aria-label=${t.fileText}>
    <p><a class="back" href=${addressOf('settings', 'all')}>${t.section_all}</a></p>
    <p class="hint">${t.fileWhy}</p>
    ${
      now === undefined
        ? html`<p class="hint" role="status">${answer.text === '' ? t.loading : ''}</p>`
        : html`<div class="editor">
            <pre ref=${gutter} aria-hidden="true">${now.text
              .split('\n')
              .map((_, index) => `${index + 1}\n`)
              .join('')}</pre>
            <textarea id="file-text" ref=${area} wrap="off" spellcheck="false" autocapitalize="off" autocomplete="off"
              aria-label=${t.fileText} aria-describedby="file-answer" aria-invalid=${answer.found.length > 0 ? 'true' : undefined}
              value=${now.text} onInput=${({ target }) => file.change({ text: target.value })}
              onScroll=${({ target }) => {
                gutter.current.scrollTop = target.scrollTop;
              }}></textarea>
          </div>`
    }
    <div id="file-answer" class="answer" role="status" data-tone=${answer.tone}>${
      answer.found.length === 0
        ? answer.text
        : html`<strong>${t.refused}</strong>
          <ul class="plain">
            ${answer.found.map(
              (flaw, index) => html`<li key=${index}>
                ${flaw.line > 0 && html`<button class="link" type="button" onClick=${() => lead(flaw.line)}>${fill(t.line, { n: String(flaw.line) })}</button>${': '}`}
                <span lang="en">${flawText(flaw)}</span>
              </li>`,
            )}
          </ul>`
    }</div>
    <p class="buttons">
      <button id="file-save" class="main" type="button" aria-disabled=${!isChanged} onClick=${() => isChanged && save()}>${t.save}</button>
      <button id="file-check" type="button" onClick=${check}>${t.check}</button>
      <button type="button" onClick=${load}>${isChanged ? t.discard : t.readAgain}</button>
    </p>
  </section>`;
}

function outcomeText({ live, restart }, nothing, inEffect, later) {
  const parts = [
    ...(live.length > 0 ? [fill(inEffect, { names: namesText(live) })] : []),
    ...(restart.length > 0 ? [fill(later, { names: namesText(restart) })] : []),
  ];
  return parts.length === 0 ? nothing : parts.join(' ');
}

/** Where a line begins and ends in a text. */
function lineAt(text, line) {
  const lines = text.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  return { start, end: start + (lines[line - 1]?.length ?? 0) };
}
