import { CAMERA_KEYS, CAMERA_TYPE_KEYS } from './camera-schema.ts';
import { Diagnostics, type Place } from './diagnostic.ts';
import type { GivenBlock, GivenConfig } from './given.ts';
import { Abandoned, HclCursor } from './hcl-cursor.ts';
import { type PlainValue, plainValue } from './hcl-syntax.ts';
import { parseValue } from './hcl-value.ts';
import type { BlockKeys, KeyKind } from './key.ts';
import { LATER_BLOCKS } from './later-blocks.ts';
import { nearestName } from './nearest-name.ts';
import { BLOCKS, MOUNT_KEYS, TOP_KEYS } from './schema.ts';
import { SOURCE_KEYS, SOURCE_TYPE_KEYS } from './source-schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'PIPIT_';
/** A key of any type of source or camera: which ones fit is known only when its type is. */
const ANY_SOURCE_KEYS: BlockKeys = Object.assign({}, SOURCE_KEYS, ...Object.values(SOURCE_TYPE_KEYS));
const ANY_CAMERA_KEYS: BlockKeys = Object.assign({}, CAMERA_KEYS, ...Object.values(CAMERA_TYPE_KEYS));

/** Where a variable leads. */
interface Target {
  readonly keys: BlockKeys;
  readonly key: string;
  readonly block: () => GivenBlock;
}

/**
 * Lays the environment over a configuration: `PIPIT_PROFILE`, `PIPIT_BUFFER__SIZE_MB`,
 * `PIPIT_SOURCE__MIC__DEVICE`, `PIPIT_MOUNT__STREAM__FALLBACK`. Values are read as their key's kind; a list is
 * written `["a", "b"]` or `a,b`, one of numbers `[90, 70]` or `90,70`. A variable with `__` that leads nowhere is an error; any other is not ours.
 * @param given is changed.
 */
export function applyEnvironment(given: GivenConfig, environment: Environment, diagnostics: Diagnostics): void {
  const targets = targetsOf(given);
  for (const [variable, written] of Object.entries(environment).sort()) {
    if (!variable.startsWith(PREFIX) || written === undefined) continue;
    const place = { file: `environment:${variable}`, line: 0, column: 0 };
    const target = targets.get(variable);
    if (target !== undefined) {
      const kind = target.keys[target.key]?.kind ?? 'text';
      target.block().keys.set(target.key, { place, value: readAs(written, kind, place, diagnostics) });
    } else if (variable.includes('__')) {
      unknownVariable(variable, place, targets.keys(), diagnostics);
    }
  }
}

function unknownVariable(variable: string, place: Place, known: Iterable<string>, diagnostics: Diagnostics): void {
  const block = (variable.slice(PREFIX.length).split('__')[0] ?? '').toLowerCase();
  if (Object.hasOwn(LATER_BLOCKS, block)) {
    diagnostics.notice(place, `block ${block} is known but this version does not use it yet`, '', '');
    return;
  }
  const nearest = nearestName(variable, known);
  const remedy = nearest === undefined ? 'unset it' : `did you mean ${nearest}?`;
  diagnostics.error(place, `${variable} sets nothing`, 'no such block, name or key is there', remedy);
}

function targetsOf(given: GivenConfig): Map<string, Target> {
  const targets = new Map<string, Target>();
  const add = (path: readonly string[], keys: BlockKeys, block: () => GivenBlock): void => {
    for (const key of Object.keys(keys)) {
      targets.set(PREFIX + [...path, key].map(variablePart).join('__'), { keys, key, block });
    }
  };
  add([], TOP_KEYS, () => given.top);
  for (const [name, keys] of Object.entries(BLOCKS)) add([name], keys, () => singleBlock(given, name));
  for (const [name, block] of given.sources) add(['source', name], ANY_SOURCE_KEYS, () => block);
  for (const [name, block] of given.cameras) add(['camera', name], ANY_CAMERA_KEYS, () => block);
  for (const [path, block] of given.mounts) add(['mount', path], MOUNT_KEYS, () => block);
  return targets;
}

function singleBlock(given: GivenConfig, name: string): GivenBlock {
  const known = given.single.get(name);
  if (known !== undefined) return known;
  const block = { place: given.top.place, keys: new Map() };
  given.single.set(name, block);
  return block;
}

/** `/stream` is STREAM, `living-room` is LIVING_ROOM. */
function variablePart(name: string): string {
  return name
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
    .toUpperCase();
}

/** What can't be read as its kind stays text, and the schema then says what it must be. */
function readAs(written: string, kind: KeyKind, place: Place, diagnostics: Diagnostics): PlainValue {
  const trimmed = written.trim();
  switch (kind) {
    case 'integer':
    case 'number':
      return numberIn(trimmed) ?? written;
    case 'flag':
      if (/^(?:true|yes|on|1)$/i.test(trimmed)) return true;
      return /^(?:false|no|off|0)$/i.test(trimmed) ? false : written;
    case 'list':
    case 'secrets':
    case 'numbers': {
      if (trimmed.startsWith('[')) return listOf(trimmed, place, diagnostics);
      const items = trimmed.split(',').map((item) => item.trim());
      return kind === 'numbers' ? items.map((item) => numberIn(item) ?? item) : items;
    }
    default:
      return written;
  }
}

function numberIn(written: string): number | undefined {
  return /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(written) ? Number(written) : undefined;
}

function listOf(written: string, place: Place, diagnostics: Diagnostics): PlainValue {
  try {
    const cursor = new HclCursor(written, '', new Diagnostics());
    const value = plainValue(parseValue(cursor));
    if (cursor.at('end')) return value;
  } catch (error) {
    // What is wrong is said below, with the variable as its place.
    if (!(error instanceof Abandoned)) throw error;
  }
  diagnostics.error(place, 'it begins with [ and is no list', 'a list is ["a", "b"]', 'write a,b or ["a", "b"]');
  return null;
}
