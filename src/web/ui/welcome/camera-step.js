import { html, useEffect, useRef, useState } from '../html.js';
import { fill, words } from '../language.js';
import { getDevices } from '../settings/calls.js';
import { seeCamera } from './calls.js';
import { becoming, change, isFilled, mainCamera, settingIs } from './given.js';
import { Choice, StepCard } from './step-card.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const KNOWN = ['auto', 'v4l2', 'rpicam', 'url'];

/** Where the picture comes from. */
export function CameraStep() {
  const camera = mainCamera();
  const setting = (key) => settingIs(`camera.${camera}.${key}`);
  const [found, setFound] = useState({ isLooking: true, cameras: [], problem: '' });
  const [chosen, choose] = useState();
  const [url, setUrl] = useState('');

  const look = async () => {
    setFound((before) => ({ ...before, isLooking: true, problem: '' }));
    try {
      const { cameras } = await getDevices();
      setFound({ isLooking: false, cameras, problem: '' });
    } catch (error) {
      setFound({ isLooking: false, cameras: [], problem: error.message });
    }
  };
  useEffect(() => void look(), []);

  const type = setting('type');
  const isOfOther = type !== undefined && !KNOWN.includes(type);
  const present = settingIs('streaming.enabled') === false ? 'none' : presentChoice(setting, found.cameras);
  const now = chosen ?? present;
  const holdsUrl = type === 'url' && isFilled(`camera.${camera}.url`);

  const keep = async () => {
    if (now === 'url' && url.trim() === '' && !holdsUrl) throw new Error(t.addressNeeded);
    if (now === 'none') return change({ 'streaming.enabled': false });
    const values = valuesOf(now, url.trim(), found.cameras);
    const changes = values === undefined ? {} : becoming(`camera.${camera}`, values);
    return change({ ...changes, 'streaming.enabled': true });
  };
  const row = { name: 'camera', chosen: now, choose };
  return html`<${StepCard} step="camera" title=${t.camera} why=${t.cameraWhy} keep=${keep}>
    <fieldset class="choices" aria-busy=${found.isLooking}>
      <legend>${t.found}</legend>
      <ul class="choice-list" id="cameras">
        ${found.cameras.map(
          (
            one,
          ) => html`<${Choice} key=${idOf(one)} ...${row} value=${idOf(one)} title=${one.name} hint=${aboutCamera(one)} />
            <li key=${`${idOf(one)} picture`} class="picture-row"><${Picture} camera=${one} /></li>`,
        )}
        <${Choice} ...${row} value="auto" title=${t.firstCamera} hint=${found.cameras.length === 0 ? t.firstLater : t.firstCameraWhy} />
      </ul>
      <p class="hint looking" role="status">${found.isLooking ? t.looking : found.problem || (found.cameras.length === 0 ? t.noCameraFound : '')}</p>
      <p><button type="button" id="look-again" aria-disabled=${found.isLooking} onClick=${look}>${t.lookAgain}</button></p>
    </fieldset>
    <fieldset class="choices">
      <legend>${t.otherCamera}</legend>
      <ul class="choice-list">
        <${Choice} ...${row} value="none" title=${t.noCamera} hint=${t.noCameraWhy} />
        <${Choice} ...${row} value="url" title=${t.networkCamera} hint=${t.networkCameraWhy}
          more=${html`<label for="camera-url">${t.address}</label>
            <input id="camera-url" type="url" inputmode="url" autocomplete="off" value=${url}
              placeholder=${holdsUrl ? t.addressKept : 'rtsp://…'} onInput=${({ target }) => setUrl(target.value)} />`} />
        ${isOfOther && html`<${Choice} ...${row} value="same" title=${fill(t.asItIs, { type })} />`}
      </ul>
    </fieldset>
  <//>`;
}

function idOf({ type, device, index }) {
  return `${type} ${type === 'rpicam' ? index : device}`;
}

function presentChoice(setting, cameras) {
  const type = setting('type');
  const own = cameras.find(
    (one) =>
      one.type === type && (type === 'rpicam' ? one.index === setting('index') : one.device === setting('device')),
  );
  if (own !== undefined) return idOf(own);
  if (type === 'url') return 'url';
  return type === undefined || ['auto', 'v4l2', 'rpicam'].includes(type) ? 'auto' : 'same';
}

/** What to set for a choice; undefined: nothing. */
function valuesOf(choice, url, cameras) {
  if (choice === 'same') return undefined;
  if (choice === 'auto') return { type: 'auto' };
  if (choice === 'url') return url === '' ? { type: 'url' } : { type: 'url', url };
  const { type, device, index } = cameras.find((one) => idOf(one) === choice);
  return type === 'rpicam' ? { type, index } : { type, device };
}

function aboutCamera({ usb_port: usbPort, width, height, in_use_by: inUseBy, in_use_elsewhere: isInUse }) {
  return [
    usbPort === null ? undefined : fill(t.usbPort, { port: usbPort }),
    width === null ? undefined : `${width} × ${height}`,
    inUseBy === null ? undefined : t.usedNow,
    isInUse ? t.usedElsewhere : undefined,
  ]
    .filter((text) => text !== undefined)
    .join(' · ');
}

/** Cameras are opened one after the other: a small machine has no power for several at once. */
let turn = Promise.resolve();

/** What a camera sees at this moment, and again when it is asked for. */
function Picture({ camera }) {
  const canvas = useRef();
  const [state, setState] = useState('coming');
  const [problem, setProblem] = useState('');
  const over = useRef();

  const show = () => {
    setState('coming');
    setProblem('');
    const { signal } = over.current;
    turn = turn.then(async () => {
      if (signal.aborted) return;
      const { type, device, index } = camera;
      try {
        const blob = await seeCamera(type === 'rpicam' ? { type, index } : { device }, signal);
        const bitmap = await createImageBitmap(blob);
        if (signal.aborted) return;
        Object.assign(canvas.current, { width: bitmap.width, height: bitmap.height });
        canvas.current.getContext('2d').drawImage(bitmap, 0, 0);
        bitmap.close();
        setState('here');
      } catch (error) {
        if (signal.aborted) return;
        setProblem(error.message);
        setState('none');
      }
    });
  };
  useEffect(() => {
    over.current = new AbortController();
    show();
    return () => over.current.abort();
  }, []);

  return html`<div class="sight" data-state=${state}>
    <canvas ref=${canvas} width="320" height="180" role="img" aria-label=${fill(t.pictureOf, { name: camera.name })} hidden=${state === 'none'}></canvas>
    <div class="sight-line">
      <p class="sight-says hint" role="status">${state === 'coming' ? t.pictureComing : state === 'here' ? t.pictureNow : problem}</p>
      <button type="button" aria-disabled=${state === 'coming'} aria-label=${fill(t.newPictureOf, { name: camera.name })}
        onClick=${() => state !== 'coming' && show()}>${t.newPicture}</button>
    </div>
  </div>`;
}
