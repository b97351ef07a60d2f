import type { HclPlace } from './hcl-syntax.ts';

/** Why a piece of text is no HCL, and where. */
export interface Flaw extends HclPlace {
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };
// Escaped template openings first: `$${` is a literal `${`.
const STRING_PART = /\$\$\{|%%\{|[$%]\{|\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[\s\S]?)/g;
const HEREDOC_PART = /\$\$\{|%%\{|[$%]\{/g;

/**
 * The text that stands for the inside of a quoted string.
 * @param place of the opening quote.
 */
export function decodeString(raw: string, place: HclPlace): string | Flaw {
  return replaceParts(raw, STRING_PART, (index) => ({
    line: place.line,
    column: place.column + 1 + characters(raw.slice(0, index)),
  }));
}

/**
 * The text of a heredoc. Backslashes mean nothing in it; `<<-` takes away the indentation that its lines share.
 * @param lines with their line breaks.
 * @param first place of the first line.
 */
export function decodeHeredoc(lines: readonly string[], flush: boolean, first: HclPlace): string | Flaw {
  const shared = flush ? sharedIndent(lines) : 0;
  let text = '';
  for (const [index, line] of lines.entries()) {
    const decoded = replaceParts(line, HEREDOC_PART, (offset) => ({
      line: first.line + index,
      column: 1 + characters(line.slice(0, offset)),
    }));
    if (typeof decoded !== 'string') return decoded;
    text += isBlank(line) ? decoded : decoded.slice(shared);
  }
  return text;
}

/** Blank lines neither count nor are cut. */
function sharedIndent(lines: readonly string[]): number {
  const indents = lines.filter((line) => !isBlank(line)).map((line) => line.length - line.trimStart().length);
  return indents.reduce((least, indent) => Math.min(least, indent), Number.MAX_SAFE_INTEGER);
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}

function replaceParts(raw: string, pattern: RegExp, placeAt: (index: number) => HclPlace): string | Flaw {
  let flaw: Flaw | undefined;
  const text = raw.replace(pattern, (part: string, index: number) => {
    const decoded = decodePart(part);
    if (typeof decoded === 'string') return decoded;
    flaw ??= { ...placeAt(index), ...decoded };
    return '';
  });
  return flaw ?? text;
}

function decodePart(part: string): string | Omit<Flaw, keyof HclPlace> {
  if (part.length === 3 && part.endsWith('{')) return part.slice(1);
  if (part === '${' || part === '%{') {
    return {
      what: `${part} begins a template`,
      why: 'a configuration holds literals only',
      remedy: `write the value itself, or ${part[0]}${part} for the characters ${part}`,
    };
  }
  const simple = SIMPLE[part.slice(1)];
  if (simple !== undefined) return simple;
  const code = part.length > 2 ? Number.parseInt(part.slice(2), 16) : Number.NaN;
  if (code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) return String.fromCodePoint(code);
  return {
    what: `${part} is no escape sequence`,
    why: 'known are \\n \\r \\t \\" \\\\ \\uXXXX and \\UXXXXXXXX',
    remedy: 'write \\\\ for a backslash',
  };
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
