import type { HclPlace, HclSpan } from './hcl-syntax.ts';
import { decodeHeredoc, decodeString, type Flaw } from './hcl-text.ts';

/**
 * operator is any character sequence that belongs to expressions; flaw is text that is no token at all.
 */
export type TokenKind = 'name' | 'number' | 'text' | 'heredoc' | 'newline' | 'end' | 'operator' | 'flaw' | Punctuation;

type Punctuation = '{' | '}' | '[' | ']' | '=' | ':' | ',' | '-';

export interface Token extends HclPlace, HclSpan {
  readonly kind: TokenKind;
  /** The name, the operator, the digits, the decoded text. */
  readonly text: string;
  /** Only on a flaw. */
  readonly flaw?: Flaw;
}

type Unplaced = Omit<Token, keyof HclSpan>;

const BLANK = /[ \t]+/y;
const COMMENT = /(?:#|\/\/)[^\n]*/y;
const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//y;
const NEWLINE = /\r?\n/y;
const NAME = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const QUOTED = /"([^"\\\n]*(?:\\[^\n][^"\\\n]*)*)"/y;
const HEREDOC = /<<(-?)([\p{ID_Start}_][\p{ID_Continue}-]*)\r?\n/uy;
const PUNCTUATION = /[{}[\]:,-]|=(?![=>])/y;
const OPERATOR = /\.{3}|=>|[=!<>]=|&&|\|\||[()<>!?+*/%.|&]/y;

/** Cuts HCL text into tokens, one at a time; it remembers nothing but where it is. */
export class HclLexer {
  readonly #text: string;
  #offset: number;
  #line = 1;
  #column = 1;

  constructor(text: string) {
    this.#text = text;
    this.#offset = text.startsWith('\uFEFF') ? 1 : 0;
  }

  /** The next token; `end` again and again at the end of the text. */
  next(): Token {
    this.#skipBlanks();
    const start = this.#offset;
    const token = this.#read();
    return { ...token, start, end: this.#offset };
  }

  #read(): Unplaced {
    if (this.#offset >= this.#text.length) return { kind: 'end', text: '', line: this.#line, column: this.#column };
    const place = { line: this.#line, column: this.#column };
    if (this.#take(NEWLINE) !== undefined) return { ...place, kind: 'newline', text: '' };
    const name = this.#take(NAME);
    if (name !== undefined) return { ...place, kind: 'name', text: name[0] };
    const number = this.#take(NUMBER);
    if (number !== undefined) return { ...place, kind: 'number', text: number[0] };
    const quoted = this.#take(QUOTED);
    if (quoted !== undefined) return tokenOf('text', place, decodeString(quoted[1] ?? '', place));
    const heredoc = this.#take(HEREDOC);
    if (heredoc !== undefined) return this.#heredoc(place, heredoc[1] === '-', heredoc[2] ?? '');
    const punctuation = this.#take(PUNCTUATION);
    if (punctuation !== undefined) return { ...place, kind: punctuation[0] as Punctuation, text: punctuation[0] };
    const operator = this.#take(OPERATOR);
    if (operator !== undefined) return { ...place, kind: 'operator', text: operator[0] };
    return this.#unknown(place);
  }

  #skipBlanks(): void {
    while (true) {
      if (this.#take(BLANK) !== undefined || this.#take(COMMENT) !== undefined) continue;
      if (this.#text.startsWith('/*', this.#offset) && this.#take(BLOCK_COMMENT) !== undefined) continue;
      return;
    }
  }

  #heredoc(place: HclPlace, flush: boolean, marker: string): Unplaced {
    const lines: string[] = [];
    const first = { line: this.#line, column: 1 };
    while (true) {
      const end = this.#text.indexOf('\n', this.#offset);
      if (end < 0) {
        this.#advance(this.#text.length);
        const flaw = {
          ...place,
          what: `the text that begins with <<${marker} has no end`,
          why: `a line with nothing but ${marker} must follow it`,
          remedy: `add a line ${marker}`,
        };
        return { ...place, kind: 'flaw', text: '', flaw };
      }
      const line = this.#text.slice(this.#offset, end + 1);
      if (line.trim() === marker) {
        // The line break behind the marker is a token of its own: it ends the attribute.
        this.#advance(line.endsWith('\r\n') ? end - 1 : end);
        return tokenOf('heredoc', place, decodeHeredoc(lines, flush, first));
      }
      lines.push(line);
      this.#advance(end + 1);
    }
  }

  /** What can't be a token; swallows the rest of the line where an unfinished string or comment begins. */
  #unknown(place: HclPlace): Unplaced {
    const rest = this.#text.slice(this.#offset, this.#offset + 2);
    const character = String.fromCodePoint(this.#text.codePointAt(this.#offset) ?? 0);
    if (rest === '/*') {
      this.#advance(this.#text.length);
      return flawed(place, 'this comment has no end', 'a comment that begins with /* must end', 'add */ behind it');
    }
    if (character === '"' || rest === '<<') {
      const end = this.#text.indexOf('\n', this.#offset);
      this.#advance(end < 0 ? this.#text.length : end);
      return character === '"'
        ? flawed(
            place,
            'this text has no closing quote',
            'quoted text ends on its line',
            'add " or write \\n for a line break',
          )
        : flawed(
            place,
            '<< does not begin a text here',
            'it is written <<NAME at the end of a line',
            'write "…" instead',
          );
    }
    this.#advance(this.#offset + character.length);
    const shown = /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character) ? character : `U+${hex(character)}`;
    return flawed(
      place,
      `${shown} has no meaning here`,
      'text stands in double quotes',
      'remove it or put it in quotes',
    );
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#offset;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#advance(pattern.lastIndex);
    return match;
  }

  #advance(offset: number): void {
    for (let index = this.#offset; index < offset; index++) {
      const unit = this.#text.charCodeAt(index);
      if (unit === 0x0a) {
        this.#line++;
        this.#column = 1;
      } else if (unit < 0xdc00 || unit > 0xdfff) {
        this.#column++;
      }
    }
    this.#offset = offset;
  }
}

function tokenOf(kind: 'text' | 'heredoc', place: HclPlace, decoded: string | Flaw): Unplaced {
  return typeof decoded === 'string'
    ? { ...place, kind, text: decoded }
    : { ...place, kind: 'flaw', text: '', flaw: decoded };
}

function flawed(place: HclPlace, what: string, why: string, remedy: string): Unplaced {
  return { ...place, kind: 'flaw', text: '', flaw: { ...place, what, why, remedy } };
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
