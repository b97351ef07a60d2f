import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { TestResult } from './hardware-test.ts';
import { isWholeRun, resultOf } from './json-results.ts';

/** A machine that has Pipit, and how it is reached. */
export interface Host {
  readonly name: string;
  readonly user: string;
  /** More options of ssh(1). */
  readonly sshOptions: readonly string[];
}

/** ssh ends with this when there was no connection. */
const NO_CONNECTION = 255;

/** What `pipit self-test` came to on another machine. */
export interface HostRun {
  readonly results: readonly TestResult[];
  /** Why nothing or not all was run; empty when all was. */
  readonly trouble: string;
}

/** Runs `pipit self-test` there, through SSH. */
export async function selfTestOn(
  host: Host,
  filters: readonly string[],
  onResult: (result: TestResult) => void,
  signal: AbortSignal,
): Promise<HostRun> {
  const results: TestResult[] = [];
  const args = ['self-test', '--json', ...filters].map(quoted).join(' ');
  const sudo = host.user === 'root' ? '' : 'sudo -n ';
  const { lines, ended } = ssh(host, `${sudo}pipit ${args}`, signal);
  for await (const line of lines) {
    const result = resultOf(line);
    if (result === undefined) continue;
    results.push(result);
    onResult(result);
  }
  const { code, said } = await ended;
  if (code === NO_CONNECTION) return { results, trouble: `no SSH to ${host.user}@${host.name}: ${said}` };
  if (!isWholeRun(results, code)) return { results, trouble: `pipit self-test ended with ${code}: ${said}` };
  return { results, trouble: '' };
}

/** The report of that machine; empty when it could not be had. */
export async function hardwareReportOf(host: Host, signal: AbortSignal): Promise<string> {
  const { lines, ended } = ssh(host, 'pipit self-test --hardware', signal);
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return (await ended).code === 0 ? `${all.join('\n')}\n` : '';
}

function ssh(host: Host, line: string, signal: AbortSignal) {
  // A machine that hangs, or has lost its network, is given up after five minutes.
  const alive = ['-o', 'ServerAliveInterval=30', '-o', 'ServerAliveCountMax=10'];
  const options = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=20', ...alive, ...host.sshOptions];
  const child = spawn('ssh', [...options, `${host.user}@${host.name}`, line], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-1_000);
  });
  const ended = new Promise<{ code: number; said: string }>((resolve) => {
    child.once('error', (error) => resolve({ code: NO_CONNECTION, said: error.message }));
    child.once('close', (code) => resolve({ code: code ?? NO_CONNECTION, said: said.trim() }));
  });
  return { lines: createInterface({ input: child.stdout }), ended };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
