import { execFile } from 'node:child_process';

export interface HostProgramOptions {
  /** Where to look for it: folders with colons between them. The environment's, and those of administration, when left out. */
  readonly path?: string | undefined;
  /** An answer that takes longer counts as none. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 2_000;
const MAX_BYTES = 64 * 1024;

/** The environment's folders, and those that are only in an administrator's: `iw` is in one of them. */
export function hostProgramPath(): string {
  return `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;
}

/** A small program of the system that is asked a question now and then. */
export class HostProgram {
  readonly #name: string;
  readonly #path: string;
  readonly #timeoutMs: number;
  #isRunning = false;
  #isMissing = false;

  constructor(name: string, { path = hostProgramPath(), timeoutMs = TIMEOUT_MS }: HostProgramOptions = {}) {
    this.#name = name;
    this.#path = path;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * What it prints, in plain English. Undefined when it is not installed (it is not looked for again), fails, takes too
   * long or has not ended since the last question: a program that waits for a broken driver cannot be ended.
   * Never rejects.
   */
  ask(args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
    if (this.#isRunning || this.#isMissing || signal.aborted) return Promise.resolve(undefined);
    this.#isRunning = true;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]);
    limit.addEventListener('abort', () => resolve(undefined), { once: true });
    const env = { PATH: this.#path, LC_ALL: 'C' };
    const options = { killSignal: 'SIGKILL', maxBuffer: MAX_BYTES, env, signal: limit } as const;
    execFile(this.#name, args, options, (error, text) => {
      this.#isRunning = false;
      this.#isMissing = error?.code === 'ENOENT';
      resolve(error === null ? text : undefined);
    });
    return promise;
  }
}
