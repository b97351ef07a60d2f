import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StationStats, StationStatus } from '../web/answers.ts';
import { until } from './until.ts';

/** The real program, running. */
export class Program implements AsyncDisposable {
  readonly dir: string;
  readonly configFile: string;
  readonly child: ChildProcess;
  #output = '';

  private constructor(dir: string, configFile: string, child: ChildProcess) {
    this.dir = dir;
    this.configFile = configFile;
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.#output += data;
      });
    }
  }

  /**
   * Starts it with this configuration beside a server block with free ports, and resolves when it is ready.
   * @param files by name, put into the directory of the configuration
   * @param host where it listens; `::` is everywhere
   * @param server more for the server block
   */
  static async start(
    config: string,
    files: Readonly<Record<string, string | Uint8Array>> = {},
    host = '127.0.0.1',
    server = '',
  ): Promise<Program> {
    const dir = mkdtempSync(join(tmpdir(), 'pipit-program-'));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
    const configFile = join(dir, 'config.hcl');
    writeFileSync(configFile, Program.withServer(config, host, server));
    const child = spawn(process.execPath, ['--max-semi-space-size=2', 'src/main.ts', '-c', configFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const program = new Program(dir, configFile, child);
    await until('the program listens', () => program.#port !== undefined || child.exitCode !== null, 30_000);
    if (child.exitCode !== null) throw new Error(`the program ended: ${program.output}`);
    return program;
  }

  /** The configuration with the server block that tests use. */
  static withServer(config: string, host = '127.0.0.1', more = ''): string {
    return `server {\n  host = "${host}"\n  listen_port = 0\n  source_port = 0\n  source_password = "s3cret-of-the-test"\n  ${more}\n}\n${config}\n`;
  }

  /** Everything it has printed. */
  get output(): string {
    return this.#output;
  }

  get port(): number {
    return this.#port as number;
  }

  get sourcePort(): number {
    return Number(/source clients may send to port (\d+)/.exec(this.#output)?.[1]);
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  async status(): Promise<StationStatus> {
    return (await (await fetch(this.url('/api/status'))).json()) as StationStatus;
  }

  async stats(): Promise<StationStats> {
    return (await (await fetch(this.url('/api/stats'))).json()) as StationStats;
  }

  /** Polls the status until it is as wanted. */
  async statusWhere(what: string, isIt: (status: StationStatus) => boolean, limitMs = 30_000): Promise<StationStatus> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const status = await this.status();
      if (isIt(status)) return status;
      if (performance.now() > endMs)
        throw new Error(`not within ${limitMs / 1000} s: ${what}: ${JSON.stringify(status)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Rewrites the configuration and asks for a reload. */
  reload(config: string): void {
    writeFileSync(this.configFile, config);
    this.child.kill('SIGHUP');
  }

  /** Process ids of its media workers. */
  async workers(): Promise<number[]> {
    const { readFile } = await import('node:fs/promises');
    const list = await readFile(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8');
    return list.trim().split(' ').filter(Boolean).map(Number);
  }

  /** Sends SIGTERM; resolves with how it ended and after how many milliseconds. */
  async stop(): Promise<{ code: number | null; ms: number }> {
    const started = performance.now();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      await new Promise((done) => this.child.once('exit', done));
    }
    return { code: this.child.exitCode, ms: performance.now() - started };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  get #port(): number | undefined {
    const port = /open http:\/\/(?:127\.0\.0\.1|localhost):(\d+)\//.exec(this.#output)?.[1];
    return port === undefined ? undefined : Number(port);
  }
}
