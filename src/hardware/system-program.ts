import { spawn } from 'node:child_process';
import { DeviceError } from '../core/errors.ts';

export interface ProgramAnswer {
  readonly exitCode: number;
  readonly out: string;
  /** What it printed as complaint. */
  readonly complaint: string;
}

export interface ProgramOptions {
  /** Given to its standard input, where other users of the machine do not see it. */
  readonly input?: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
const MAX_CHARACTERS = 256 * 1024;

/**
 * Runs a program of the system to its end, in plain English. No shell is involved.
 * @throws DeviceError `hardware.no-program` when it is not installed, `hardware.no-answer` when it takes too long
 */
export async function runProgram(
  name: string,
  args: readonly string[],
  { input = '', timeoutMs = TIMEOUT_MS }: ProgramOptions = {},
): Promise<ProgramAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ProgramAnswer>();
  const child = spawn(name, args, { env: { ...process.env, LC_ALL: 'C' }, stdio: 'pipe' });
  let [out, complaint] = ['', ''];
  const limited = (text: string, more: string): string => (text + more).slice(0, MAX_CHARACTERS);
  // A letter of several bytes may come in two pieces.
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    out = limited(out, more);
  });
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    complaint = limited(complaint, more);
  });
  // It may end without reading what it is given.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const late = setTimeout(() => {
    child.kill('SIGKILL');
    reject(noAnswer(name, timeoutMs));
  }, timeoutMs);
  child.once('error', (cause) => reject(notInstalled(name, cause)));
  child.once('close', (exitCode) => resolve({ exitCode: exitCode ?? -1, out, complaint }));
  try {
    return await promise;
  } finally {
    clearTimeout(late);
  }
}

function notInstalled(name: string, cause: Error): DeviceError {
  return new DeviceError('hardware.no-program', `${name} can't be run: ${cause.message}`, {
    remedy: `Install ${name}.`,
    cause,
  });
}

function noAnswer(name: string, timeoutMs: number): DeviceError {
  return new DeviceError('hardware.no-answer', `${name} has not answered within ${timeoutMs / 1000} s`, {
    remedy: 'Try again in a minute.',
  });
}
