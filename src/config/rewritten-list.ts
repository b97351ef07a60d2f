import type { HclDraft } from './hcl-draft.ts';
import { HclLexer } from './hcl-lexer.ts';
import { hclLiteral } from './hcl-literal.ts';
import type { HclValue } from './hcl-syntax.ts';
import type { KeyValue } from './key.ts';

/**
 * A list with an item on each line, with other items: what stays in it keeps its line and the comments in and above
 * it. Undefined for what is written differently.
 */
export function rewrittenList({ lines, text }: HclDraft, old: HclValue, next: KeyValue): string | undefined {
  if (old.kind !== 'list' || !Array.isArray(next) || next.length === 0 || old.items.length === 0) return undefined;
  const ends = old.items.map(({ end }) => lines.endOf(end));
  const chunks = old.items.map((item, index) => {
    const from = index === 0 ? lines.endOf(old.start) : (ends[index - 1] ?? 0);
    const value = text.slice(item.start, item.end);
    const behind = /^[ \t]*,/.exec(text.slice(item.end))?.[0].length ?? 0;
    const rest = text.slice(item.end + behind, ends[index]);
    const isOwn = from <= item.start && !value.includes('\n');
    const isPlain = isOwn && holdsNothing(text.slice(from, item.start)) && holdsNothing(rest);
    return { value, isPlain, line: `${text.slice(from, item.end)},${rest}` };
  });
  const behindLast = ends.at(-1) ?? 0;
  if (!chunks.every(({ isPlain }) => isPlain) || !holdsNothing(text.slice(behindLast, old.end - 1))) return undefined;
  const indent = lines.indentOf(lines.startOf(old.items[0]?.start ?? 0));
  const body = next.map((item) => {
    const literal = hclLiteral(item);
    const index = chunks.findIndex(({ value }) => value === literal);
    return chunks.splice(index, index < 0 ? 0 : 1)[0]?.line ?? `${indent}${literal},${lines.eol}`;
  });
  return text.slice(old.start, lines.endOf(old.start)) + body.join('') + text.slice(behindLast, old.end);
}

/** True for nothing but comments, blanks and line breaks. */
function holdsNothing(piece: string): boolean {
  const lexer = new HclLexer(piece);
  let token = lexer.next();
  while (token.kind === 'newline') token = lexer.next();
  return token.kind === 'end';
}
