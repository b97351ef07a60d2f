import { ConfigError } from '../core/errors.ts';
import { Diagnostics, InvalidConfig } from './diagnostic.ts';
import { HclLines } from './hcl-lines.ts';
import { parseHcl } from './hcl-parser.ts';
import type { HclBody } from './hcl-syntax.ts';

/** A text that is being edited, with what stands where in it. Each step makes a new one. */
export class HclDraft {
  readonly text: string;
  readonly body: HclBody;
  readonly lines: HclLines;
  readonly #file: string;

  /** @throws InvalidConfig when it is no HCL: then nobody can tell what an edit would hit */
  constructor(text: string, file: string) {
    const diagnostics = new Diagnostics();
    this.text = text;
    this.body = parseHcl(text, file, diagnostics);
    if (diagnostics.failed) throw new InvalidConfig(diagnostics.list);
    this.lines = new HclLines(text);
    this.#file = file;
  }

  /**
   * The text with another piece from `start` to `end`.
   * @throws ConfigError `config.refused` when that is no HCL any more
   */
  replaced(start: number, end: number, piece: string): HclDraft {
    try {
      return new HclDraft(this.text.slice(0, start) + piece + this.text.slice(end), this.#file);
    } catch (error) {
      throw error instanceof InvalidConfig ? unchangeable(this.#file) : error;
    }
  }

  /** Puts a line at the beginning of a line, or behind the last one; it ends as the lines around it do. */
  withLine(offset: number, line: string): HclDraft {
    const { eol } = this.lines;
    const isBehindLast = offset === this.text.length && !this.lines.isStart(offset);
    return this.replaced(offset, offset, isBehindLast ? eol + line : line + eol);
  }
}

/** Whatever a file looks like: what would say something else than was asked for is not written. */
export function unchangeable(file: string): ConfigError {
  return new ConfigError('config.refused', `${file} is written in a way that Pipit can't change there`, {
    remedy: 'Change it with an editor.',
  });
}
