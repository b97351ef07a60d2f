// What is set, what somebody has typed and not yet saved, and what is wrong with it. It outlives each section: nothing
// that was typed is lost by looking elsewhere.

import { useEffect, useState } from '../html.js';
import { Store } from '../store.js';
import { getSettings, putSettings, undoSettings } from './calls.js';
import { t } from './texts.js';

/** The answer of GET /api/settings; undefined while it is not known. */
export const settings = new Store(undefined);
/** By name: `raw`, what a control holds, or null for the default; `isImmediate`: it is sent by itself. */
export const drafts = new Store({});
/** What is wrong, as the station tells it: name, line, severity, what, why, remedy. */
export const flaws = new Store([]);
/** What came of the last attempt: `saved`: { live, restart }, `problem`: a sentence, or neither; `isBusy`. */
export const outcome = new Store({ isBusy: false });

let byName = new Map();

/** @throws ApiError */
export async function loadSettings() {
  const answer = await getSettings();
  byName = new Map(answer.blocks.flatMap(({ keys }) => keys.map((key) => [key.name, key])));
  settings.set(answer);
}

/** Forgets everything: whoever comes next may not know it. */
export function forgetSettings() {
  byName = new Map();
  settings.set(undefined);
  discard();
}

/** A setting by its dotted name; undefined: there is none. */
export function settingOf(name) {
  return byName.get(name);
}

/** The blocks of a type, in their order. */
export function blocksOf(type) {
  return (settings.value?.blocks ?? []).filter((block) => block.type === type);
}

/** What people call a setting; without a word for it, its name. */
export function labelOf(name) {
  const setting = byName.get(name);
  const key = setting === undefined ? name : wordKeyOf(setting);
  return t[key] ?? name;
}

/** `source.tone.gain_db` is told of as `source.gain_db`. */
export function wordKeyOf({ name, key }) {
  const [block] = name.split('.');
  return name === key ? key : `${block}.${key}`;
}

/** What a control holds for a value. */
export function rawOf({ kind }, value) {
  if (kind === 'flag') return value === true;
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.join('\n') : String(value);
}

/** Keeps what somebody has typed; what is as it was is no change. */
export function type(setting, raw, isImmediate = false) {
  const { [setting.name]: before, ...rest } = drafts.value;
  const isAsBefore = !setting.secret && raw === rawOf(setting, setting.value);
  const isNothing = setting.secret && raw === '';
  drafts.set(isAsBefore || isNothing ? rest : { ...rest, [setting.name]: { raw, isImmediate } });
  if (flaws.value.some(({ name }) => name === setting.name)) {
    flaws.set(flaws.value.filter(({ name }) => name !== setting.name));
  }
}

/** The key is taken out of the file: then its default holds. */
export function reset(setting) {
  const { [setting.name]: before, ...rest } = drafts.value;
  drafts.set(setting.origin.kind === 'file' ? { ...rest, [setting.name]: { raw: null, isImmediate: false } } : rest);
  flaws.set(flaws.value.filter(({ name }) => name !== setting.name));
}

export function discard() {
  drafts.set({});
  flaws.set([]);
  outcome.set({ isBusy: false });
}

/** Sends what was typed in these. Resolves with whether it was taken; what was not stays as it was typed. */
export async function save(names = Object.keys(drafts.value)) {
  const sent = Object.fromEntries(
    names.filter((name) => name in drafts.value).map((name) => [name, drafts.value[name]]),
  );
  const changes = {};
  const unfit = [];
  for (const [name, { raw }] of Object.entries(sent)) {
    const value = sentOf(byName.get(name), raw);
    if (value === undefined) unfit.push(noNumber(name));
    else changes[name] = value;
  }
  if (unfit.length > 0) {
    flaws.set(unfit);
    outcome.set({ isBusy: false, problem: t.notSaved });
    return false;
  }
  const isTaken = await change(changes);
  // What was typed meanwhile stays.
  if (isTaken) {
    drafts.set(Object.fromEntries(Object.entries(drafts.value).filter(([name, draft]) => sent[name] !== draft)));
  }
  return isTaken;
}

/** Sends changes by name. Resolves with whether they were taken. */
export function change(changes) {
  return attempt(() => putSettings(changes));
}

/** Takes the last change of the file back. */
export function undo() {
  return attempt(undoSettings);
}

/** Does what changes settings and tells what became of it. */
async function attempt(work) {
  outcome.set({ isBusy: true });
  flaws.set([]);
  try {
    const saved = await work();
    await loadSettings();
    outcome.set({ isBusy: false, saved });
    return true;
  } catch (error) {
    flaws.set(error.answer?.diagnostics ?? []);
    outcome.set({ isBusy: false, problem: error.message });
    return false;
  }
}

let commits = Promise.resolve();

/** Sends what was typed for one setting, after what is under way; nothing is said of it unless it is refused. */
export function commit(name) {
  commits = commits.then(() => sendOne(name));
  return commits;
}

async function sendOne(name) {
  const draft = drafts.value[name];
  // What came before has taken it along.
  if (draft === undefined) return;
  const setting = byName.get(name);
  const value = sentOf(setting, draft.raw);
  try {
    if (value === undefined) throw Object.assign(new Error(t.notSaved), { answer: { diagnostics: [noNumber(name)] } });
    const { restart } = await putSettings({ [name]: value });
    await loadSettings();
    if (drafts.value[name] === draft) forget(name);
    outcome.set(restart.length > 0 ? { isBusy: false, saved: { live: [], restart } } : { isBusy: false });
  } catch (error) {
    flaws.set(error.answer?.diagnostics ?? []);
    outcome.set({ isBusy: false, problem: error.message });
  }
}

function forget(name) {
  const { [name]: before, ...rest } = drafts.value;
  drafts.set(rest);
}

function noNumber(name) {
  return { name, severity: 'error', what: '', why: t.notANumber, remedy: '' };
}

/** What a control holds, as the station takes it; undefined: it can't be told. */
function sentOf({ kind, choices }, raw) {
  if (raw === null || typeof raw === 'boolean') return raw;
  if (kind === 'list' || kind === 'secrets') return linesOf(raw);
  if (kind === 'numbers') {
    const all = raw
      .split(/[\s,;]+/)
      .filter(Boolean)
      .map(Number);
    return all.some(Number.isNaN) ? undefined : all;
  }
  if (kind !== 'integer' && kind !== 'number') return raw;
  if (raw.trim() === '') return choices === null ? null : undefined;
  const value = Number(raw);
  return Number.isNaN(value) ? undefined : value;
}

function linesOf(raw) {
  return raw
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/** A part of what a store holds; drawn again only when that part changes. @param key names the part */
export function usePart(store, key, part) {
  const [value, setValue] = useState(() => part(store.value));
  useEffect(() => {
    setValue(() => part(store.value));
    return store.watch((next) => setValue(() => part(next)));
  }, [store, key]);
  return value;
}
