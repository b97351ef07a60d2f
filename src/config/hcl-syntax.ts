/** Position of a node's first character, both from 1; columns count characters (code points). */
export interface HclPlace {
  readonly line: number;
  readonly column: number;
}

/** A literal value: text, number, bool, null, list or object. */
export type HclValue = HclPlace &
  (
    | { readonly kind: 'text'; readonly value: string }
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'bool'; readonly value: boolean }
    | { readonly kind: 'null'; readonly value: null }
    | { readonly kind: 'list'; readonly items: readonly HclValue[] }
    | { readonly kind: 'object'; readonly entries: readonly HclEntry[] }
  );

/** `key = value` in an object; keys are unique. */
export interface HclEntry extends HclPlace {
  readonly key: string;
  readonly value: HclValue;
}

/** `name = value` in a body; names are unique. */
export interface HclAttribute extends HclPlace {
  readonly name: string;
  readonly value: HclValue;
}

/** `type "label" … { body }`; the place is that of its type. */
export interface HclBlock extends HclPlace {
  readonly type: string;
  readonly labels: readonly HclLabel[];
  readonly body: HclBody;
}

export interface HclLabel extends HclPlace {
  readonly text: string;
}

/** What stands in a file or between a block's braces, each kind in the order of the text. */
export interface HclBody {
  readonly attributes: readonly HclAttribute[];
  readonly blocks: readonly HclBlock[];
}

/** A value as plain JavaScript: arrays and objects without a prototype. */
export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** The value without its positions. */
export function plainValue(value: HclValue): PlainValue {
  switch (value.kind) {
    case 'list':
      return value.items.map(plainValue);
    case 'object': {
      const plain: Record<string, PlainValue> = Object.create(null);
      for (const entry of value.entries) plain[entry.key] = plainValue(entry.value);
      return plain;
    }
    default:
      return value.value;
  }
}
