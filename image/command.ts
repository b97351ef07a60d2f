import { spawn } from 'node:child_process';

/** How a command is run. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads; nothing by default. */
  readonly input?: string;
  /** Ends it after this long. Half an hour by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** How much of what a failed command said is shown. */
const TAIL = 4_000;

/**
 * Runs a command to its end.
 *
 * @returns what it wrote on standard output
 * @throws Error with the command and the end of what it said, when it fails
 */
export function command(name: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(name, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: options.cwd,
    // Steps give the recipe's time where it is wanted: mksquashfs fails when it is told both ways.
    env: { ...process.env, SOURCE_DATE_EPOCH: undefined, LC_ALL: 'C.UTF-8', TZ: 'UTC', ...options.env },
    timeout: options.timeoutMs ?? 1_800_000,
    ...(options.signal && { signal: options.signal }),
  });
  let out = '';
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    all = (all + text).slice(-TAIL);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    all = (all + text).slice(-TAIL);
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  child.on('error', reject);
  child.on('close', (code, signal) => {
    if (code === 0) resolve(out);
    else reject(new Error(`${name} ${args.join(' ').slice(0, 300)}\nended with ${code ?? signal}:\n${all}`));
  });
  return promise;
}
