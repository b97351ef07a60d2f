import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type Clock, sleep } from '../core/clock.ts';
import { ByteInput } from './byte-input.ts';

export interface ProgramDeps {
  readonly clock: Clock;
  /** Each line of its standard error, cut to a bounded length. */
  onLine(line: string): void;
  /** More of its environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How a program has ended. */
export interface ProgramEnd {
  /** `exit code 1`, `signal SIGKILL`, or what the system said when it could not be started. */
  readonly how: string;
  /** Its standard error's last line; empty when it said nothing. */
  readonly lastLine: string;
  readonly isFailure: boolean;
  /** It never ran: not found, or not executable. */
  readonly isMissing: boolean;
}

const MAX_LINE_CHARS = 300;
const TERM_MS = 2_000;
const LAST_WORDS_MS = 200;
/** What programs that record sound need to find their way; nothing else of ours is theirs. */
const ENVIRONMENT = [
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'ALSA_CONFIG_PATH',
  'PULSE_SERVER',
  'PIPEWIRE_REMOTE',
];

/**
 * A program that writes to its standard output, without a shell, in a process group of its own, so that what it
 * starts ends with it.
 */
export class Program implements AsyncDisposable {
  /** Its standard output. Ends when the program closes it. */
  readonly output = new ByteInput(128 * 1024);
  /** Resolves once it has ended or could not be started; never rejects. */
  readonly ended: Promise<ProgramEnd>;
  readonly #clock: Clock;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #isOver = false;
  #isOutputOver = false;
  #outputBytes = 0;
  #lastLine = '';
  #partLine = '';

  constructor(command: readonly string[], deps: ProgramDeps) {
    this.#clock = deps.clock;
    const [file = '', ...args] = command;
    const own = Object.fromEntries(ENVIRONMENT.map((name) => [name, process.env[name]]));
    const env = { ...own, ...deps.environment };
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env });
    this.#child = child;
    child.stdout.on('data', (bytes: Buffer) => {
      this.#outputBytes += bytes.length;
      if (!this.output.push(bytes)) child.stdout.pause();
    });
    this.output.onDrain = () => child.stdout.resume();
    child.stdout.on('close', () => {
      this.#isOutputOver = true;
      this.output.end();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#read(text, deps.onLine));
    this.ended = new Promise((resolve) => {
      child.on('error', (error: NodeJS.ErrnoException) => {
        if (child.pid !== undefined) return;
        this.#isOver = true;
        this.#isOutputOver = true;
        this.output.end();
        resolve({ how: error.code ?? error.message, lastLine: '', isFailure: true, isMissing: true });
      });
      child.on('exit', (code, signal) => {
        this.#isOver = true;
        const tell = (): void => {
          const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
          resolve({ how, lastLine: this.#lastLine, isFailure: code !== 0, isMissing: false });
        };
        // Its last words may still be on their way; what it left behind may hold the pipe open for ever.
        child.once('close', tell);
        this.#clock.after(LAST_WORDS_MS, tell);
      });
    });
  }

  /** It has closed its standard output, as programs do when they end. */
  get isOutputOver(): boolean {
    return this.#isOutputOver;
  }

  get outputBytes(): number {
    return this.#outputBytes;
  }

  /** Ends it, by force after two seconds, and resolves when it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined) return;
    this.output.end();
    this.#child.stdout.resume();
    if (!this.#isOver) {
      const gone = new AbortController();
      this.#child.once('exit', () => gone.abort());
      signalGroup(pid, 'SIGTERM');
      await sleep(this.#clock, TERM_MS, gone.signal);
    }
    // Also when it is gone: its group outlives it where it has left a child behind.
    signalGroup(pid, 'SIGKILL');
    await this.ended;
  }

  #read(text: string, onLine: (line: string) => void): void {
    const lines = (this.#partLine + text).split(/[\r\n]+/);
    this.#partLine = (lines.pop() ?? '').slice(0, MAX_LINE_CHARS);
    for (const line of lines) this.#line(line, onLine);
  }

  #line(line: string, onLine: (line: string) => void): void {
    const short = line.trim().slice(0, MAX_LINE_CHARS);
    if (short === '') return;
    this.#lastLine = short;
    onLine(short);
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: it has just gone.
  }
}
