import type { Diagnostics } from './diagnostic.ts';
import { HclLexer, type Token, type TokenKind } from './hcl-lexer.ts';
import type { HclPlace } from './hcl-syntax.ts';

/** Blocks, lists and objects inside one another; far more than any configuration needs, far less than a stack. */
const MAX_DEPTH = 32;
/** After so many errors the rest is most likely their echo. */
const MAX_ERRORS = 20;

/** Ends the item that is being parsed; its diagnostic has been made by then. */
export class Abandoned extends Error {}

/** The token at hand, the nesting, and what has been found wrong. */
export class HclCursor {
  readonly #lexer: HclLexer;
  readonly #file: string;
  readonly #diagnostics: Diagnostics;
  #token: Token;
  /** End of the token before the one at hand. */
  #lastEnd = 0;
  #depth = 0;
  #errors = 0;
  /** Depth at which the last item was abandoned. */
  #abandonedDepth = 0;

  constructor(text: string, file: string, diagnostics: Diagnostics) {
    this.#lexer = new HclLexer(text);
    this.#file = file;
    this.#diagnostics = diagnostics;
    this.#token = this.#lexer.next();
  }

  get token(): Token {
    return this.#token;
  }

  /** True when so much is wrong that reading on makes no sense. */
  get exhausted(): boolean {
    return this.#errors >= MAX_ERRORS;
  }

  at(kind: TokenKind): boolean {
    return this.#token.kind === kind;
  }

  /** Where the last token that was stepped over ends, in UTF-16 units. */
  get lastEnd(): number {
    return this.#lastEnd;
  }

  step(): void {
    this.#lastEnd = this.#token.end;
    this.#token = this.#lexer.next();
  }

  skipNewlines(): void {
    while (this.at('newline')) this.step();
  }

  /** Steps over the opening bracket at hand, parses what it opens, and is one level higher again. */
  nested<T>(parse: () => T): T {
    if (this.#depth >= MAX_DEPTH) {
      const what = `${shown(this.#token)} opens one level too many`;
      this.#errors = MAX_ERRORS;
      this.fail(this.#token, what, `${MAX_DEPTH} levels are the most`, 'nest less');
    }
    this.#depth++;
    try {
      this.step();
      return parse();
    } finally {
      this.#depth--;
    }
  }

  /**
   * Behind an abandoned item: to the end of the line on which its brackets are closed, or to the brace that closes
   * the body.
   */
  skipItem(inBlock: boolean): void {
    let open = this.#abandonedDepth - this.#depth;
    while (!this.at('end')) {
      if (this.at('newline') && open <= 0) return;
      if (this.at('{') || this.at('[')) open++;
      if (this.at('}') || this.at(']')) open--;
      if (inBlock && open < 0 && this.at('}')) return;
      this.step();
    }
  }

  warn(place: HclPlace, what: string, why: string, remedy: string): void {
    this.#diagnostics.warning({ file: this.#file, line: place.line, column: place.column }, what, why, remedy);
  }

  /** Notes an error after which the item can still be read. */
  report(place: HclPlace, what: string, why: string, remedy: string): void {
    this.#errors++;
    this.#diagnostics.error({ file: this.#file, line: place.line, column: place.column }, what, why, remedy);
  }

  /** Notes an error and abandons the item. */
  fail(token: Token, what: string, why: string, remedy: string): never {
    // What is no token explains itself better than what was expected in its place.
    const flaw = token.flaw ?? { line: token.line, column: token.column, what, why, remedy };
    this.report(flaw, flaw.what, flaw.why, flaw.remedy);
    this.#abandonedDepth = this.#depth;
    throw new Abandoned();
  }
}

/** A token as a diagnostic names it. */
export function shown(token: Token): string {
  switch (token.kind) {
    case 'newline':
      return 'the end of the line';
    case 'end':
      return 'the end of the file';
    // Never the words themselves: they may be a secret that lacks its quotes.
    case 'text':
    case 'heredoc':
      return 'quoted text';
    case 'name':
      return 'a word';
    case 'number':
      return 'a number';
    default:
      return token.text;
  }
}
