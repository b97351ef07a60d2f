// The log of the station as it is written, for whoever knows the password.

import { access } from '../access.js';
import { getLog, getSupportBundle } from '../api.js';
import { copyText } from '../clipboard.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { counted, dateTime, words } from '../language.js';
import { live } from '../live.js';
import { useStore } from '../store.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'crit'];
const MAX_KEPT = 1_000;
/** Closer to the end than this, new lines are followed. */
const END_PX = 40;

export function View() {
  const who = useStore(access);
  const { lines, problem, load } = useLog(who?.signed_in);
  const [level, setLevel] = useState('info');
  const [paused, setPaused] = useState();
  const [answer, setAnswer] = useState({ text: '', tone: '' });
  const shown = (paused ?? lines).filter((line) => LEVELS.indexOf(line.level) >= LEVELS.indexOf(level));
  const waiting = paused === undefined ? 0 : lines.filter(({ key }) => key > (paused.at(-1)?.key ?? 0)).length;

  const act = async (work, done) => {
    setAnswer({ text: t.busy, tone: '' });
    try {
      await work();
      setAnswer({ text: done, tone: '' });
    } catch (error) {
      setAnswer({ text: error.message, tone: 'bad' });
    }
  };

  return html`
    <div class="log-view" data-wide>
      <h1 tabindex="-1">${t.title}</h1>
      <section class="card" aria-label=${t.title}>
        <div class="tools">
          <label>${t.level}
            <select id="log-level" onChange=${({ target }) => setLevel(target.value)}>
              ${LEVELS.map((each) => html`<option key=${each} value=${each} selected=${each === level}>${t.levels[each]}</option>`)}
            </select>
          </label>
          <span class="buttons">
            <button id="log-pause" type="button" aria-pressed=${paused !== undefined}
              onClick=${() => setPaused(paused === undefined ? lines : undefined)}>
              ${paused === undefined ? t.pause : t.resume}
            </button>
            <button id="log-copy" type="button" onClick=${() => act(() => copy(textOf(shown)), t.copied)}>${t.copy}</button>
            <button id="log-support" type="button" onClick=${() => act(saveBundle, t.saved)}>${t.support}</button>
          </span>
        </div>
        <p class="hint">${t.supportWhy}</p>
        <p class="answer" role="status" data-tone=${answer.tone}>${answer.text}</p>
        ${
          problem !== undefined
            ? html`<div class="notice" role="alert">
                <p>${problem}</p>
                <p class="buttons"><button id="log-retry" type="button" onClick=${load}>${t.retry}</button></p>
              </div>`
            : html`<${Lines} lines=${shown} isFollowed=${paused === undefined} />`
        }
        <p class="hint" role="status">${waiting > 0 && counted(t.waiting, waiting)}</p>
      </section>
    </div>
  `;
}

/** The lines that are known: what the station has kept, then what comes. */
function useLog(isSignedIn) {
  const [lines, setLines] = useState([]);
  const [problem, setProblem] = useState();
  const isOpen = useStore(live.isOpen);
  const load = async () => {
    try {
      const { lines: kept } = await getLog();
      setProblem(undefined);
      setLines((before) => joined(before, kept));
    } catch (error) {
      setProblem(error.message);
    }
  };
  // What was written while the socket was away is fetched.
  useEffect(() => void load(), [isOpen, isSignedIn]);
  useEffect(() => live.watch('log', (told) => setLines((before) => joined(before, told))), []);
  return { lines, problem, load };
}

/** Numbers of lines begin anew when the program does: with their time they are unique. */
function joined(before, told) {
  const known = new Set(before.map(({ key }) => key));
  const fresh = told.map((line) => ({ ...line, key: line.timeMs * 1e4 + (line.id % 1e4) }));
  const all = [...before, ...fresh.filter(({ key }) => !known.has(key))];
  return all.toSorted((a, b) => a.key - b.key).slice(-MAX_KEPT);
}

function Lines({ lines, isFollowed }) {
  const box = useRef();
  const isAtEnd = useRef(true);
  const last = lines.at(-1)?.key;
  useEffect(() => {
    if (isFollowed && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [last, isFollowed]);
  const onScroll = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < END_PX;
  };
  return html`<div id="log-lines" class="lines" role="log" aria-live="off" aria-label=${t.lines} tabindex="0" ref=${box} onScroll=${onScroll}>
    ${lines.length === 0 && html`<p class="hint">${t.none}</p>`}
    ${lines.map(
      ({ key, timeMs, level, room, text }) => html`<p key=${key} data-level=${level}>
        <time datetime=${new Date(timeMs).toISOString()}>${clockOf(timeMs)}</time>
        <span class="level">${t.levels[level]}</span>
        <span class="text">${room !== '' && html`<b>${room}:</b> `}${text}</span>
      </p>`,
    )}
  </div>`;
}

function clockOf(timeMs) {
  return dateTime(timeMs, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

function textOf(lines) {
  return lines
    .map(({ timeMs, level, room, text }) => {
      const from = room === '' ? '' : `${room}: `;
      return `${new Date(timeMs).toISOString()} ${level} ${from}${text}\n`;
    })
    .join('');
}

async function copy(text) {
  if (!(await copyText(text))) throw new Error(t.notCopied);
}

async function saveBundle() {
  const url = URL.createObjectURL(await getSupportBundle());
  const day = new Date().toISOString().slice(0, 10);
  const link = Object.assign(document.createElement('a'), { href: url, download: `pipit-support-${day}.tar.gz` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
