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
  /** As it was entered, for as long as the page is open. */
  const authorization = useRef();
  const field = useRef();
  const list = useRef();

  const show = async (event) => {
    event.preventDefault();
    const password = `pipit:${field.current.value}`;
    authorization.current = `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(password)))}`;
    const { answer: read, error } = await ask('devices/', { authorization: authorization.current });
    // Shown with the password alone, this device does not show itself.
    const others = read?.devices.filter(({ id, this_device: isThis }) => !isThis && id !== ownId);
    setDevices(others);
    if (error !== '') setAnswer({ text: error, tone: 'bad' });
    else setAnswer(others.length === 0 ? { text: t.noOthers, tone: '' } : NOTHING);
  };
  const remove = async (id, title) => {
    const options = { method: 'DELETE', authorization: authorization.current };
    const { answer: removed, error } = await ask(`devices/${id}/`, options);
    if (removed !== undefined) setDevices((before) => before.filter((device) => device.id !== id));
    setAnswer(error === '' ? { text: fill(t.forgotten, { name: title }), tone: '' } : { text: error, tone: 'bad' });
    // The button that had the focus is gone.
    requestAnimationFrame(() => (list.current?.querySelector('button') ?? field.current).focus());
  };

  return html`<form id="devices-form" class="field" onSubmit=${show}>
      <input class="visually-hidden" type="text" autocomplete="username" value="pipit" tabindex="-1" aria-hidden="true" readonly />
      <label for="devices-password">${t.otherDevices} <span class="hint">${t.otherDevicesWhat}</span></label>
      <input id="devices-password" type="password" autocomplete="current-password" placeholder=${t.password} required ref=${field} />
      <button type="submit">${t.show}</button>
    </form>
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
