import { spawn } from 'node:child_process';

/** How a program ended. */
export interface Ended {
  /** Its exit code; 128 when a signal ended it. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface ProgramOptions {
  readonly input?: string;
  /** Half a minute when left out. */
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
}

/** Runs a program to its end; one that fails is an answer, too. Rejects when it can't be started. */
export function program(name: string, args: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const { input = '', limitMs = 30_000, signal } = options;
  const child = spawn(name, args, {
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    ...(signal && { signal }),
  });
  // Node's own limit goes on when the program is not there, and keeps this one from its end.
  const limit = setTimeout(() => child.kill(), limitMs);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  child.on('error', (error) => {
    clearTimeout(limit);
    reject(error);
  });
  child.on('close', (code) => {
    clearTimeout(limit);
    resolve({ code: code ?? 128, out, err });
  });
  return promise;
}

/**
 * Runs a program that must succeed.
 * @returns what it wrote
 * @throws Error with what it complained of
 */
export async function must(name: string, args: readonly string[], options?: ProgramOptions): Promise<string> {
  const { code, out, err } = await program(name, args, options);
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}: ${(err || out).trim().slice(-500)}`);
  return out;
}
