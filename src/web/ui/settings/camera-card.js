import { html, useState } from '../html.js';
import { fill } from '../language.js';
import { station } from '../station.js';
import { useStore } from '../store.js';
import { restartCamera } from './calls.js';
import { Field } from './field.js';
import { blocksOf, change } from './form.js';
import { BlockButtons, BlockHead } from './source-card.js';
import { t } from './texts.js';

const OFTEN = ['width', 'height', 'fps', 'rotate', 'flip', 'overlay'];

/** A camera: what it sees, and how. */
export function CameraCard({ block }) {
  const { name, label, keys } = block;
  const { status } = useStore(station);
  const state = status?.cameras.find((camera) => camera.name === label);
  const often = keys.filter(({ key }) => OFTEN.includes(key));
  const rest = keys.filter(({ key }) => !OFTEN.includes(key));
  return html`<section class="card" aria-labelledby=${`block-${label}`} data-block=${name}>
    <${BlockHead} label=${label} state=${state} />
    ${state !== undefined && html`<${Still} name=${label} isMuted=${state.muted} />`}
    <div class="keys pair">${often.map((key) => html`<${Field} key=${key.name} name=${key.name} />`)}</div>
    <details>
      <summary>${t.device}</summary>
      <div class="keys">${rest.map((key) => html`<${Field} key=${key.name} name=${key.name} />`)}</div>
    </details>
    <${BlockButtons} label=${label} onRestart=${() => restartCamera(label)} onRemove=${() => removeCamera(name, label)} />
  </section>`;
}

/** The picture of now. */
function Still({ name, isMuted }) {
  const [count, setCount] = useState(0);
  const [isFailed, setFailed] = useState(false);
  if (isMuted) return html`<p class="hint">${t.cameraMuted}</p>`;
  const again = () => {
    setFailed(false);
    setCount(count + 1);
  };
  return html`<figure class="still">
    ${
      isFailed
        ? html`<p class="hint" role="status">${t.noPicture}</p>`
        : html`<img src=${`/camera/${encodeURIComponent(name)}.jpg?${count}`} alt=${fill(t.pictureOf, { name })} onError=${() => setFailed(true)} />`
    }
    <figcaption><button type="button" aria-label=${fill(t.newPictureOf, { name })} onClick=${again}>${t.newPicture}</button></figcaption>
  </figure>`;
}

function removeCamera(name, label) {
  const changes = { [name]: null };
  for (const mount of blocksOf('mount')) {
    const camera = mount.keys.find(({ key }) => key === 'camera');
    if (camera.value === label) changes[camera.name] = null;
  }
  return change(changes);
}
