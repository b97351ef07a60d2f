import { type ChildProcess, spawn } from 'node:child_process';
import { hostProgramPath } from './host-program.ts';

/**
 * Waits for a line, lists, and says that it was all. To start a program from this process means to copy its page tables,
 * for which everything here stands still: 7 ms at 150 MB on a fast machine. A small shell does it in less than one.
 */
const SCRIPT = `command -v ss >/dev/null || exit 3
while read -r _; do ss -tinHO state established "sport = :$1" 2>/dev/null; echo .; done`;
const END = '.';
/** A line is 500 characters long. */
const MAX_LINE = 16_384;

interface Round {
  readonly onLine: (line: string) => void;
  readonly resolve: (isComplete: boolean) => void;
}

/**
 * Lists the connections of one port again and again, with `ss` of iproute2. Its process is there from the first list on,
 * and ends when it is closed or this process is gone.
 */
export class SocketListing {
  readonly #port: number;
  readonly #path: string;
  #shell: ChildProcess | undefined;
  #round: Round | undefined;
  #rest = '';
  #isMissing = false;

  constructor(port: number, path = hostProgramPath()) {
    this.#port = port;
    this.#path = path;
  }

  /** There is no such program: nothing will ever be listed. */
  get isMissing(): boolean {
    return this.#isMissing;
  }

  /** Calls `onLine` for every connection; false when that was not all. One list at a time. Never rejects. */
  list(onLine: (line: string) => void): Promise<boolean> {
    if (this.#isMissing || this.#round !== undefined) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#round = { onLine, resolve };
    this.#shell ??= this.#open();
    this.#shell.stdin?.write('\n');
    return promise;
  }

  /** Ends its process; a list that is under way is not complete. May be called again; a list may follow. */
  close(): void {
    const shell = this.#shell;
    this.#shell = undefined;
    this.#rest = '';
    shell?.kill('SIGKILL');
    shell?.stdout?.destroy();
    this.#end(false);
  }

  #open(): ChildProcess {
    const env = { PATH: this.#path, LC_ALL: 'C' };
    const shell = spawn('/bin/sh', ['-c', SCRIPT, 'sh', String(this.#port)], {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    shell.stdin?.on('error', () => {});
    shell.stdout?.setEncoding('latin1');
    shell.stdout?.on('data', (text: string) => {
      if (shell === this.#shell) this.#take(text);
    });
    shell.on('error', () => this.#onGone(shell, undefined));
    shell.on('close', (code) => this.#onGone(shell, code));
    return shell;
  }

  #onGone(shell: ChildProcess, code: number | null | undefined): void {
    if (shell !== this.#shell) return;
    this.#isMissing = code === 3 || code === undefined;
    this.close();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === END) this.#end(true);
      else this.#round?.onLine(line);
    }
    if (this.#rest.length > MAX_LINE) this.close();
  }

  #end(isComplete: boolean): void {
    const round = this.#round;
    this.#round = undefined;
    round?.resolve(isComplete);
  }
}
