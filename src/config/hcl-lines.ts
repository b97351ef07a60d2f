import { HclLexer } from './hcl-lexer.ts';

/**
 * The lines of a text as HCL sees them: a line break within a comment or a heredoc ends none. At the beginning of each
 * something may be put without ending up inside of something else.
 */
export class HclLines {
  readonly #text: string;
  /** Offsets in UTF-16 units, ascending. */
  readonly #starts: number[];
  /** Line break of the first line that has one. */
  readonly eol: '\n' | '\r\n';

  constructor(text: string) {
    this.#text = text;
    this.#starts = [text.startsWith('\uFEFF') ? 1 : 0];
    const lexer = new HclLexer(text);
    for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) {
      if (token.kind === 'newline') this.#starts.push(token.end);
    }
    this.eol = /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n';
  }

  /** Where the line begins in which that offset is. */
  startOf(offset: number): number {
    return this.#starts[this.#indexOf(offset)] ?? 0;
  }

  /** Where the next line begins; the end of the text for the last one. */
  endOf(offset: number): number {
    return this.#starts[this.#indexOf(offset) + 1] ?? this.#text.length;
  }

  /** Where the line before that one begins; undefined for the first. */
  before(start: number): number | undefined {
    const index = this.#indexOf(start);
    return index === 0 ? undefined : this.#starts[index - 1];
  }

  /** The beginnings of the lines from one offset to before another. */
  *between(from: number, to: number): Generator<number> {
    for (const start of this.#starts) if (start >= from && start < to) yield start;
  }

  /** True when a line begins there, with nothing before it in its line. */
  isStart(offset: number): boolean {
    return this.startOf(offset) === offset;
  }

  /** The blanks that a line begins with. */
  indentOf(start: number): string {
    return /^[ \t]*/.exec(this.#text.slice(start, start + 256))?.[0] ?? '';
  }

  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}
