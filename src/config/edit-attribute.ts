import type { HclDraft } from './hcl-draft.ts';
import { HclLexer } from './hcl-lexer.ts';
import { hclLiteral } from './hcl-literal.ts';
import type { HclAttribute, HclBlock, HclBody } from './hcl-syntax.ts';
import type { KeyValue } from './key.ts';
import { rewrittenList } from './rewritten-list.ts';

/** Writes another value. A comment behind it stays where it was if it stood in line with one above or below. */
export function replaceValue(draft: HclDraft, { value }: HclAttribute, next: KeyValue): HclDraft {
  const written = rewrittenList(draft, value, next) ?? hclLiteral(next);
  const { text } = draft;
  const blanks = /^[ \t]+(?=#|\/\/)/.exec(text.slice(value.end, value.end + 512))?.[0];
  if (blanks === undefined || written.includes('\n') || text.slice(value.start, value.end).includes('\n')) {
    return draft.replaced(value.start, value.end, written);
  }
  const grown = written.length - (value.end - value.start);
  const kept = isInLine(draft, value.end + blanks.length) ? Math.max(1, blanks.length - grown) : blanks.length;
  const padding = kept === blanks.length ? blanks : ' '.repeat(kept);
  return draft.replaced(value.start, value.end + blanks.length, written + padding);
}

/**
 * Adds a key to the top level or to a block of several lines: below the line where it stands in a comment, else below
 * the last key.
 */
export function addKey(draft: HclDraft, body: HclBody, key: string, value: KeyValue): HclDraft {
  const { lines, text } = draft;
  const written = hclLiteral(value);
  for (const start of lines.between(body.start, body.end)) {
    if (isInside(body, start)) continue;
    const line = text.slice(start, lines.endOf(start));
    const off = new RegExp(`^([ \\t]*)(?:#|//)[ \\t]*(${key}[ \\t]*=[ \\t]*)`).exec(line);
    if (off !== null) return draft.withLine(lines.endOf(start), `${off[1]}${off[2]}${written}`);
  }
  const last = body.attributes.at(-1);
  if (last !== undefined) {
    const indent = lines.indentOf(lines.startOf(last.start));
    const width = /^[^=\s]+[ \t]*(?==)/.exec(text.slice(last.start, last.value.start))?.[0].length ?? 0;
    return draft.withLine(lines.endOf(last.end), `${indent}${key.padEnd(width - 1)} = ${written}`);
  }
  const line = `${key} = ${written}`;
  return body === draft.body ? addFirst(draft, line) : addFirstInside(draft, body, line);
}

/** Takes a key out with its line; a comment in that line stays. */
export function removeKey(draft: HclDraft, body: HclBody, attribute: HclAttribute): HclDraft {
  const { lines, text } = draft;
  if (isOneLine(draft, body)) return removeFromOneLine(draft, body, attribute);
  const start = lines.startOf(attribute.start);
  const end = lines.endOf(attribute.end);
  const isAlone = isBlank(text.slice(start, attribute.start));
  if (isAlone && isBlank(text.slice(attribute.end, end))) return draft.replaced(start, end, '');
  const blanks = isAlone ? (/^[ \t]*/.exec(text.slice(attribute.end))?.[0].length ?? 0) : 0;
  return draft.replaced(attribute.start, attribute.end + blanks, '');
}

/** True for a block without a line break behind its opening brace. */
export function isOneLine({ lines }: HclDraft, body: HclBody): boolean {
  return body.start > 0 && (body.attributes[0]?.start ?? body.end) < lines.endOf(body.start);
}

/** Gives each key of a block on one line a line of its own. */
export function unfolded(draft: HclDraft, block: HclBlock): HclDraft {
  const { lines, text } = draft;
  const { body } = block;
  const outer = lines.indentOf(lines.startOf(block.start));
  const inner = outer + indentUnit(draft);
  const pieces: string[] = [];
  const comment = withoutComma(text.slice(body.start, body.attributes[0]?.start ?? body.end));
  if (comment !== '') pieces.push(comment);
  body.attributes.forEach((attribute, index) => {
    const behind = withoutComma(text.slice(attribute.end, body.attributes[index + 1]?.start ?? body.end));
    const own = text.slice(attribute.start, attribute.end);
    pieces.push(behind === '' ? own : `${own} ${behind}`);
  });
  const content = pieces.map((piece) => inner + piece + lines.eol).join('');
  return draft.replaced(body.start, body.end, lines.eol + content + outer);
}

/** What a block of this file is indented by. */
export function indentUnit({ body, lines, text }: HclDraft): string {
  for (const block of body.blocks) {
    const [first] = block.body.attributes;
    const start = first === undefined ? 0 : lines.startOf(first.start);
    if (first !== undefined && start > block.start && isBlank(text.slice(start, first.start))) {
      return text.slice(start, first.start).slice(lines.indentOf(lines.startOf(block.start)).length) || '  ';
    }
  }
  return '  ';
}

/** The first key of the top level: above the first block and the comments that belong to it. */
function addFirst(draft: HclDraft, line: string): HclDraft {
  const { body, lines, text } = draft;
  const [block] = body.blocks;
  if (block === undefined) return draft.withLine(text.length, line);
  let start = lines.startOf(block.start);
  if (!isBlank(text.slice(start, block.start))) return draft.withLine(text.length, line);
  for (let above = lines.before(start); above !== undefined; above = lines.before(start)) {
    if (!/^[ \t]*(?:#|\/\/)/.test(text.slice(above, start))) break;
    start = above;
  }
  return draft.replaced(start, start, line + lines.eol + lines.eol);
}

function addFirstInside(draft: HclDraft, body: HclBody, line: string): HclDraft {
  const { lines, text } = draft;
  const brace = lines.startOf(body.end);
  const indent = lines.indentOf(lines.startOf(body.start)) + indentUnit(draft);
  const offset = isBlank(text.slice(brace, body.end)) ? brace : lines.endOf(body.start);
  return draft.withLine(offset, indent + line);
}

function removeFromOneLine(draft: HclDraft, body: HclBody, attribute: HclAttribute): HclDraft {
  const index = body.attributes.indexOf(attribute);
  const next = body.attributes[index + 1];
  const before = body.attributes[index - 1];
  if (next !== undefined) {
    const comment = withoutComma(draft.text.slice(attribute.end, next.start));
    return draft.replaced(attribute.start, next.start, comment === '' ? '' : `${comment} `);
  }
  const from = before === undefined ? attribute.start : before.end;
  const comment = withoutComma(draft.text.slice(from, attribute.start));
  const rest = draft.text.slice(attribute.end, body.end).trimStart();
  return draft.replaced(
    from,
    body.end,
    `${before === undefined ? '' : ' '}${comment === '' ? '' : `${comment} `}${rest}`,
  );
}

/** The comments between two keys of a block on one line. */
function withoutComma(piece: string): string {
  const lexer = new HclLexer(piece);
  const token = lexer.next();
  return token.kind === ',' ? (piece.slice(0, token.start) + piece.slice(token.end)).trim() : piece.trim();
}

/** True when the line above or below has a comment at the same column. */
function isInLine({ lines, text }: HclDraft, comment: number): boolean {
  const start = lines.startOf(comment);
  const above = lines.before(start);
  return [above, lines.endOf(comment)].some((other) => {
    if (other === undefined || other >= text.length) return false;
    const at = other + comment - start;
    return at < lines.endOf(other) && /^\s(?:#|\/\/)/.test(text.slice(at - 1, at + 2));
  });
}

/** True within a value or an inner block. */
function isInside(body: HclBody, offset: number): boolean {
  return [...body.attributes, ...body.blocks].some(({ start, end }) => start < offset && offset < end);
}

function isBlank(piece: string): boolean {
  return piece.trim() === '';
}
