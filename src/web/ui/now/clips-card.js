import { deleteClip, getClips, saveClip } from '../api.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { bytes, counted, dateTime, fill, words } from '../language.js';
import { live } from '../live.js';
import { stop } from './sound.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const LENGTHS = [
  [30, t.last30],
  [60, t.last60],
  [300, t.last300],
];
const FEW = 3;
/** Whoever deletes is asked once more, for so long. */
const ASK_MS = 4_000;

/** Keeps what was heard a moment ago, and what was kept so. @param path of the mount */
export function ClipsCard({ path }) {
  const [seconds, setSeconds] = useState(60);
  const [clips, setClips] = useState([]);
  const [isAll, setAll] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [played, setPlayed] = useState();
  const [answer, setAnswer] = useState({ text: '', tone: '' });

  const load = async () => {
    try {
      setClips((await getClips()).clips);
    } catch {
      // Who may not know what is kept sees none.
    }
  };
  useEffect(() => {
    void load();
    return live.watch('events', (told) => told.some(({ type }) => type === 'clip_saved') && load());
  }, []);

  const does = async (work) => {
    if (isBusy) return;
    setBusy(true);
    try {
      setAnswer({ text: await work(), tone: '' });
    } catch (error) {
      setAnswer({ text: error.message, tone: 'bad' });
    }
    await load();
    setBusy(false);
  };
  const save = () =>
    does(async () => {
      const { seconds: kept } = await saveClip(path, seconds);
      return fill(t.clipSaved, { n: Math.round(kept) });
    });
  const remove = (name) =>
    does(async () => {
      if (played === name) setPlayed(undefined);
      await deleteClip(name);
      return t.clipDeleted;
    });

  return html`<section id="clips" class="card" aria-labelledby="clips-title">
    <h2 id="clips-title">${t.clips}</h2>
    <p class="hint">${t.clipsHint}</p>
    <div class="clip-save">
      <select id="clip-length" aria-label=${t.clipLength} onChange=${({ target }) => setSeconds(Number(target.value))}>
        ${LENGTHS.map(([value, name]) => html`<option key=${value} value=${value} selected=${value === seconds}>${name}</option>`)}
      </select>
      <button id="clip-save" type="button" aria-busy=${isBusy} onClick=${save}>${t.keep}</button>
    </div>
    <p id="clips-answer" class="answer" role="status" data-tone=${answer.tone}>${answer.text}</p>
    ${
      clips.length > 0 &&
      html`<ul id="clip-list" aria-label=${t.clips}>
        ${(isAll ? clips : clips.slice(0, FEW)).map(
          (clip) => html`<${Clip} key=${clip.name} clip=${clip} isPlayed=${played === clip.name}
            play=${() => setPlayed(played === clip.name ? undefined : clip.name)} remove=${() => remove(clip.name)} />`,
        )}
      </ul>`
    }
    ${clips.length > FEW && !isAll && html`<p><button type="button" class="link" onClick=${() => setAll(true)}>${counted(t.allClips, clips.length)}</button></p>`}
  </section>`;
}

function Clip({ clip: { name, url, size_bytes: size, saved_ms: savedMs }, isPlayed, play, remove }) {
  const [isAsking, setAsking] = useState(false);
  const time = dateTime(savedMs, { dateStyle: 'medium', timeStyle: 'medium' });
  const audio = useRef();
  useEffect(() => {
    if (!isAsking) return undefined;
    const timer = setTimeout(() => setAsking(false), ASK_MS);
    return () => clearTimeout(timer);
  }, [isAsking]);
  useEffect(() => {
    if (!isPlayed) return;
    // One at a time.
    stop();
    audio.current.play().catch(() => {
      // Its own controls play it.
    });
  }, [isPlayed]);
  return html`<li class="clip">
    <p><time datetime=${new Date(savedMs).toISOString()}>${time}</time> <span class="hint">${bytes(size)}</span></p>
    <p class="buttons">
      <button type="button" aria-label=${fill(isPlayed ? t.stopClip : t.playClip, { time })} onClick=${play}>${isPlayed ? t.stop : t.play}</button>
      <a class="button" href=${url} download=${name} aria-label=${fill(t.downloadClip, { time })}>${t.download}</a>
      <button type="button" class=${isAsking ? 'danger' : ''} aria-label=${fill(isAsking ? t.reallyDeleteClip : t.deleteClip, { time })}
        onClick=${() => (isAsking ? remove() : setAsking(true))}>${isAsking ? t.reallyDelete : t.delete}</button>
    </p>
    ${isPlayed && html`<audio ref=${audio} src=${url} controls preload="auto" aria-label=${time}></audio>`}
  </li>`;
}
