/** Position of a node's first character, both from 1; columns count characters (code points). */
export interface HclPlace {
  readonly line: number;
  readonly column: number;
}

/** Where a node stands in the text, in UTF-16 units: `text.slice(start, end)` is how it is written. */
export interface HclSpan {
  readonly start: number;
  readonly end: number;
}

/** A literal value: text, number, bool, null, list or object. A heredoc ends before the line break behind its marker. */
export type HclValue = HclPlace &
  HclSpan &
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

/** `name = value` in a body; names are unique. It spans from its name to the end of its value. */
export interface HclAttribute extends HclPlace, HclSpan {
  readonly name: string;
  readonly value: HclValue;
}

/** `type "label" … { body }`; the place is that of its type, and it spans to its closing brace. */
export interface HclBlock extends HclPlace, HclSpan {
  readonly type: string;
  readonly labels: readonly HclLabel[];
  readonly body: HclBody;
}

export interface HclLabel extends HclPlace {
  readonly text: string;
}

/** What stands in a file or between a block's braces, which are outside of its span; each kind in the order of the text. */
export interface HclBody extends HclSpan {
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
