import { CAMERA_KEYS, CAMERA_TYPE_KEYS } from './camera-schema.ts';
import { Diagnostics } from './diagnostic.ts';
import { parseHcl } from './hcl-parser.ts';
import { type HclAttribute, plainValue } from './hcl-syntax.ts';
import { accept, type BlockKeys, type Key, type KeyKind, type KeyValue } from './key.ts';
import type { LoadedSettings } from './load-settings.ts';
import { PROFILES } from './profiles.ts';
import { variableOf } from './refuse-environment.ts';
import { BLOCK_DOCS, BLOCKS, MOUNT_KEYS, TOP_KEYS } from './schema.ts';
import { blockName } from './setting-at.ts';
import { SOURCE_KEYS, SOURCE_TYPE_KEYS } from './source-schema.ts';

/** What is known of a key, whatever its value. A form can be made from it. */
export interface KeySheet {
  /** `gain_db` */
  readonly key: string;
  readonly kind: KeyKind;
  /** As it stands behind a number; empty for none. */
  readonly unit: string;
  readonly range: readonly [number, number] | null;
  readonly choices: readonly (string | number)[] | null;
  /** Finishes the sentence “it must be …”. */
  readonly expected: string;
  readonly doc: string;
  /** Null where the profile, the machine or another key gives it, or nothing. */
  readonly default: KeyValue | null;
  /** What gives the default where it is null; empty for nothing. */
  readonly inherits: string;
  readonly required: boolean;
  /** Changes at once; else with the next start. */
  readonly live: boolean;
  readonly secret: boolean;
  /** Why it can't be changed over the network; null when it can. */
  readonly fixed: string | null;
}

/** Where a value comes from. */
export type ValueOrigin =
  | { readonly kind: 'file'; readonly line: number }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'profile' }
  | { readonly kind: 'default' };

/** A key with its value. */
export interface SettingSheet extends KeySheet {
  /** Dotted, as changes name it. */
  readonly name: string;
  /** As it stands in the file, or as it is by default; null for a secret and for nothing. */
  readonly value: KeyValue | null;
  /** Whether there is a value that is not empty. */
  readonly filled: boolean;
  readonly origin: ValueOrigin;
}

export interface BlockSheet {
  /** Dotted: `source.mic`, `metadata`; empty for the top level. */
  readonly name: string;
  /** `source` */
  readonly type: string;
  /** `mic`; empty for a block that stands at most once. */
  readonly label: string;
  readonly doc: string;
  /** Whether it stands in the file. */
  readonly declared: boolean;
  readonly keys: readonly SettingSheet[];
}

/** What a source, a camera or a mount of a type has as keys. */
export interface KindSheet {
  /** `source` */
  readonly block: string;
  readonly doc: string;
  /** By type; of a mount, which has none, with an empty name. */
  readonly types: readonly {
    readonly type: string;
    readonly fixed: string | null;
    readonly keys: readonly KeySheet[];
  }[];
}

const PROGRAM = 'What is run on this machine is set in its configuration file only.';

/**
 * Every setting as a form needs it, blocks in the order of the file and then of the documentation. No secrets.
 * @param text what was loaded; undefined where the file holds something else by now: then values are as they are used
 */
export function describeSettings(loaded: LoadedSettings, text: string | undefined): readonly BlockSheet[] {
  const body = parseHcl(text ?? '', '', new Diagnostics());
  const written = new Map<string, readonly HclAttribute[]>([['', body.attributes]]);
  for (const block of body.blocks) written.set(blockName(block), block.body.attributes);
  const known = blocksOf(loaded);
  const order = ['', ...written.keys(), ...known.keys()];
  const sheets: BlockSheet[] = [];
  for (const name of new Set(order)) {
    const block = known.get(name);
    if (block === undefined) continue;
    const attributes = written.get(name);
    const keys = Object.entries(block.keys).map(([key, facts]) => {
      const attribute = attributes?.find((each) => each.name === key);
      const dotted = name === '' ? key : `${name}.${key}`;
      const sheet = settingSheet(dotted, key, facts, block, loaded, attribute);
      return text === undefined && !sheet.secret ? { ...sheet, value: block.values[key] ?? null } : sheet;
    });
    const { type, label, doc } = block;
    sheets.push({ name, type, label, doc, declared: attributes !== undefined && name !== '', keys });
  }
  return sheets;
}

/** What can be added, and what it then has as keys. */
export function describeKinds(): readonly KindSheet[] {
  const typed = (block: 'source' | 'camera', common: BlockKeys, byType: Readonly<Record<string, BlockKeys>>) => ({
    block,
    doc: BLOCK_DOCS[block],
    types: Object.entries(byType).map(([type, own]) => ({
      type,
      fixed: type === 'exec' ? PROGRAM : null,
      keys: Object.entries({ ...common, ...own }).map(([key, facts]) => keySheet(key, facts)),
    })),
  });
  const mountKeys = Object.entries(MOUNT_KEYS).map(([key, facts]) => keySheet(key, facts));
  return [
    typed('source', SOURCE_KEYS, SOURCE_TYPE_KEYS),
    typed('camera', CAMERA_KEYS, CAMERA_TYPE_KEYS),
    { block: 'mount', doc: BLOCK_DOCS.mount, types: [{ type: '', fixed: null, keys: mountKeys }] },
  ];
}

interface KnownBlock {
  readonly type: string;
  readonly label: string;
  readonly doc: string;
  readonly keys: BlockKeys;
  readonly values: Readonly<Record<string, KeyValue>>;
}

/** Every block that there is, by dotted name, in the order of the documentation. */
function blocksOf({ values }: LoadedSettings): Map<string, KnownBlock> {
  const known = new Map<string, KnownBlock>();
  const add = (type: string, label: string, keys: BlockKeys, held: object): void => {
    const doc = Object.hasOwn(BLOCK_DOCS, type) ? BLOCK_DOCS[type as keyof typeof BLOCK_DOCS] : '';
    const name = label === '' ? type : `${type}.${label}`;
    known.set(name, { type, label, doc, keys, values: held as Readonly<Record<string, KeyValue>> });
  };
  add('', '', TOP_KEYS, values.top);
  add('server', '', BLOCKS.server, values.blocks.server);
  for (const [name, source] of values.sources) {
    if (!values.builtIn.has(name)) add('source', name, { ...SOURCE_KEYS, ...SOURCE_TYPE_KEYS[source.type] }, source);
  }
  for (const [name, camera] of values.cameras) {
    add('camera', name, { ...CAMERA_KEYS, ...CAMERA_TYPE_KEYS[camera.type] }, camera);
  }
  for (const [path, mount] of values.mounts) add('mount', path, MOUNT_KEYS, mount);
  for (const [name, keys] of Object.entries(BLOCKS)) {
    if (name !== 'server') add(name, '', keys, values.blocks[name as keyof typeof BLOCKS]);
  }
  return known;
}

function settingSheet(
  name: string,
  key: string,
  facts: Key,
  block: KnownBlock,
  { places, values }: LoadedSettings,
  attribute: HclAttribute | undefined,
): SettingSheet {
  const sheet = keySheet(key, facts);
  const held = block.values[key];
  const byProfile = PROFILES[values.top.profile][`${block.type}.${key}`];
  const origin = originOf(places.get(name)?.file, attribute, byProfile !== undefined);
  const written = attribute === undefined ? undefined : accept(facts, plainValue(attribute.value));
  // Paths are shown as they are written, not as they are resolved.
  const value = origin.kind === 'file' ? written : origin.kind === 'default' ? (facts.fallback ?? held) : held;
  const isProgram = block.type === 'source' && block.values['type'] === 'exec' && key === 'type';
  return {
    ...sheet,
    name,
    default: sheet.default ?? byProfile ?? null,
    fixed: isProgram ? PROGRAM : sheet.fixed,
    value: sheet.secret ? null : (value ?? null),
    filled: held !== undefined && held !== '' && !(Array.isArray(held) && held.length === 0),
    origin,
  };
}

function originOf(file: string | undefined, attribute: HclAttribute | undefined, byProfile: boolean): ValueOrigin {
  const variable = variableOf(file);
  if (variable !== undefined) return { kind: 'environment', variable };
  if (attribute !== undefined && attribute.value.kind !== 'null') return { kind: 'file', line: attribute.line };
  return { kind: byProfile ? 'profile' : 'default' };
}

function keySheet(key: string, facts: Key): KeySheet {
  const { kind, unit, range, choices, expected, doc, fallback, inherits, required, live } = facts;
  // Programs take their passwords as arguments.
  const isProgram = key === 'command';
  return {
    key,
    kind,
    unit,
    range: range ?? null,
    choices: choices ?? null,
    expected,
    doc,
    default: kind === 'secret' || kind === 'secrets' ? null : (fallback ?? null),
    inherits,
    required,
    live,
    secret: kind === 'secret' || kind === 'secrets' || isProgram,
    fixed: isProgram ? PROGRAM : null,
  };
}
