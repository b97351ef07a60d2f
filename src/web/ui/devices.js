// This device's name, and, for who knows the station's password, the other devices.

import { LEVEL_NAMES } from './quality-words.js';
import { ask } from './quick-sync.js';
import { $, answerWith } from './show.js';

let own;
/** As it was entered, for as long as the page is open. */
let authorization;

/**
 * @param isKnown whether the server knows this device: of one that it does not, it would ask for the password
 * @param make lets the server know this device; resolves with '', or with why not
 */
export function offerDevices(isKnown, make) {
  $('device').addEventListener('toggle', () => {
    if ($('device').open && own === undefined && isKnown()) void readOwn();
  });
  $('device-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void saveName(make);
  });
  $('devices-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const password = `pipit:${$('devices-password').value}`;
    authorization = `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(password)))}`;
    void showAll();
  });
}

async function readOwn() {
  const { answer } = await ask('devices/');
  own = answer?.devices.find((device) => device.this_device);
  if (own !== undefined && document.activeElement !== $('device-name')) $('device-name').value = own.name;
}

async function saveName(make) {
  const name = $('device-name').value.trim();
  let error = '';
  if (own === undefined) {
    error = await make();
    if (error === '') await readOwn();
  }
  if (error === '' && own === undefined) error = 'This browser keeps no cookies, so Pipit cannot know it again.';
  if (error === '') ({ error } = await ask(`devices/${own.id}/`, { method: 'PUT', body: { name } }));
  $('device-name').value = name;
  answerWith('device-answer', error || (name === '' ? 'The name is gone.' : 'Saved.'), error === '' ? '' : 'bad');
  if (error === '' && authorization !== undefined) void showAll();
}

async function showAll() {
  const { answer, error } = await ask('devices/', { authorization });
  answerWith('devices-answer', error, error === '' ? '' : 'bad');
  $('devices').hidden = answer === undefined;
  if (answer === undefined) return;
  // Shown with the password alone, this device does not show itself.
  const others = answer.devices.filter(({ id, this_device: isThis }) => !isThis && id !== own?.id);
  if (others.length === 0) answerWith('devices-answer', 'There are no others.');
  $('devices').replaceChildren(...others.map(newItem));
}

function newItem(device) {
  const { id, name, agent, preferences, last_seen: seen } = device;
  const item = document.createElement('li');
  const words = document.createElement('span');
  const strong = document.createElement('strong');
  strong.textContent = name || agent || 'Without a name';
  const more = document.createElement('span');
  more.className = 'hint';
  more.textContent = [name && agent, LEVEL_NAMES[preferences.mode], `seen ${new Date(seen).toLocaleDateString()}`]
    .filter(Boolean)
    .join(' · ');
  words.append(strong, more);
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Delete';
  button.setAttribute('aria-label', `Delete ${strong.textContent}`);
  button.addEventListener('click', () => void remove(id, item, strong.textContent));
  item.append(words, button);
  return item;
}

async function remove(id, item, name) {
  const { answer, error } = await ask(`devices/${id}/`, { method: 'DELETE', authorization });
  if (answer !== undefined) item.remove();
  answerWith('devices-answer', error || `“${name}” is forgotten.`, error === '' ? '' : 'bad');
  // The button that had the focus is gone.
  ($('devices').querySelector('button') ?? $('devices-password')).focus();
}
