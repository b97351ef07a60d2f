import type { Given, GivenBlock } from './given.ts';
import { accept, type BlockKeys, type Key, type KeyValue } from './key.ts';
import { type Resolution, resolveKeys } from './resolve-keys.ts';

/** A kind of labelled block whose key `type` decides which keys it has besides those that all have. */
export interface TypedKeys<T extends string> {
  /** `source` */
  readonly noun: string;
  readonly common: BlockKeys & { readonly type: Key<T> };
  readonly byType: Readonly<Record<T, BlockKeys>>;
}

export type TypedValues<T extends string> = Readonly<Record<string, KeyValue>> & { readonly type: T };

/** What the name of a labelled block is made of; also of cameras in paths. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/**
 * Checks and fills in one such block and its name.
 * @returns undefined after a diagnostic when the type is not known; else values that are good only as long as the
 * diagnostics hold no error.
 */
export function resolveTypedBlock<T extends string>(
  { noun, common, byType }: TypedKeys<T>,
  name: string,
  block: GivenBlock,
  {
    defaultOf,
    diagnostics,
  }: Pick<Resolution, 'diagnostics'> & { defaultOf: (key: string, type: T) => KeyValue | undefined },
): TypedValues<T> | undefined {
  if (!NAME.test(name)) {
    const why = 'a name has letters, digits, _ and -, 64 at most';
    diagnostics.error(block.place, `${JSON.stringify(name)} is no name for a ${noun}`, why, 'rename it');
  }
  const type = accept(common.type, block.keys.get('type')?.value);
  const resolution = { name: `${noun} ${JSON.stringify(name)}`, diagnostics };
  if (type === undefined) {
    // Without a type, any key may be right: only what all of them have can be checked.
    const known = new Map<string, Given>([...block.keys].filter(([key]) => Object.hasOwn(common, key)));
    resolveKeys<BlockKeys>(common, { place: block.place, keys: known }, { ...resolution, defaultOf: () => undefined });
    return undefined;
  }
  const explain = (key: string): readonly [string, string] | undefined => {
    const owners = Object.entries<BlockKeys>(byType).filter(([, keys]) => Object.hasOwn(keys, key));
    if (owners.length === 0) return undefined;
    const named = owners.map(([owner]) => `"${owner}"`).join(' and ');
    return [`it belongs to type = ${named}, and this ${noun} is "${type}"`, 'remove it or change the type'];
  };
  const keys: BlockKeys = { ...common, ...byType[type] };
  const values = resolveKeys(keys, block, { ...resolution, explain, defaultOf: (key) => defaultOf(key, type) });
  return values as TypedValues<T>;
}
