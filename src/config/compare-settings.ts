import type { BlockKeys, KeyValue } from './key.ts';
import type { LoadedSettings } from './load-settings.ts';
import { BLOCKS, TOP_KEYS } from './schema.ts';
import { SOURCE_KEYS } from './source-schema.ts';
import { toSettings } from './to-settings.ts';
import { namedValues, type SourceValues, type Values } from './values.ts';

/** What a reload changes. Names are dotted: `buffer.size_mb`, `source.mic.device`, `camera.door.fps`, `mount./stream.fallback`. */
export interface SettingsChange {
  /** Changed, and taken over by `running`. */
  readonly live: readonly string[];
  /** Changed, and left as it was in `running` until Pipit starts again. */
  readonly restart: readonly string[];
  /** What holds from now on: the old settings with the live changes. Compare the next reload with this. */
  readonly running: LoadedSettings;
}

/** Sorts what differs between two configurations by whether it can change while Pipit runs. */
export function compareSettings(old: LoadedSettings, next: LoadedSettings): SettingsChange {
  const before = byName(old.values);
  const after = byName(next.values);
  const another = keysOfOthers(old.values, next.values);
  const live: string[] = [];
  const restart: string[] = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(name), after.get(name)];
    if (same(was?.value, is?.value)) continue;
    // A key that comes or goes does so with its source, camera or mount.
    if (was?.live === true && is !== undefined && !another.has(name)) live.push(name);
    else restart.push(name);
  }
  const values = merged(old.values, next.values);
  return { live, restart, running: { ...next, values, settings: toSettings(values) } };
}

function byName(values: Values): Map<string, { readonly value: KeyValue; readonly live: boolean }> {
  return new Map([...namedValues(values)].map((named) => [named.name, named]));
}

/** Keys of sources that have another type under the same name: those are other sources. */
function keysOfOthers(old: Values, next: Values): ReadonlySet<string> {
  const others = [...old.sources].filter(([name, { type }]) => (next.sources.get(name)?.type ?? type) !== type);
  return new Set(others.flatMap(([name]) => Object.keys(SOURCE_KEYS).map((key) => `source.${name}.${key}`)));
}

/** Cameras and mounts change with a restart only, as a whole; so do sources but for how their sound is treated. */
function merged(old: Values, next: Values): Values {
  const blocks: Record<string, unknown> = {};
  for (const name of Object.keys(BLOCKS) as (keyof typeof BLOCKS)[]) {
    blocks[name] = mergedBlock(BLOCKS[name], old.blocks[name], next.blocks[name]);
  }
  const sources = new Map(
    [...old.sources].map(([name, source]) => [name, mergedSource(source, next.sources.get(name))]),
  );
  return { ...old, top: mergedBlock(TOP_KEYS, old.top, next.top), blocks: blocks as Values['blocks'], sources };
}

function mergedSource(old: SourceValues, next: SourceValues | undefined): SourceValues {
  return next?.type === old.type ? mergedBlock<SourceValues>(SOURCE_KEYS, old, next) : old;
}

function mergedBlock<T extends object>(keys: BlockKeys, old: T, next: T): T {
  const live = Object.entries(next).filter(([name]) => keys[name]?.live === true);
  return { ...old, ...Object.fromEntries(live) };
}

function same(a: KeyValue | undefined, b: KeyValue | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
