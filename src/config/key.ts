import * as v from 'valibot';

/**
 * How a key's value is written, which also decides how the environment's text is read. Values of `secret` and `secrets`
 * are never shown.
 */
export type KeyKind = 'integer' | 'number' | 'text' | 'secret' | 'flag' | 'list' | 'secrets' | 'numbers';

export type KeyValue = string | number | boolean | readonly string[] | readonly number[];

/** What documentation, diagnostics, environment and reload know about a key. */
export interface KeyFacts<T extends KeyValue = KeyValue> {
  readonly kind: KeyKind;
  /** As it stands behind a number: `MiB`, `s`; empty for none. */
  readonly unit: string;
  /** For numbers. */
  readonly range: readonly [number, number] | undefined;
  /** For text or a number that must be one of these. */
  readonly choices: readonly (string | number)[] | undefined;
  /** Finishes the sentence “it must be …”. */
  readonly expected: string;
  /** The default, where neither a profile nor another key gives it. */
  readonly fallback: T | undefined;
  readonly required: boolean;
  /** Dotted name of the key that gives the default; empty for none. */
  readonly inherits: string;
  /** Changes while Pipit runs; otherwise a restart is needed. */
  readonly live: boolean;
  /** What to do about a refused value, where the key knows more than its kind tells; must not repeat a secret. */
  readonly advice: ((refused: unknown) => string | undefined) | undefined;
  /** One line for whoever edits the file. */
  readonly doc: string;
}

/** One key of one block. */
export interface Key<T extends KeyValue = KeyValue> extends KeyFacts<T> {
  readonly schema: v.GenericSchema<unknown, T>;
}

/** The keys of a block, in the order of the documentation. */
export type BlockKeys = Readonly<Record<string, Key>>;

/** What a block holds after validation. */
export type ValuesOf<B extends BlockKeys> = { readonly [K in keyof B]: B[K] extends Key<infer T> ? T : never };

/** What a key is declared with. A profile gives the default of a key that has no other. */
interface Declared<T> {
  readonly doc: string;
  readonly fallback?: T;
  readonly required?: true;
  readonly inherits?: string;
  readonly live?: boolean;
  readonly advice?: (refused: unknown) => string | undefined;
}

interface DeclaredNumber extends Declared<number> {
  readonly range: readonly [number, number];
  readonly unit?: string;
}

interface DeclaredText extends Declared<string> {
  readonly pattern?: RegExp;
  readonly expected?: string;
  readonly maxLength?: number;
}

/** A whole number within a range. */
export function integer(declared: DeclaredNumber): Key<number> {
  const [least, most] = declared.range;
  return numeric(
    'integer',
    'a whole number',
    v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most)),
    declared,
  );
}

/** Any number within a range. */
export function number(declared: DeclaredNumber): Key<number> {
  const [least, most] = declared.range;
  return numeric('number', 'a number', v.pipe(v.number(), v.minValue(least), v.maxValue(most)), declared);
}

/** Text on one line, of at most 256 characters unless it says otherwise. */
export function text(declared: DeclaredText): Key<string> {
  const most = declared.maxLength ?? 256;
  const pattern = declared.pattern ?? ONE_LINE;
  const schema = v.pipe(v.string(), v.maxLength(most), v.regex(ONE_LINE), v.regex(pattern));
  const expected = declared.expected ?? `text on one line of at most ${most} characters`;
  return { ...factsOf('text', expected, declared), schema };
}

/** Text that is never shown. */
export function secret(declared: DeclaredText): Key<string> {
  return { ...text(declared), kind: 'secret' };
}

export function flag(declared: Declared<boolean>): Key<boolean> {
  return { ...factsOf('flag', 'true or false', declared), schema: v.boolean() };
}

/** One of a few words. */
export function choice<const T extends string>(choices: readonly T[], declared: Declared<NoInfer<T>>): Key<T> {
  const facts = factsOf<T>('text', `one of ${choices.map((word) => `"${word}"`).join(', ')}`, declared);
  return { ...facts, choices, schema: v.picklist(choices) };
}

/** One of a few numbers. */
export function numberChoice<const T extends number>(choices: readonly T[], declared: Declared<NoInfer<T>>): Key<T> {
  return { ...factsOf<T>('integer', `one of ${choices.join(', ')}`, declared), choices, schema: v.picklist(choices) };
}

/** A list of different whole numbers within a range, highest first however it is written. */
export function numbers(
  declared: Declared<readonly number[]> & {
    readonly range: readonly [number, number];
    readonly maxLength: number;
  },
): Key<readonly number[]> {
  const { range, maxLength } = declared;
  const [least, most] = range;
  const schema = v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most))),
    v.minLength(1),
    v.maxLength(maxLength),
    v.check((items) => new Set(items).size === items.length),
    v.transform((items): readonly number[] => items.toSorted((a, b) => b - a)),
  );
  const expected = `a list of 1 to ${maxLength} different whole numbers from ${least} to ${most}`;
  return { ...factsOf<readonly number[]>('numbers', expected, declared), schema };
}

/** A list of texts. */
export function list(
  declared: Declared<readonly string[]> & {
    readonly expected: string;
    readonly item?: (text: string) => boolean;
    readonly minLength?: number;
    readonly maxLength?: number;
  },
): Key<readonly string[]> {
  const { minLength = 0, maxLength = 64, item = () => true } = declared;
  const element = v.pipe(v.string(), v.maxLength(4096), v.regex(ONE_LINE), v.check(item));
  const schema = v.pipe(v.array(element), v.minLength(minLength), v.maxLength(maxLength));
  return { ...factsOf<readonly string[]>('list', declared.expected, declared), schema };
}

/** A list of texts that are never shown. */
export function secrets(declared: Parameters<typeof list>[0]): Key<readonly string[]> {
  return { ...list(declared), kind: 'secrets' };
}

/** @returns the value as it will be used, or undefined when the key does not allow it. */
export function accept<T extends KeyValue>(key: Key<T>, value: unknown): T | undefined {
  const result = v.safeParse(key.schema, value);
  return result.success ? result.output : undefined;
}

/** No control characters: they would break a header, a log line or a path. */
const ONE_LINE = /^[^\p{Cc}\u2028\u2029]*$/u;

function numeric(
  kind: 'integer' | 'number',
  noun: string,
  schema: Key<number>['schema'],
  declared: DeclaredNumber,
): Key<number> {
  const { range, unit = '' } = declared;
  const expected = `${noun} from ${range[0]} to ${range[1]}${unit === '' ? '' : ` ${unit}`}`;
  return { ...factsOf(kind, expected, declared), range, unit, schema };
}

function factsOf<T extends KeyValue>(kind: KeyKind, expected: string, declared: Declared<T>): KeyFacts<T> {
  const { doc, fallback, required = false, inherits = '', live = false, advice } = declared;
  const open = { unit: '', range: undefined, choices: undefined };
  return { kind, ...open, expected, fallback, required, inherits, live, advice, doc };
}
