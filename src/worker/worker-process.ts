import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import type { AccessUnit } from '../core/access-unit.ts';
import { BackOff } from '../core/back-off.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { CounterSet } from '../core/counters.ts';
import { BugError, type ErrorReport } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { SourceStatus } from '../core/source-status.ts';
import type { EarlyProcess } from './early-process.ts';
import { Link } from './link.ts';
import { startMediaProcess } from './media-process.ts';
import type { CommonMessage } from './messages.ts';

export interface WorkerProcessDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  readonly random: () => number;
  /** Taken instead of a new one, while it is there. */
  readonly early?: EarlyProcess | undefined;
}

export interface WorkerProcessOptions {
  /** The program of the process, as arguments for Node. */
  readonly program: readonly string[];
  /** One that delivers nothing for this long is down, and is replaced. May change. */
  readonly timeoutMs: () => number;
  /** What it delivers, for the log: `sound`, `picture`. */
  readonly product: string;
}

/** What whoever keeps a process does with it. */
export interface WorkerProcessOwner {
  /** A process has been started: the place for its first commands. */
  onStart(link: Link): void;
  /** A message that is not common to all workers. Says true when it proves that media flows. */
  onMessage(message: { readonly type: string }, attachment: Buffer | undefined): boolean;
  onUnit?(unit: AccessUnit): void;
  /** The process has ended; another may follow. */
  onEnd?(): void;
  /** `status` has changed. */
  onStatus(): void;
}

const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 15_000;
/** Media for this long, and the next crash is a first one again. */
const HEALTHY_MS = 30_000;
/** A process that says nothing at all for this long, not even that it waits for its device, hangs. */
const SILENCE_MS = 5_000;
/** A slow card may take this long to load the program. */
const START_MS = 30_000;
/** What an orderly stop may take before the process is killed. */
const STOP_MS = 1_500;
/** Counters whose growth is worth a line in the log, and what they count. */
const TROUBLES: Readonly<Record<string, string>> = {
  capture_xruns_total: 'xruns',
  capture_decode_errors_total: 'decode errors',
  capture_damaged_frames_total: 'damaged pictures',
  encode_skipped_samples_total: 'samples left out because encoding is too slow',
  link_dropped_units_total: 'units lost because the main process takes none',
};

/**
 * Keeps one media worker process running: starts it, watches its progress, replaces it when it crashes, hangs or
 * delivers nothing, with growing pauses. Whoever owns it sees a source that is live or is not.
 */
export class WorkerProcess {
  readonly #deps: WorkerProcessDeps;
  readonly #options: WorkerProcessOptions;
  readonly #owner: WorkerProcessOwner;
  readonly #backOff: BackOff;
  #process: ChildProcess | undefined;
  #link: Link | undefined;
  #status: SourceStatus;
  #heardUs = 0;
  #liveUs = 0;
  #watchdog: Timer | undefined;
  #restart: Timer | undefined;
  #isRunning = false;
  /** Counters of the present process, and the sums of those before it. */
  #counters: Readonly<Record<string, number>> = {};

  constructor(deps: WorkerProcessDeps, options: WorkerProcessOptions, owner: WorkerProcessOwner) {
    this.#deps = deps;
    this.#options = options;
    this.#owner = owner;
    this.#backOff = new BackOff({ firstMs: FIRST_RESTART_MS, maxMs: LONGEST_RESTART_MS, random: deps.random });
    this.#status = { state: 'stopped', detail: '', error: undefined, sinceUs: deps.clock.nowUs(), restarts: 0 };
  }

  get status(): SourceStatus {
    return this.#status;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Undefined while there is no process. */
  get link(): Link | undefined {
    return this.#link;
  }

  /** Starts the process; does nothing when it runs. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#spawn();
  }

  /** Ends the process and waits for its end. It may be started again. */
  async stop(): Promise<void> {
    if (!this.#isRunning && this.#process === undefined) return;
    this.#isRunning = false;
    this.#restart?.cancel();
    this.#watchdog?.cancel();
    this.#setStatus('stopped', '');
    const child = this.#process;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    this.#link?.close();
    child.kill('SIGTERM');
    const kill = this.#deps.clock.after(STOP_MS, () => child.kill('SIGKILL'));
    await promise;
    kill.cancel();
  }

  /** Ends a process that is of no use any more; another is started in its place. */
  replace(why: string): void {
    this.#setStatus('stalled', why);
    this.#process?.kill('SIGKILL');
  }

  #spawn(): void {
    const { clock, log } = this.#deps;
    this.#setStatus('starting', '');
    this.#heardUs = clock.nowUs();
    const child = this.#newProcess();
    // Without pipes where there are too many open files: the error follows.
    if (child?.stdio === undefined) return;
    const link = new Link(child.stdio[3] as Socket, {
      onMessage: (message, attachment) => {
        // What a process still says when it has been told to stop is of no interest.
        if (this.#process === child && this.#isRunning) this.#onMessage(message as CommonMessage, attachment);
      },
      onUnit: (unit) => this.#owner.onUnit?.(unit),
      onClose: (error) => {
        if (error instanceof BugError) log.error(error.message, { code: error.code });
      },
    });
    this.#link = link;
    this.#owner.onStart(link);
    // What native code prints is for developers only; it must not fill the journal.
    createInterface({ input: child.stderr as Duplex }).on('line', (line) => log.debug(line.slice(0, 500)));
    this.#watch();
  }

  /** Undefined where there is no memory for one; other trouble is told by an event. */
  #newProcess(): ChildProcess | undefined {
    const { program } = this.#options;
    const cannot = ({ message }: Error): string => `the worker process cannot be started (${message})`;
    try {
      const child = this.#deps.early?.take(program) ?? startMediaProcess(program);
      this.#process = child;
      child.once('exit', (code, signal) =>
        this.#onExit(child, `the worker process ended (${signal ?? `exit code ${code}`})`),
      );
      child.once('error', (error) => {
        if (child.pid === undefined) this.#onExit(child, cannot(error));
      });
      return child;
    } catch (error) {
      this.#onExit(undefined, cannot(error as Error));
      return undefined;
    }
  }

  #onExit(child: ChildProcess | undefined, why: string): void {
    if (this.#process !== child) return;
    this.#process = undefined;
    this.#link = undefined;
    this.#counters = {};
    this.#watchdog?.cancel();
    this.#owner.onEnd?.();
    if (!this.#isRunning) return;
    if (this.#status.state === 'ended') {
      this.#isRunning = false;
      return;
    }
    const { clock, log, counters } = this.#deps;
    counters.counter('worker_restarts_total', 'Times that a media worker process had to be started again').add();
    const pauseMs = this.#backOff.next();
    const isStall = this.#status.state === 'stalled';
    const detail = isStall ? this.#status.detail : why;
    this.#status = { ...this.#status, restarts: this.#status.restarts + 1 };
    this.#setStatus(isStall ? 'stalled' : 'starting', detail);
    log.warning(`${detail}; started again in ${pauseMs} ms`);
    this.#restart = clock.after(pauseMs, () => this.#spawn());
  }

  #onMessage(message: CommonMessage, attachment: Buffer | undefined): void {
    const { clock, log } = this.#deps;
    this.#heardUs = clock.nowUs();
    switch (message.type) {
      case 'state':
        this.#liveUs = this.#heardUs;
        this.#setStatus(message.state, message.detail, message.error);
        break;
      case 'counters':
        this.#addCounters(message.counters);
        break;
      case 'log':
        log[message.level](message.message, message.fields);
        break;
      default:
        if (!this.#owner.onMessage(message, attachment)) break;
        this.#liveUs = this.#heardUs;
        if (this.#heardUs - this.#status.sinceUs > HEALTHY_MS * 1000) this.#backOff.reset();
    }
  }

  /** Workers count from their start; here the sums go on over all of them. */
  #addCounters(now: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(now)) {
      const grown = value - (this.#counters[name] ?? 0);
      if (grown <= 0) continue;
      const counter = this.#deps.counters.counter(name, 'Counted in the media workers');
      counter.add(grown);
      const trouble = TROUBLES[name];
      // Counters come once a second, and so do these lines at the most.
      if (trouble !== undefined)
        this.#deps.log.warning(`${grown} ${trouble} in the last second, ${counter.value} in all`);
    }
    this.#counters = now;
  }

  /** Progress is what counts, not being alive. */
  #watch(): void {
    this.#watchdog = this.#deps.clock.after(1_000, () => {
      const nowUs = this.#deps.clock.nowUs();
      const { state } = this.#status;
      const heardMs = (nowUs - this.#heardUs) / 1000;
      const liveMs = (nowUs - this.#liveUs) / 1000;
      const timeoutMs = this.#options.timeoutMs();
      const { product } = this.#options;
      if (state === 'live' && liveMs > timeoutMs) this.replace(`no ${product} for ${timeoutMs / 1000} s`);
      else if (heardMs > (state === 'starting' ? START_MS : SILENCE_MS)) this.replace('the worker process hangs');
      else this.#watch();
    });
  }

  #setStatus(state: SourceStatus['state'], detail: string, error?: ErrorReport): void {
    const { restarts } = this.#status;
    this.#status = { state, detail, error, sinceUs: this.#deps.clock.nowUs(), restarts };
    this.#owner.onStatus();
  }
}
