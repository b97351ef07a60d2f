import { resolve } from 'node:path';
import type { Diagnostics } from './diagnostic.ts';
import type { GivenBlock } from './given.ts';
import type { BlockKeys, KeyValue } from './key.ts';
import { resolveKeys } from './resolve-keys.ts';
import { resolveTypedBlock } from './resolve-typed-block.ts';
import type { BlockValues } from './schema.ts';
import { SOURCE_KEYS, SOURCE_TYPE_KEYS } from './source-schema.ts';
import type { SourceValues } from './values.ts';

/** Sources that a mount may name without a block that declares them. */
export const BUILT_IN_SOURCES = ['demo', 'silence', 'test'] as const;

const SOURCE = { noun: 'source', common: SOURCE_KEYS, byType: SOURCE_TYPE_KEYS } as const;

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
    const source = resolveSource(name, block, context);
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

function resolveSource(
  name: string,
  block: GivenBlock,
  { playlist, directory, diagnostics }: SourcesContext,
): SourceValues | undefined {
  const inherited: Readonly<Record<string, KeyValue>> = playlist;
  const values = resolveTypedBlock(SOURCE, name, block, {
    defaultOf: (key, type) => (type === 'playlist' && Object.hasOwn(inherited, key) ? inherited[key] : undefined),
    diagnostics,
  });
  if (values === undefined) return undefined;
  // The two keys that hold a path; undefined where a diagnostic has already said why.
  const paths: Record<string, KeyValue> = {};
  for (const key of values.type === 'file' ? ['path'] : values.type === 'playlist' ? ['directory'] : []) {
    const path = values[key];
    if (typeof path === 'string') paths[key] = resolve(directory, path);
  }
  return { ...values, ...paths } as unknown as SourceValues;
}
