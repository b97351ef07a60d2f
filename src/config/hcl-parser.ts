import type { Diagnostics } from './diagnostic.ts';
import { Abandoned, HclCursor, shown } from './hcl-cursor.ts';
import type { Token } from './hcl-lexer.ts';
import type { HclAttribute, HclBlock, HclBody, HclLabel } from './hcl-syntax.ts';
import { failForValue, parseValue } from './hcl-value.ts';

/**
 * Parses the literals of HCL2: attributes, blocks, and values without expressions or templates. Beyond HCL2 it
 * accepts commas between the attributes of a one-line block, with a warning. What it leaves out besides
 * expressions: numbers as keys of an object, and numbers beyond what a double holds.
 *
 * Specification: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
 * @param file its name in the diagnostics.
 * @param diagnostics receives every error and warning; after an error, the tree holds what could be read.
 */
export function parseHcl(text: string, file: string, diagnostics: Diagnostics): HclBody {
  return body(new HclCursor(text, file, diagnostics), false);
}

/** Items up to the end of the file or the brace, which is left to the caller; after an error it goes on below. */
function body(cursor: HclCursor, inBlock: boolean): HclBody {
  const attributes = new Map<string, HclAttribute>();
  const blocks: HclBlock[] = [];
  const start = inBlock ? cursor.lastEnd : 0;
  while (!cursor.exhausted) {
    cursor.skipNewlines();
    if (cursor.at('end') || (inBlock && cursor.at('}'))) break;
    try {
      item(cursor, attributes, blocks);
      endOfItem(cursor);
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
      cursor.skipItem(inBlock);
    }
  }
  return { attributes: [...attributes.values()], blocks, start, end: cursor.token.start };
}

function item(cursor: HclCursor, attributes: Map<string, HclAttribute>, blocks: HclBlock[]): void {
  const name = cursor.token;
  if (name.kind !== 'name') {
    const remedy = name.kind === 'text' ? 'write the name without quotes' : 'remove it';
    cursor.fail(name, `${shown(name)} begins no setting`, 'a line is name = value or name {', remedy);
  }
  cursor.step();
  if (cursor.at('=')) attribute(cursor, name, attributes);
  else blocks.push(block(cursor, name));
}

function attribute(cursor: HclCursor, name: Token, attributes: Map<string, HclAttribute>): void {
  cursor.step();
  const value = parseValue(cursor);
  const before = attributes.get(name.text);
  if (before !== undefined) {
    cursor.report(name, `${name.text} is set twice`, `line ${before.line} sets it already`, 'remove one of the two');
    return;
  }
  const { line, column, start } = name;
  attributes.set(name.text, { name: name.text, value, line, column, start, end: value.end });
}

function block(cursor: HclCursor, type: Token): HclBlock {
  const labels: HclLabel[] = [];
  while (cursor.token.kind === 'name' || cursor.token.kind === 'text') {
    const { text, line, column } = cursor.token;
    labels.push({ text, line, column });
    cursor.step();
  }
  if (!cursor.at('{')) {
    const what = `${shown(cursor.token)} stands where = or { must be`;
    cursor.fail(cursor.token, what, 'a line is name = value or name {', 'write one of the two');
  }
  const content = cursor.nested(() => (cursor.at('newline') ? manyLines(cursor, type) : oneLine(cursor, type)));
  const { line, column, start } = type;
  return { type: type.text, labels, body: content, line, column, start, end: cursor.lastEnd };
}

function manyLines(cursor: HclCursor, type: Token): HclBody {
  const content = body(cursor, true);
  if (cursor.at('}')) cursor.step();
  else if (!cursor.exhausted) {
    cursor.fail(type, `the block ${type.text} has no end`, '} must close it', 'add a line }');
  }
  return content;
}

/** `{ }`, `{ a = 1 }` and, with a warning, `{ a = 1, b = 2 }`. */
function oneLine(cursor: HclCursor, type: Token): HclBody {
  const attributes = new Map<string, HclAttribute>();
  const start = cursor.lastEnd;
  while (cursor.at('name')) {
    const name = cursor.token;
    cursor.step();
    if (!cursor.at('=')) {
      const what = `${name.text} is no attribute`;
      cursor.fail(name, what, 'a block on one line holds attributes only', 'begin a new line behind {');
    }
    attribute(cursor, name, attributes);
    if (!cursor.at(',')) break;
    const why = 'HCL allows one attribute in a block on one line';
    cursor.warn(cursor.token, `a comma stands in the block ${type.text}`, why, 'give each attribute a line of its own');
    cursor.step();
  }
  if (!cursor.at('}')) {
    const token = cursor.token;
    if (token.kind === 'operator' || token.kind === '-') failForValue(cursor, token);
    const why = 'a block with an attribute on its first line must end on that line';
    cursor.fail(token, `${shown(token)} stands in the block ${type.text}`, why, 'begin a new line behind {');
  }
  const { start: end } = cursor.token;
  cursor.step();
  return { attributes: [...attributes.values()], blocks: [], start, end };
}

function endOfItem(cursor: HclCursor): void {
  const token = cursor.token;
  if (token.kind === 'newline' || token.kind === 'end') return;
  if (token.kind === 'operator' || token.kind === '-') failForValue(cursor, token);
  const remedy = token.kind === ',' ? 'remove the comma' : 'begin a new line before it';
  cursor.fail(token, `${shown(token)} stands behind a complete setting`, 'each setting has its own line', remedy);
}
