import { html } from '../html.js';
import { fill, words } from '../language.js';
import { activeSourceOf } from '../station.js';
import { useStore } from '../store.js';
import { LevelMeter } from './level-meter.js';
import { Notice } from './notice.js';
import { quality } from './quality-state.js';
import { decisionWhy, heardWhy, levelWords, modeChoice, modeWords, rungWords } from './quality-words.js';
import { chooseMount, playing, toggle } from './sound.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/** Plays, and says what is heard, how loud and how well. @param mount the one that is played; undefined: not known yet */
export function PlayerCard({ status, mount }) {
  const source = status === undefined ? undefined : activeSourceOf(status, mount);
  return html`<section class="card player" aria-label=${t.player}>
    <${Notice} status=${status} mount=${mount} source=${source} />
    ${status !== undefined && status.mounts.length > 1 && html`<${MountChoice} mounts=${status.mounts} path=${mount?.path} />`}
    <${Stage} status=${status} mount=${mount} source=${source} />
    <${LevelMeter} source=${source} />
    <${Heard} />
  </section>`;
}

function MountChoice({ mounts, path }) {
  return html`<div class="row">
    <label for="mount">${t.mount}</label>
    <select id="mount" value=${path} onChange=${({ target }) => chooseMount(target.value)}>
      ${mounts.map((each) => html`<option key=${each.path} value=${each.path}>${nameOf(each)}</option>`)}
    </select>
  </div>`;
}

function nameOf({ path, metadata }) {
  return metadata.title === '' ? path : `${path} · ${metadata.title}`;
}

function Stage({ status, mount, source }) {
  const state = useStore(playing);
  const { title = '', artist = '' } = mount?.metadata ?? {};
  const instead = source === undefined ? t.nothing : fill(t.liveFrom, { name: status?.station_name });
  return html`<div class="stage">
    <button id="play" type="button" aria-label=${state.isWanted ? t.stop : t.play} data-wanted=${String(state.isWanted)} onClick=${toggle}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path class="when-stopped" d="M8.5 5.2v13.6c0 .8.9 1.3 1.5.8l10-6.8c.6-.4.6-1.2 0-1.6l-10-6.8c-.6-.5-1.5 0-1.5.8z" />
        <rect class="when-playing" x="6.5" y="6.5" width="11" height="11" rx="1.8" />
      </svg>
    </button>
    <div class="playing">
      <p id="title">${status === undefined ? '…' : title || instead}</p>
      ${artist !== '' && html`<p id="artist">${artist}</p>`}
      <p id="state" role="status" data-tone=${state.tone}>${stateWords(state)}</p>
    </div>
  </div>`;
}

function stateWords({ code, why, sentence, seconds }) {
  return code === 'retrying' ? fill(t.retrying, { why: sentence ?? t[why], seconds }) : t[code];
}

/** What is heard now, or would be. */
function Heard() {
  const { isWanted } = useStore(playing);
  const now = useStore(quality);
  const [what, why] = now.status === undefined ? ['…', ''] : heardOf(now, isWanted);
  return html`<div class="heard">
    <div class="row"><span>${t.quality}</span> <span id="heard">${what}</span></div>
    <p class="hint"><span id="heard-why">${why}</span> <button class="link" type="button" onClick=${showQuality}>${t.change}</button></p>
  </div>`;
}

function heardOf({ status, details, mode, presets, listener, isRescue }, isWanted) {
  if (!isWanted || listener === undefined) {
    const what = mode === 'auto' ? modeWords(mode, levelWords(status.quality)) : modeChoice(mode, presets);
    return [what, decisionWhy(details?.reasons ?? [])[0] ?? ''];
  }
  const why = isRescue ? t.rescued : mode === 'auto' ? heardWhy(details.reasons, listener.hold) : t.chosen;
  return [modeWords(mode, rungWords(listener.rung)), why];
}

function showQuality() {
  document.querySelector('#sound-quality').scrollIntoView({ block: 'start' });
  document.querySelector('#quality').focus({ preventScroll: true });
}
