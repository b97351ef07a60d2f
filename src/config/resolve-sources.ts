import { resolve } from 'node:path';
import type { Diagnostics } from './diagnostic.ts';
import type { Given, GivenBlock } from './given.ts';
import { accept, type BlockKeys, type KeyValue } from './key.ts';
import { type Resolution, resolveKeys } from './resolve-keys.ts';
import type { BlockValues } from './schema.ts';
import { SOURCE_KEYS, SOURCE_TYPE_KEYS, SOURCE_TYPES } from './source-schema.ts';
import type { SourceValues } from './values.ts';

/** Sources that a mount may name without a block that declares them. */
export const BUILT_IN_SOURCES = ['demo', 'silence', 'test'] as const;

type TypeName = (typeof SOURCE_TYPES)[number];

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

interface SourcesContext {
  /** Its directory is absolute. */
  readonly playlist: BlockValues['playlist'];
  readonly directory: string;
  readonly diagnostics: Diagnostics;
}

/** Checks and fills in each source; one whose type is unknown is left out, after its diagnostic. */
export function resolveSources(
  given: ReadonlyMap<string, GivenBlock>,
  context: SourcesContext,
): Map<string, SourceValues> {
  const sources = new Map<string, SourceValues>();
  for (const [name, block] of given) {
    if (!NAME.test(name)) {
      const why = 'a name has letters, digits, _ and -, 64 at most';
      context.diagnostics.error(block.place, `${JSON.stringify(name)} is no name for a source`, why, 'rename it');
    }
    const source = resolveSource(`source ${JSON.stringify(name)}`, block, context);
    if (source !== undefined) sources.set(name, source);
  }
  return sources;
}

/** A source of that type with nothing but defaults. */
export function builtInSource(type: (typeof BUILT_IN_SOURCES)[number], diagnostics: Diagnostics): SourceValues {
  const place = { file: '', line: 0, column: 0 };
  const block = { place, keys: new Map([['type', { place, value: type }]]) };
  const keys: BlockKeys = { ...SOURCE_KEYS, ...SOURCE_TYPE_KEYS[type] };
  return resolveKeys(keys, block, { name: type, defaultOf: () => undefined, diagnostics }) as unknown as SourceValues;
}

function resolveSource(name: string, block: GivenBlock, context: SourcesContext): SourceValues | undefined {
  const { playlist, directory, diagnostics } = context;
  const type = accept(SOURCE_KEYS.type, block.keys.get('type')?.value);
  const explain = (key: string) => belongsToOther(key, type);
  const resolution: Resolution = { name, defaultOf: () => undefined, explain, diagnostics };
  if (type === undefined) {
    // Without a type, any key may be right: only what all sources have can be checked.
    const common = new Map<string, Given>([...block.keys].filter(([key]) => Object.hasOwn(SOURCE_KEYS, key)));
    resolveKeys(SOURCE_KEYS, { place: block.place, keys: common }, resolution);
    return undefined;
  }
  const keys: BlockKeys = { ...SOURCE_KEYS, ...SOURCE_TYPE_KEYS[type] };
  const inherited: Readonly<Record<string, KeyValue>> = type === 'playlist' ? playlist : {};
  const defaultOf = (key: string): KeyValue | undefined => (Object.hasOwn(inherited, key) ? inherited[key] : undefined);
  const values = resolveKeys(keys, block, { ...resolution, defaultOf });
  // The two keys that hold a path; undefined where a diagnostic has already said why.
  const paths: Record<string, KeyValue> = {};
  for (const key of type === 'file' ? ['path'] : type === 'playlist' ? ['directory'] : []) {
    const path = values[key];
    if (typeof path === 'string') paths[key] = resolve(directory, path);
  }
  return { ...values, ...paths } as unknown as SourceValues;
}

function belongsToOther(key: string, own: TypeName | undefined): readonly [string, string] | undefined {
  const owners = SOURCE_TYPES.filter((type) => Object.hasOwn(SOURCE_TYPE_KEYS[type], key));
  if (owners.length === 0) return undefined;
  const named = owners.map((type) => `"${type}"`).join(' and ');
  return [`it belongs to type = ${named}, and this source is "${own}"`, 'remove it or change the type'];
}
