import { type HclCursor, shown } from './hcl-cursor.ts';
import type { Token } from './hcl-lexer.ts';
import type { HclEntry, HclSpan, HclValue } from './hcl-syntax.ts';

/** Parses the literal at the cursor and steps behind it; abandons the item when there is none. */
export function parseValue(cursor: HclCursor): HclValue {
  const { start } = cursor.token;
  const value = literal(cursor);
  return { ...value, start, end: cursor.lastEnd };
}

/** Of each kind. */
type Unplaced = HclValue extends infer Kind ? (Kind extends HclValue ? Omit<Kind, keyof HclSpan> : never) : never;

function literal(cursor: HclCursor): Unplaced {
  const token = cursor.token;
  const { line, column } = token;
  switch (token.kind) {
    case '[':
      return { kind: 'list', items: cursor.nested(() => items(cursor)), line, column };
    case '{':
      return { kind: 'object', entries: cursor.nested(() => entries(cursor)), line, column };
    case 'text':
    case 'heredoc':
      cursor.step();
      return { kind: 'text', value: token.text, line, column };
    case 'number':
      return { kind: 'number', value: digits(cursor), line, column };
    case '-':
      cursor.step();
      if (!cursor.at('number')) failForValue(cursor, token);
      return { kind: 'number', value: -digits(cursor), line, column };
    case 'name':
      return word(cursor, token);
    default:
      return failForValue(cursor, token);
  }
}

/** Abandons the item at `token`, which should have been, or have ended, a value. */
export function failForValue(cursor: HclCursor, token: Token): never {
  if (token.kind === 'operator' || token.kind === '-') {
    cursor.fail(token, `${token.text} makes this an expression`, 'values are literals', 'write the value itself');
  }
  const remedy = 'write text in quotes, a number, true, false, null, [ … ] or { … }';
  return cursor.fail(token, `${shown(token)} stands where a value must be`, 'there is nothing to read', remedy);
}

function word(cursor: HclCursor, token: Token): Unplaced {
  const { line, column, text } = token;
  if (text !== 'true' && text !== 'false' && text !== 'null') {
    cursor.fail(token, 'this word is no value', 'values are literals', 'put it in quotes when it is meant as text');
  }
  cursor.step();
  if (text === 'null') return { kind: 'null', value: null, line, column };
  return { kind: 'bool', value: text === 'true', line, column };
}

function digits(cursor: HclCursor): number {
  const token = cursor.token;
  const value = Number(token.text);
  if (!Number.isFinite(value)) {
    cursor.fail(token, 'this number is too large', 'numbers end at 1.8e308', 'write a smaller one');
  }
  cursor.step();
  return value;
}

function items(cursor: HclCursor): HclValue[] {
  const list: HclValue[] = [];
  cursor.skipNewlines();
  while (!cursor.at(']')) {
    list.push(parseValue(cursor));
    cursor.skipNewlines();
    if (cursor.at(',')) cursor.step();
    else if (!cursor.at(']')) failForSeparator(cursor, 'list', ']');
    cursor.skipNewlines();
  }
  cursor.step();
  return list;
}

function entries(cursor: HclCursor): HclEntry[] {
  const byKey = new Map<string, HclEntry>();
  cursor.skipNewlines();
  if (cursor.token.kind === 'name' && cursor.token.text === 'for') {
    cursor.fail(cursor.token, 'for makes this an expression', 'values are literals', 'put the key in quotes: "for"');
  }
  while (!cursor.at('}')) {
    const entry = parseEntry(cursor);
    if (byKey.has(entry.key)) {
      // HCL lets the last one win without a word; that is kept, with a word.
      cursor.warn(entry, 'this key is there twice', 'the last value is taken', 'remove one of the two');
      byKey.delete(entry.key);
    }
    byKey.set(entry.key, entry);
    if (cursor.at(',') || cursor.at('newline')) cursor.step();
    else if (!cursor.at('}')) failForSeparator(cursor, 'object', '}');
    cursor.skipNewlines();
  }
  cursor.step();
  return [...byKey.values()];
}

function parseEntry(cursor: HclCursor): HclEntry {
  const key = cursor.token;
  if (key.kind !== 'name' && key.kind !== 'text') {
    cursor.fail(key, `${shown(key)} is no key`, 'an object holds key = value', 'write a name, or text in quotes');
  }
  cursor.step();
  if (cursor.at('operator')) failForValue(cursor, cursor.token);
  if (!cursor.at('=') && !cursor.at(':')) {
    cursor.fail(cursor.token, `${shown(cursor.token)} stands behind a key`, '= must follow', 'write key = value');
  }
  cursor.step();
  return { key: key.text, value: parseValue(cursor), line: key.line, column: key.column };
}

function failForSeparator(cursor: HclCursor, what: string, close: string): never {
  const token = cursor.token;
  if (token.kind === 'operator' || token.kind === '-') failForValue(cursor, token);
  const why = `a comma or ${close} must come before it`;
  return cursor.fail(token, `${shown(token)} stands in the ${what}`, why, 'add what is missing');
}
