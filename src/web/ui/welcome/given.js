// What is set at present, as the steps need it, and changing it.

import { getSettings, putSettings } from '../settings/calls.js';
import { Store } from '../store.js';

/** The answer of GET /api/settings; undefined while it is not known. */
export const given = new Store(undefined);

/** @throws ApiError */
export async function loadGiven() {
  given.set(await getSettings());
}

/**
 * Keeps what differs from what is set; resolves with what became of it.
 * @param changes by dotted name
 * @throws ApiError, with the station's own sentences
 */
export async function change(changes) {
  const wanted = Object.entries(changes).filter(([name, value]) => !isSo(name, value));
  if (wanted.length === 0) return { live: [], restart: [] };
  const outcome = await putSettings(Object.fromEntries(wanted));
  await loadGiven();
  return outcome;
}

function isSo(name, value) {
  const setting = settingOf(name);
  if (value === null) return setting?.origin.kind !== 'file';
  return setting !== undefined && !setting.secret && setting.value === value;
}

function settingOf(name) {
  for (const { keys } of given.value.blocks) {
    for (const key of keys) if (key.name === name) return key;
  }
  return undefined;
}

/** The value of a setting; undefined: there is no such. */
export function settingIs(name) {
  return settingOf(name)?.value;
}

/** A setting that is never told, such as an address with a password in it, is there. */
export function isFilled(name) {
  return settingOf(name)?.filled === true;
}

/** Some of what has changed takes effect at the next start only. @param prefix of dotted names, such as `source.` */
export function waitsForRestart(prefix = '') {
  return given.value?.pending_restart.some((name) => name.startsWith(prefix)) === true;
}

/** The source that the first mount plays. */
export function mainSource() {
  const labels = labelsOf('source');
  const [path] = labelsOf('mount');
  const named = settingIs(`mount.${path}.source`);
  return labels.includes(named) ? named : (labels[0] ?? 'mic');
}

/** The source of that name, or else the main one. */
export function sourceOr(name) {
  return labelsOf('source').includes(name) ? name : mainSource();
}

/** The camera that is shown first. */
export function mainCamera() {
  return labelsOf('camera')[0] ?? 'camera';
}

/** That the first mount plays the source, where it says something else. */
export function playing(source) {
  const [path] = labelsOf('mount');
  const named = settingIs(`mount.${path}.source`) ?? '';
  return named === '' || named === source ? {} : { [`mount.${path}.source`]: source };
}

function labelsOf(type) {
  return given.value.blocks.filter((block) => block.type === type).map(({ label }) => label);
}

/**
 * The changes that make a source or a camera one of another type: what only the former type has goes.
 * @param name `source.mic`; @param values by key, `type` among them
 */
export function becoming(name, values) {
  const [kind] = name.split('.');
  const block = given.value.blocks.find((each) => each.name === name);
  const types = given.value.kinds.find((each) => each.block === kind)?.types ?? [];
  const keys = new Set(types.find(({ type }) => type === values.type)?.keys.map(({ key }) => key));
  const gone = (block?.keys ?? []).filter(({ key, origin }) => origin.kind === 'file' && !keys.has(key));
  return Object.fromEntries([
    ...gone.map((setting) => [setting.name, null]),
    ...Object.entries(values).map(([key, value]) => [`${name}.${key}`, value]),
  ]);
}
