import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StationStats, StationStatus } from '../src/web/answers.ts';
import type { EventsAnswer, HistoryAnswer } from '../src/web/history-schemas.ts';
import { ask } from './ask.ts';
import type { StationOptions } from './hardware-test.ts';
import { Listening } from './listening.ts';
import { until } from './until.ts';

const START_MS = 180_000;
const STOP_MS = 10_000;
const KEPT_LOG = 200_000;
/** The program as it stands beside these tests: TypeScript in a checkout, JavaScript where it is installed. */
const MAIN = fileURLToPath(new URL(`../src/main${extname(import.meta.filename)}`, import.meta.url));

/** A Pipit that belongs to a test: its configuration, data and ports are its own. */
export class OwnStation implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #host: string;
  readonly #exited: Promise<void>;
  #log = '';
  #hasEnded = false;

  private constructor(child: ChildProcess, host: string) {
    this.child = child;
    this.#host = host;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-KEPT_LOG);
      });
    }
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#log += error.message;
        this.#hasEnded = true;
        resolve();
      });
      child.once('exit', () => {
        this.#hasEnded = true;
        resolve();
      });
    });
  }

  /**
   * Starts it, and resolves when it is ready.
   * @param folder for its configuration and, unless said otherwise, its data
   */
  static async start(
    config: string,
    folder: string,
    options: StationOptions & { readonly signal: AbortSignal },
  ): Promise<OwnStation> {
    const { dataFolder = join(folder, 'data'), wrapper = [], signal, host = '127.0.0.1' } = options;
    const server = `server {\n  host = "${host}"\n  listen_port = 0\n  source_port = 0\n}\n`;
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'config.hcl');
    writeFileSync(file, `data_dir = "${dataFolder}"\n${server}${config}\n`);
    const [name = '', ...args] = [...wrapper, process.execPath, '--max-semi-space-size=2', MAIN, '-c', file];
    const child = spawn(name, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Each test starts one: what was compiled for the first is read by the next. The service of the machine is not told.
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, '../../compiled'), NOTIFY_SOCKET: undefined },
    });
    const station = new OwnStation(child, host);
    try {
      await until('Pipit is ready', () => (station.#port === undefined && !station.#hasEnded ? undefined : true), {
        limitMs: START_MS,
        signal,
      });
      if (station.#hasEnded) throw new Error('Pipit did not start');
    } catch (error) {
      await station[Symbol.asyncDispose]();
      throw new Error(`${(error as Error).message}; it said: ${station.log.slice(-2000)}`);
    }
    return station;
  }

  /** What it has logged. */
  get log(): string {
    return this.#log;
  }

  get port(): number {
    return this.#port as number;
  }

  get isRunning(): boolean {
    return !this.#hasEnded;
  }

  url(path: string): string {
    return `http://${this.#host}:${this.port}${path}`;
  }

  async status(): Promise<StationStatus> {
    return (await this.#json('/api/status')) as StationStatus;
  }

  async stats(): Promise<StationStats> {
    return (await this.#json('/api/stats')) as StationStats;
  }

  async history(): Promise<HistoryAnswer> {
    return (await this.#json('/api/history')) as HistoryAnswer;
  }

  /** Types of what has happened, the last first. */
  async events(): Promise<EventsAnswer['events']> {
    return ((await this.#json('/api/history/events')) as EventsAnswer).events;
  }

  /** A figure of `/metrics`; undefined when it is not told. */
  async figure(name: string): Promise<number | undefined> {
    const text = await (await ask(this.url('/metrics'))).text();
    const line = text
      .split('\n')
      .find((each) => each.startsWith(`pipit_${name} `) || each.startsWith(`pipit_${name}{`));
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
  }

  /** Waits until the source is in this state. */
  async source(name: string, state: string, limitMs = 120_000) {
    let last = '';
    const look = async () => {
      const source = (await this.status()).sources.find((each) => each.name === name);
      last = JSON.stringify(source);
      return source?.state === state ? source : undefined;
    };
    return await until(`source ${name} is ${state}`, look, { limitMs }).catch((error: Error) => {
      throw new Error(`${error.message}; it is ${last}`);
    });
  }

  /** Opens a stream and keeps the last of its bytes. */
  listen(path = '/stream'): Promise<Listening> {
    return Listening.open(this.url(path));
  }

  /** Its media workers, by number of process. */
  workers(): number[] {
    const { pid } = this.child;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasEnded) return;
    this.child.kill('SIGTERM');
    const hard = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await this.#exited;
    clearTimeout(hard);
  }

  async #json(path: string): Promise<unknown> {
    const answer = await ask(this.url(path));
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    return await answer.json();
  }

  get #port(): number | undefined {
    const port = /open http:\/\/[^/\s]*:(\d+)\//.exec(this.#log)?.[1];
    return port === undefined ? undefined : Number(port);
  }
}
