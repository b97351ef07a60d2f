import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { command } from '../command.ts';
import type { Toolbox } from '../toolbox.ts';
import { type Tool, toolOf } from './tool.ts';

/** What a command in the machine came to. */
export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Of the command; 255 when there was no connection. */
  readonly code: number;
}

export interface ExecOptions {
  /** Two minutes when left out. */
  readonly limitMs?: number;
  readonly input?: string;
}

const LIMIT_MS = 120_000;
const LOST = 255;

/** Commands in a machine, over SSH with a key that was made for it. */
export class SshShell implements AsyncDisposable {
  readonly #ssh: Tool;
  readonly #options: readonly string[];
  readonly #signal: AbortSignal;

  /**
   * @param folder of the machine: holds its key, and the socket of the connection that all commands share
   * @param signal ends whatever runs
   */
  constructor(toolbox: Toolbox, folder: string, port: number, signal: AbortSignal) {
    this.#ssh = toolOf(toolbox, 'usr/bin/ssh');
    this.#signal = signal;
    // A new machine has a new host key each time: there is nothing to know it by.
    const options = [
      'BatchMode=yes',
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'LogLevel=ERROR',
      'ConnectTimeout=30',
      'ServerAliveInterval=15',
      'ServerAliveCountMax=8',
      `IdentityFile=${join(folder, 'key')}`,
      'IdentitiesOnly=yes',
      'ControlMaster=auto',
      'ControlPersist=60',
      `ControlPath=${join(folder, 'ssh')}`,
    ];
    this.#options = ['-F', 'none', '-p', `${port}`, ...options.flatMap((each) => ['-o', each])];
  }

  /** Makes the key. @returns its public half, one line */
  static async makeKey(toolbox: Toolbox, folder: string): Promise<string> {
    const tool = toolOf(toolbox, 'usr/bin/ssh-keygen');
    const file = join(folder, 'key');
    await command(tool.name, [...tool.before, '-q', '-t', 'ed25519', '-N', '', '-C', 'tests', '-f', file]);
    return (await command('cat', [`${file}.pub`])).trim();
  }

  /** Runs a line of shell in the machine, as root. One that fails is an answer, too. */
  exec(line: string, { limitMs = LIMIT_MS, input = '' }: ExecOptions = {}): Promise<ExecResult> {
    const { promise, resolve, reject } = Promise.withResolvers<ExecResult>();
    const args = [...this.#ssh.before, ...this.#options, 'root@127.0.0.1', line];
    const child = spawn(this.#ssh.name, args, { signal: this.#signal, timeout: limitMs, killSignal: 'SIGKILL' });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code, by) => {
      if (by !== null) reject(new Error(`not over after ${limitMs / 1000} s: ${line}\n${stdout}${stderr}`));
      else resolve({ stdout, stderr, code: code ?? LOST });
    });
    return promise;
  }

  /**
   * Runs a line that must succeed.
   * @returns what it wrote
   */
  async must(line: string, options?: ExecOptions): Promise<string> {
    const { stdout, stderr, code } = await this.exec(line, options);
    if (code !== 0) throw new Error(`in the machine, "${line}" ended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  }

  /** Waits until the machine lets us in. */
  async waitFor(limitMs: number): Promise<void> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const { code, stderr } = await this.exec('true', { limitMs: 60_000 }).catch((error: Error) => ({
        code: LOST,
        stderr: error.message,
      }));
      if (code === 0) return;
      this.#signal.throwIfAborted();
      if (performance.now() > endMs) throw new Error(`no SSH within ${limitMs / 1000} s: ${stderr}`);
      await pause(1_000);
    }
  }

  /** Ends the shared connection: after a power cut nobody is at its other end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const args = [...this.#ssh.before, ...this.#options, '-O', 'exit', 'root@127.0.0.1'];
    await command(this.#ssh.name, args, { timeoutMs: 10_000 }).catch(() => '');
  }
}
