import type { Diagnostics, Place } from './diagnostic.ts';
import type { Given, GivenBlock } from './given.ts';
import type { PlainValue } from './hcl-syntax.ts';
import { accept, type BlockKeys, type Key, type KeyValue, type ValuesOf } from './key.ts';
import { nearestName } from './nearest-name.ts';

/** What a block is resolved with. */
export interface Resolution {
  /** As diagnostics name it: `server`, `source "mic"`; empty for the top level. */
  readonly name: string;
  /** Default of a key that is not set; undefined leaves it to the key itself. */
  readonly defaultOf: (key: string) => KeyValue | undefined;
  /** More about an unknown key than its nearest name: why it is none, and what to do. */
  readonly explain?: (key: string) => readonly [why: string, remedy: string] | undefined;
  readonly diagnostics: Diagnostics;
}

/**
 * Checks what is set, and fills in what is not. Each flaw becomes a diagnostic, and its key then has its default,
 * or undefined where there is none: the values are good only as long as the diagnostics hold no error.
 */
export function resolveKeys<B extends BlockKeys>(keys: B, given: GivenBlock, resolution: Resolution): ValuesOf<B> {
  const { diagnostics, name } = resolution;
  for (const [written, { place }] of given.keys) {
    if (!Object.hasOwn(keys, written)) unknownKey(written, place, keys, resolution);
  }
  const values: Record<string, KeyValue | undefined> = {};
  for (const [keyName, key] of Object.entries(keys)) {
    const fallback = resolution.defaultOf(keyName) ?? key.fallback;
    const set = given.keys.get(keyName);
    // null is HCL's way to say "as if the line were not there".
    if (set !== undefined && set.value !== null) {
      values[keyName] = accepted(keyName, key, set, fallback, resolution) ?? fallback;
      continue;
    }
    values[keyName] = fallback;
    if (key.required) {
      diagnostics.error(
        given.place,
        `${name} has no ${keyName}`,
        `it must be ${key.expected}`,
        `add a line ${keyName} = …`,
      );
    }
  }
  return values as ValuesOf<B>;
}

function accepted(
  keyName: string,
  key: Key,
  { place, value }: Given,
  fallback: KeyValue | undefined,
  { name, diagnostics }: Resolution,
): KeyValue | undefined {
  const good = accept(key, value);
  if (good !== undefined) return good;
  const what = `${dotted(name, keyName)} ${described(key, value)}`;
  diagnostics.error(place, what, `it must be ${key.expected}`, remedyFor(keyName, key, value, fallback));
  return undefined;
}

function unknownKey(written: string, place: Place, keys: BlockKeys, { name, explain, diagnostics }: Resolution): void {
  const explained = explain?.(written);
  const where = name === '' ? '' : ` in ${name}`;
  if (explained !== undefined) {
    diagnostics.error(place, `${written} is no key${where}`, ...explained);
    return;
  }
  const nearest = nearestName(written, Object.keys(keys));
  const known = Object.keys(keys);
  const remedy = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${nearest}?`;
  diagnostics.error(place, `${written} is no key${where}`, 'Pipit does not know it', remedy);
}

/** Dotted where that is readable: `server.host`, `device of source "mic"`. */
export function dotted(block: string, key: string): string {
  if (block === '') return key;
  return block.includes(' ') ? `${key} of ${block}` : `${block}.${key}`;
}

function described(key: Key, value: PlainValue): string {
  if (isSecret(key)) return 'is not what it must be';
  if (Array.isArray(value)) return describedList(key, value);
  if (typeof value === 'object') return 'is an object';
  const literal = JSON.stringify(value);
  return `is ${literal.length > 60 ? `${literal.slice(0, 57)}…` : literal}`;
}

/** Shows short items only: a long one may be a command line. */
function describedList(key: Key, items: readonly PlainValue[]): string {
  if (key.kind !== 'list' && key.kind !== 'numbers') return 'is a list';
  if (items.length === 0) return 'is an empty list';
  const index = items.findIndex((item) => accept(key, [item]) === undefined);
  const literal = JSON.stringify(index < 0 ? items : items[index]);
  if (literal.length > 60) return 'is a list';
  return index < 0 ? `is ${literal.replaceAll(',', ', ')}` : `holds ${literal}`;
}

function remedyFor(keyName: string, key: Key, value: PlainValue, fallback: KeyValue | undefined): string {
  const known = key.advice?.(value) ?? listRemedy(key, value);
  if (known !== undefined) return known;
  if (typeof value === 'string' && /\d/.test(value) && accept(key, Number(value)) !== undefined)
    return 'remove the quotes';
  if (typeof value === 'string' && key.kind === 'flag' && /^(true|false)$/.test(value)) return 'remove the quotes';
  if (typeof value === 'number' && accept(key, String(value)) !== undefined) return 'write it in quotes';
  if (typeof value === 'number' && key.range !== undefined) {
    const [least, most] = key.range;
    const nearest = Math.min(most, Math.max(least, Math.round(value)));
    if (accept(key, nearest) !== undefined) return `set ${keyName} = ${nearest}`;
  }
  if (typeof value === 'string' && key.choices !== undefined) {
    const nearest = nearestName(value, key.choices.map(String));
    if (nearest !== undefined) return `did you mean "${nearest}"?`;
  }
  return fallback === undefined || isSecret(key) ? 'correct it' : `remove it to get ${JSON.stringify(fallback)}`;
}

function isSecret({ kind }: Key): boolean {
  return kind === 'secret' || kind === 'secrets';
}

/** How a value becomes the list that was most likely meant. */
function listRemedy(key: Key, value: PlainValue): string | undefined {
  if (key.kind !== 'list' && key.kind !== 'secrets' && key.kind !== 'numbers') return undefined;
  if (accept(key, [value]) !== undefined) return 'write [ ] around it';
  if (isSecret(key)) return undefined;
  const parts = typeof value === 'string' ? value.split(',') : value;
  if (!Array.isArray(parts)) return undefined;
  if (key.kind === 'numbers') {
    const items = parts.map((part) => (typeof part === 'string' && part.trim() !== '' ? Number(part) : part));
    return accept(key, items) === undefined ? undefined : `write [${items.join(', ')}]`;
  }
  // "1,2" is one item, and was written as two.
  const joined = parts.join(',');
  return accept(key, [joined]) === undefined ? undefined : `write [${JSON.stringify(joined)}]`;
}
