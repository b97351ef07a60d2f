// What is plugged in: hearing and seeing it before it is chosen.

import { html, useEffect, useRef, useState } from '../html.js';
import { fill } from '../language.js';
import { freeName, namedSources } from './add-form.js';
import { getDevices, previewPicture, previewSound } from './calls.js';
import { blocksOf, change } from './form.js';
import { Bar, useBar } from './level-bar.js';
import { t } from './texts.js';

export function FoundDevices() {
  const [found, setFound] = useState();
  const [problem, setProblem] = useState('');
  const look = async () => {
    setProblem('');
    try {
      setFound(await getDevices());
    } catch (error) {
      setProblem(error.message);
    }
  };
  useEffect(() => void look(), []);
  const use = async (changes) => {
    if (await change(changes)) await look();
  };
  return html`<section class="card" id="found" aria-labelledby="found-title">
    <div class="row">
      <h2 id="found-title">${t.foundDevices}</h2>
      <button type="button" onClick=${look}>${t.lookAgain}</button>
    </div>
    <p class="answer" role="status" data-tone=${problem === '' ? '' : 'bad'}>${problem}</p>
    ${
      found !== undefined &&
      html`<h3>${t.microphones}</h3>
        ${found.sound.length === 0 && html`<p class="hint">${t.noMicrophones}</p>`}
        <ul class="devices">${found.sound.map((device) => html`<${SoundDevice} key=${device.device} device=${device} onUse=${use} />`)}</ul>
        <h3>${t.cameras}</h3>
        ${found.cameras.length === 0 && html`<p class="hint">${t.noCameras}</p>`}
        <ul class="devices">${found.cameras.map((device) => html`<${Camera} key=${device.device ?? device.index} device=${device} onUse=${use} />`)}</ul>`
    }
  </section>`;
}

function Described({ name, details, usedBy, isElsewhere }) {
  const facts = [
    ...details,
    usedBy === null ? '' : fill(t.usedBy, { name: usedBy }),
    isElsewhere ? t.usedElsewhere : '',
  ];
  return html`<p><strong>${name}</strong> <span class="hint">${facts.filter(Boolean).join(' · ')}</span></p>`;
}

function SoundDevice({ device, onUse }) {
  const {
    name,
    in_use_by: usedBy,
    in_use_elsewhere: isElsewhere,
    channels,
    usb_port: port,
    mixer_preset: preset,
  } = device;
  const bar = useBar();
  const stop = useRef();
  const [answer, setAnswer] = useState('');
  const [isHeard, setHeard] = useState(false);
  useEffect(() => () => stop.current?.abort(), []);

  const listen = async () => {
    if (isHeard) {
      stop.current.abort();
      return;
    }
    stop.current = new AbortController();
    setHeard(true);
    setAnswer('');
    try {
      const response = await previewSound(device.device, stop.current.signal);
      for await (const line of linesOf(response)) {
        if (line.rms_db !== undefined) bar.show({ rms: line.rms_db, peak: line.peak_db });
        if (line.error !== undefined) setAnswer(line.error);
      }
    } catch (error) {
      if (error.name !== 'AbortError') setAnswer(error.message);
    }
    bar.show(undefined);
    setHeard(false);
  };
  const sources = blocksOf('source').filter(({ keys }) =>
    keys.some(({ key, value }) => key === 'type' && value === 'alsa'),
  );
  const use = () => {
    const [source] = sources;
    if (source !== undefined)
      return onUse({ [`${source.name}.type`]: 'alsa', [`${source.name}.device`]: device.device });
    const own = freeName('source');
    const [mount] = blocksOf('mount');
    return onUse({
      [`source.${own}.type`]: 'alsa',
      [`source.${own}.device`]: device.device,
      ...namedSources('source'),
      ...(mount === undefined ? {} : { [`${mount.name}.source`]: own }),
    });
  };
  const facts = [
    port === null ? '' : fill(t.port, { port }),
    channels === null ? '' : fill(t.channels, { n: channels }),
    preset === null ? '' : fill(t.mixerPreset, { name: preset }),
  ];
  return html`<li>
    <${Described} name=${name} details=${facts} usedBy=${usedBy} isElsewhere=${isElsewhere} />
    <div hidden=${!isHeard}><${Bar} bar=${bar} name=${name} /></div>
    <p class="buttons">
      <button type="button" aria-pressed=${isHeard} aria-label=${fill(t.listenTo, { name })} onClick=${listen}>${isHeard ? t.stop : t.listen}</button>
      ${usedBy === null && html`<button class="main" type="button" aria-label=${fill(t.useNamed, { name })} onClick=${use}>${t.use}</button>`}
    </p>
    <p class="answer" role="status" data-tone=${answer === '' ? '' : 'bad'}>${answer}</p>
  </li>`;
}

/** Lines of JSON as they come. */
async function* linesOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
}

function Camera({ device, onUse }) {
  const { name, type, in_use_by: usedBy, in_use_elsewhere: isElsewhere, width, height, usb_port: port } = device;
  const [picture, setPicture] = useState();
  const [answer, setAnswer] = useState({ text: '', tone: '' });
  useEffect(() => () => picture && URL.revokeObjectURL(picture), [picture]);
  const where = type === 'rpicam' ? { index: device.index } : { device: device.device };
  const look = async () => {
    setAnswer({ text: t.looking, tone: '' });
    try {
      setPicture(URL.createObjectURL(await previewPicture({ type, ...where })));
      setAnswer({ text: '', tone: '' });
    } catch (error) {
      setAnswer({ text: error.message, tone: 'bad' });
    }
  };
  const use = () => {
    const block = blocksOf('camera').find(({ keys }) =>
      keys.some(({ key, value }) => key === 'type' && (value === type || value === 'auto')),
    );
    const own = block?.name ?? `camera.${freeName('camera')}`;
    const [[key, value]] = Object.entries(where);
    return onUse({ [`${own}.type`]: type, [`${own}.${key}`]: value });
  };
  const facts = [port === null ? '' : fill(t.port, { port }), width === null ? '' : `${width} × ${height}`];
  return html`<li>
    <${Described} name=${name} details=${facts} usedBy=${usedBy} isElsewhere=${isElsewhere} />
    ${picture !== undefined && html`<img class="preview" src=${picture} alt=${fill(t.pictureOf, { name })} />`}
    <p class="buttons">
      <button type="button" aria-label=${fill(t.lookThrough, { name })} onClick=${look}>${t.lookAt}</button>
      ${usedBy === null && html`<button class="main" type="button" aria-label=${fill(t.useNamed, { name })} onClick=${use}>${t.use}</button>`}
    </p>
    <p class="answer" role="status" data-tone=${answer.tone}>${answer.text}</p>
  </li>`;
}
