import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A running Pipit, as a process of its own. */
export interface StationProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: number;
}

/**
 * Starts Pipit with this configuration (`PORT` stands for its HTTP port) and resolves when it is ready.
 * @param dir for the configuration file
 * @param host to listen at; it must be reached from loopback, too
 */
export async function startStation(
  dir: string,
  port: number,
  config: string,
  host = '127.0.0.1',
): Promise<StationProcess> {
  const file = join(dir, `pipit-${port}.hcl`);
  writeFileSync(
    file,
    `server {
  host        = "${host}"
  listen_port = ${port}
  source_port = ${port + 1}
}
advanced {
  max_listeners = 20000
}
data_dir = ${JSON.stringify(join(dir, 'data'))}
${config}
`,
  );
  const child = spawn(process.execPath, ['--max-semi-space-size=2', 'src/main.ts', '-c', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await ready(`http://127.0.0.1:${port}/healthz`);
  return {
    child,
    pid: child.pid as number,
    port,
    async [Symbol.asyncDispose]() {
      await stop(child);
    },
  };
}

/** Sends SIGTERM and waits for the end. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await new Promise((done) => child.once('exit', done));
}

/** User and system time of a process so far, seconds. Linux counts them in ticks of 10 ms. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident memory of a process, KiB. */
export function residentKb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

async function ready(url: string): Promise<void> {
  for (let tries = 0; tries < 150; tries += 1) {
    const isThere = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isThere) return;
    await pause(100);
  }
  throw new Error(`${url} is not there`);
}
