import { CAMERA_KEYS, CAMERA_TYPE_KEYS } from './camera-schema.ts';
import type { BlockKeys, KeyKind, KeyValue, ValuesOf } from './key.ts';
import { BLOCKS, type BlockValues, MOUNT_KEYS, TOP_KEYS, type TopValues } from './schema.ts';
import { SOURCE_KEYS, SOURCE_TYPE_KEYS } from './source-schema.ts';

/** What a block holds after validation that has keys `C` and, by its type, those of `T`. */
type TypedValues<C extends BlockKeys, T extends Readonly<Record<string, BlockKeys>>> = {
  [N in keyof T]: Omit<ValuesOf<C>, 'type'> & { readonly type: N } & ValuesOf<T[N]>;
}[keyof T];

export type SourceValues = TypedValues<typeof SOURCE_KEYS, typeof SOURCE_TYPE_KEYS>;

export type CameraValues = TypedValues<typeof CAMERA_KEYS, typeof CAMERA_TYPE_KEYS>;

export type MountValues = ValuesOf<typeof MOUNT_KEYS>;

/** The whole configuration by its names in the file and in its units; paths are absolute, references resolve. */
export interface Values {
  readonly top: TopValues;
  readonly blocks: BlockValues;
  /** By name, built-in ones that a mount names at the end. */
  readonly sources: ReadonlyMap<string, SourceValues>;
  /** Names in `sources` that no block declares. */
  readonly builtIn: ReadonlySet<string>;
  /** By name. */
  readonly cameras: ReadonlyMap<string, CameraValues>;
  /** No block declares a camera: the only one is the one that Pipit looks for. */
  readonly implicitCamera: boolean;
  /** By path. */
  readonly mounts: ReadonlyMap<string, MountValues>;
}

/** One value with the dotted name under which people know it. */
export interface NamedValue {
  /** `buffer.size_mb`, `source.mic.device`, `camera.door.fps`, `mount./stream.fallback` */
  readonly name: string;
  readonly value: KeyValue;
  readonly kind: KeyKind;
  readonly live: boolean;
}

/** Every value of a configuration. */
export function* namedValues(values: Values): Generator<NamedValue> {
  yield* namesOf('', TOP_KEYS, values.top);
  for (const [block, keys] of Object.entries(BLOCKS)) {
    yield* namesOf(`${block}.`, keys, values.blocks[block as keyof typeof BLOCKS]);
  }
  for (const [name, source] of values.sources) {
    yield* namesOf(`source.${name}.`, { ...SOURCE_KEYS, ...SOURCE_TYPE_KEYS[source.type] }, source);
  }
  for (const [name, camera] of values.cameras) {
    yield* namesOf(`camera.${name}.`, { ...CAMERA_KEYS, ...CAMERA_TYPE_KEYS[camera.type] }, camera);
  }
  for (const [path, mount] of values.mounts) yield* namesOf(`mount.${path}.`, MOUNT_KEYS, mount);
}

function* namesOf(prefix: string, keys: BlockKeys, values: object): Generator<NamedValue> {
  for (const [name, { kind, live }] of Object.entries(keys)) {
    yield { name: prefix + name, value: (values as Record<string, KeyValue>)[name] as KeyValue, kind, live };
  }
}
