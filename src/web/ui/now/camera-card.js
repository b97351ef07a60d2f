import { html, useEffect, useRef, useState } from '../html.js';
import { fill, words } from '../language.js';
import { Viewer } from './viewer.js';
import { WORDS } from './words.js';

const t = words(WORDS);

/** Figures change many times a second, and nobody reads as fast. */
const FIGURES_MS = 500;
/** Proportions that differ by less come of rounding. */
const SAME_RATIO = 0.01;
/** Whoever scrolls past, or turns a phone, is back before the connection is gone. */
const LINGER_MS = 1_000;
const USUAL_RATIO = 16 / 9;
const STATES = {
  connecting: t.cameraConnecting,
  live: t.cameraLive,
  lost: t.cameraLost,
  muted: t.cameraMuted,
  none: t.cameraNone,
  paused: t.cameraPaused,
};

/** One camera: which, how it is shown, and what is told of it. @param cameras of the status, at least one */
export function CameraCard({ cameras }) {
  const [wanted, setWanted] = useState();
  const [level, setLevel] = useState('auto');
  const [isPaused, setPaused] = useState(false);
  const camera = cameras.find(({ name }) => name === wanted) ?? cameras[0];
  const { name } = camera;
  const levels = [...camera.quality_levels].sort((one, other) => other - one);
  const base = cameras[0] === camera ? '/camera' : `/camera/${encodeURIComponent(name)}`;

  const choose = ({ target }) => {
    setWanted(target.value);
    // Whoever chooses a camera wants to see it.
    setPaused(false);
  };
  return html`<section id="camera" class="card camera" aria-label=${t.camera}>
    <${Frame} key=${name} camera=${camera} level=${levels.includes(Number(level)) ? Number(level) : 'auto'} isPaused=${isPaused} />
    <${Notice} ...${camera} />
    <div class="controls">
      ${
        cameras.length > 1 &&
        html`<label id="camera-choice">${t.camera} <select id="camera-name" value=${name} onChange=${choose}>
          ${cameras.map((each) => html`<option key=${each.name} value=${each.name}>${each.name}</option>`)}
        </select></label>`
      }
      <label><span class="level-label">${t.quality} <span class="visually-hidden">${t.ofThePicture}</span></span><select id="camera-level" value=${level} onChange=${({ target }) => setLevel(target.value)}>
        <option value="auto">${t.cameraAuto}</option>
        ${levels.map((each, i) => html`<option key=${each} value=${String(each)}>${nameOfLevel(levels, i)}, ${each}</option>`)}
      </select></label>
      <span class="buttons">
        <button id="camera-pause" type="button" onClick=${() => setPaused(!isPaused)}>${isPaused ? t.resume : t.pause}</button>
        ${document.fullscreenEnabled && html`<button id="camera-full" type="button" onClick=${showFull}>${t.fullScreen}</button>`}
      </span>
    </div>
    <p class="hint"><a id="camera-stream-link" href=${`${base}.mjpg`}>${t.stream}</a> ${t.streamFor} <a id="camera-still-link" href=${`${base}.jpg`}>${t.still}</a> ${t.stillOf}</p>
  </section>`;
}

function nameOfLevel(levels, i) {
  const last = levels.length - 1;
  return last === 0 ? t.always : i === 0 ? t.best : i === last ? t.smallest : t.between;
}

function showFull() {
  // A browser that refuses has told the person itself.
  void document
    .querySelector('#camera-frame')
    .requestFullscreen()
    .catch(() => {});
}

/** What the person beside the box should know and do. */
function Notice({ error, has_signal: hasSignal, muted }) {
  const isBad = error !== null && !hasSignal && !muted;
  return html`<div id="camera-notice" class="notice" role="status" hidden=${!isBad}>
    ${
      isBad &&
      html`<p><strong id="camera-notice-what">${`${error.message.replace(/\.$/, '')}.`}</strong></p>
        <p id="camera-notice-remedy">${error.remedy.replace(/`([^`]*)`/g, (_, code) => fill(t.quoted, { name: code }))}</p>`
    }
  </div>`;
}

/** The picture, connected only while somebody can see it. Its proportions are known before it comes: nothing moves then. */
function Frame({ camera, level, isPaused }) {
  const frame = useRef();
  const canvas = useRef();
  const viewer = useRef();
  const isMuted = useRef(camera.muted);
  isMuted.current = camera.muted;
  const [state, setState] = useState('connecting');
  const [figures, setFigures] = useState('');
  const [isSeen, setSeen] = useState(false);
  const { name } = camera;
  const known = useRef();
  known.current ??= knownRatio(camera);

  useEffect(() => {
    const { current: picture } = canvas;
    const ratio = ratioKeeper(frame.current, name, known.current);
    let figuresMs = 0;
    const showPicture = ({ sequence, level: shown, width, height, ageMs, fps }) => {
      picture.dataset.sequence = sequence;
      picture.dataset.level = shown;
      // A picture without a number says why there is none of the camera.
      if (sequence === 0) {
        setState(isMuted.current ? 'muted' : 'none');
        setFigures(isMuted.current ? t.cameraClosed : '');
        return;
      }
      setState('live');
      ratio.fit(width / height);
      const now = performance.now();
      if (now - figuresMs < FIGURES_MS) return;
      figuresMs = now;
      setFigures(figuresOf({ width, height, shown, fps, ageMs }));
    };
    const lose = ({ why }) => {
      setState('lost');
      setFigures(why || t.cameraTrying);
    };
    viewer.current = new Viewer(picture, (what, details) => (what === 'shown' ? showPicture(details) : lose(details)));
    viewer.current.clear(160, Math.round(160 / known.current));
    return () => viewer.current.close();
  }, []);

  useEffect(() => {
    viewer.current.level = level;
  }, [level]);

  useEffect(() => followSight(frame.current, setSeen), []);

  useEffect(() => {
    if (isPaused) {
      viewer.current.watch(undefined);
      setState('paused');
      return undefined;
    }
    if (isSeen) {
      // What is shown is of the past until the next picture comes.
      if (viewer.current.camera !== name) setState('connecting');
      viewer.current.watch(name);
      return undefined;
    }
    const timer = setTimeout(() => viewer.current.watch(undefined), LINGER_MS);
    return () => clearTimeout(timer);
  }, [isSeen, isPaused]);

  return html`<div id="camera-frame" class="frame" data-state=${state} ref=${frame}>
      <canvas id="picture" width="160" height="90" role="img" aria-label=${fill(t.pictureOf, { name })} ref=${canvas}></canvas>
      <p id="camera-state" class="pill" role="status">${STATES[state]}</p>
    </div>
    <p id="camera-figures" class="figure">${figures}</p>`;
}

function figuresOf({ width, height, shown, fps, ageMs }) {
  const figures = [`${width} × ${height}`, fill(t.cameraQuality, { n: shown })];
  if (fps !== undefined) figures.push(fill(t.fps, { n: Math.round(fps) }));
  if (ageMs !== undefined) figures.push(fill(t.msOld, { n: ageMs }));
  return figures.join(' · ');
}

/** Tells whether an element can be seen, until the returned function is called. */
function followSight(element, tell) {
  let isInView = false;
  const look = () => tell(isInView && document.visibilityState === 'visible');
  const observer = new IntersectionObserver((entries) => {
    isInView = entries.at(-1).isIntersecting;
    look();
  });
  observer.observe(element);
  document.addEventListener('visibilitychange', look);
  return () => {
    observer.disconnect();
    document.removeEventListener('visibilitychange', look);
  };
}

function ratioKeeper(frame, name, first) {
  let ratio = 0;
  const fit = (wanted) => {
    if (Math.abs(wanted / ratio - 1) < SAME_RATIO) return;
    ratio = wanted;
    frame.style.setProperty('--ratio', String(wanted));
    try {
      localStorage.setItem(`ratio of ${name}`, String(wanted));
    } catch {
      // Browsers may forbid it; then the frame has the usual proportions until the first picture.
    }
  };
  fit(first);
  return { fit };
}

function knownRatio({ name, width, height }) {
  if (width !== null) return width / height;
  try {
    return Number(localStorage.getItem(`ratio of ${name}`)) || USUAL_RATIO;
  } catch {
    return USUAL_RATIO;
  }
}
