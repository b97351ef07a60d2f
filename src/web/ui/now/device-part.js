import { deleteDevice, getDevices } from '../api.js';
import { html, useRef, useState } from '../html.js';
import { dateTime, fill, words } from '../language.js';
import { quickSync } from './quality-state.js';
import { levelName } from './quality-words.js';
import { ask } from './quick-sync.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const NOTHING = { text: '', tone: '' };

/** This device's name, and, for who knows the station's password, the other devices. */
export function DevicePart() {
  const [own, setOwn] = useState();
  const [name, setName] = useState('');
  const [answer, setAnswer] = useState(NOTHING);
  const changes = useRef(0);

  const readOwn = async () => {
    const { answer: read } = await ask('devices/');
    const found = read?.devices.find((device) => device.this_device);
    setOwn(found);
    return found;
  };
  const open = async ({ currentTarget }) => {
    // Of a device that it does not know, the server would ask for the password.
    if (!currentTarget.open || own !== undefined || !quickSync.isKnown) return;
    const before = changes.current;
    const found = await readOwn();
    if (found !== undefined && changes.current === before) setName(found.name);
  };
  const save = async (event) => {
    event.preventDefault();
    const wanted = name.trim();
    let device = own;
    let error = '';
    if (device === undefined) {
      error = await quickSync.change({});
      if (error === '') device = await readOwn();
    }
    if (error === '' && device === undefined) error = t.noCookies;
    if (error === '') ({ error } = await ask(`devices/${device.id}/`, { method: 'PUT', body: { name: wanted } }));
    setName(wanted);
    setAnswer(error === '' ? { text: wanted === '' ? t.nameGone : t.saved, tone: '' } : { text: error, tone: 'bad' });
  };
  const type = ({ target }) => {
    changes.current += 1;
    setName(target.value);
  };

  return html`<details id="device" onToggle=${open}>
    <summary>${t.thisDevice}</summary>
    <form id="device-form" class="field" onSubmit=${save}>
      <label for="device-name">${t.name} <span class="hint">${t.nameWhat}</span></label>
      <input id="device-name" maxlength="64" autocomplete="off" placeholder=${t.nameExample} value=${name} onInput=${type} />
      <button type="submit">${t.save}</button>
    </form>
    <p id="device-answer" class="answer" role="status" data-tone=${answer.tone}>${answer.text}</p>
    <${OtherDevices} ownId=${own?.id} />
  </details>`;
}

function OtherDevices({ ownId }) {
  const [devices, setDevices] = useState();
  const [answer, setAnswer] = useState(NOTHING);
  const button = useRef();
  const list = useRef();

  const show = async () => {
    try {
      const { devices: all } = await getDevices();
      const others = all.filter(({ id, this_device: isThis }) => !isThis && id !== ownId);
      setDevices(others);
      setAnswer(others.length === 0 ? { text: t.noOthers, tone: '' } : NOTHING);
    } catch ({ message }) {
      setAnswer({ text: message, tone: 'bad' });
    }
  };
  const remove = async (id, title) => {
    try {
      await deleteDevice(id);
      setDevices((before) => before.filter((device) => device.id !== id));
      setAnswer({ text: fill(t.forgotten, { name: title }), tone: '' });
    } catch ({ message }) {
      setAnswer({ text: message, tone: 'bad' });
    }
    // The button that had the focus is gone.
    requestAnimationFrame(() => (list.current?.querySelector('button') ?? button.current).focus());
  };

  return html`<div class="row others">
      <span>${t.otherDevices}</span>
      <button id="devices-show" type="button" aria-label=${t.showDevices} ref=${button} onClick=${show}>${t.show}</button>
    </div>
    <p id="devices-answer" class="answer" role="status" data-tone=${answer.tone}>${answer.text}</p>
    ${
      devices?.length > 0 &&
      html`<ul id="devices" class="list" ref=${list}>
        ${devices.map((device) => html`<${Device} key=${device.id} device=${device} remove=${remove} />`)}
      </ul>`
    }`;
}

function Device({ device, remove }) {
  const { id, name, agent, preferences, last_seen: seen } = device;
  const title = name || agent || t.nameless;
  const more = [
    name && agent,
    levelName(preferences.mode),
    fill(t.seenOn, { date: dateTime(new Date(seen), { dateStyle: 'medium' }) }),
  ];
  return html`<li>
    <span><strong>${title}</strong> <span class="hint">${more.filter(Boolean).join(' · ')}</span></span>
    <button type="button" aria-label=${fill(t.deleteDevice, { name: title })} onClick=${() => remove(id, title)}>${t.delete}</button>
  </li>`;
}
