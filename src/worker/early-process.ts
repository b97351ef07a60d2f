import type { ChildProcess } from 'node:child_process';
import { startMediaProcess } from './media-process.ts';

/**
 * A media worker that is started before anybody knows what for: it loads Node and FFmpeg, which takes seconds of a Zero 2 W,
 * while the main process loads the station. It waits until it is told what to open.
 */
export class EarlyProcess implements Disposable {
  readonly #program: readonly string[];
  #child: ChildProcess | undefined;

  constructor(program: readonly string[]) {
    this.#program = program;
    try {
      this.#child = startMediaProcess(program);
      // Whoever needs one starts another, and tells what is wrong with that.
      this.#child.on('error', () => {});
    } catch {
      // As above.
    }
  }

  /** The process, for the first who asks for that program. Undefined: start one of your own. */
  take(program: readonly string[]): ChildProcess | undefined {
    const child = this.#child;
    if (child === undefined || program.join('\0') !== this.#program.join('\0')) return undefined;
    this.#child = undefined;
    const isRunning = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
    return isRunning ? child : undefined;
  }

  /** Ends it when nobody took it. */
  [Symbol.dispose](): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }
}
