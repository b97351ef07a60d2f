import { readFile, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_MS = 100;

/** What a machine says on its serial port, as QEMU writes it to a file. */
export class SerialLog {
  readonly file: string;
  /** Where what nobody has waited for begins. */
  #from = 0;

  constructor(file: string) {
    this.file = file;
  }

  /** What has been said since `forget`. */
  async text(): Promise<string> {
    return (await readFile(this.file, 'latin1').catch(() => '')).slice(this.#from);
  }

  /** What was said until now is not looked at any more: a reboot says the same again. */
  async forget(): Promise<void> {
    this.#from = (await stat(this.file).catch(() => ({ size: 0 }))).size;
  }

  /**
   * Waits until the machine has said it.
   * @throws Error with the last lines, after `limitMs` or when the signal aborts
   */
  async waitFor(pattern: RegExp, limitMs: number, signal: AbortSignal): Promise<RegExpExecArray> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const text = await this.text();
      const found = pattern.exec(text);
      if (found !== null) return found;
      const isOver = performance.now() > endMs;
      if (isOver || signal.aborted) {
        const why = isOver ? `not within ${limitMs / 1000} s` : String(signal.reason);
        throw new Error(`${why}: ${pattern} on the serial port of the machine, which said last:\n${text.slice(-2000)}`);
      }
      await pause(LOOK_MS);
    }
  }
}
