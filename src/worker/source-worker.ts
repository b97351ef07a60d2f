import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import type { AccessUnit, TrackMetadata } from '../core/access-unit.ts';
import { BackOff } from '../core/back-off.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { CounterSet } from '../core/counters.ts';
import type { ErrorReport } from '../core/errors.ts';
import type { LevelReading } from '../core/level-reading.ts';
import type { Log } from '../core/log.ts';
import type { Rung } from '../core/rung.ts';
import type { SourceStatus } from '../core/source-status.ts';
import { Link } from './link.ts';
import type { WorkerCommand, WorkerMessage, WorkerSettings } from './messages.ts';

export interface SourceWorkerDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  readonly random: () => number;
}

export interface SourceWorkerOptions {
  readonly settings: WorkerSettings;
  /** A source that delivers nothing for this long is down, and its process is replaced. May change. */
  readonly sourceTimeoutMs: () => number;
  /** The program of the worker process, as arguments for Node. */
  readonly program: readonly string[];
}

/** Told what the worker delivers. Units are valid until the call returns. */
export interface SourceWorkerEvents {
  onUnit(unit: AccessUnit): void;
  onRung(rungName: string, config: Uint8Array): void;
  onMetadata(metadata: TrackMetadata): void;
  onLevel(level: LevelReading): void;
  /** `status` has changed. */
  onStatus(): void;
  /** Whether more input is welcome has changed. */
  onInputWelcome(isWelcome: boolean): void;
}

const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 15_000;
/** Sound for this long, and the next crash is a first one again. */
const HEALTHY_MS = 30_000;
/** A process that says nothing at all for this long, not even that it waits for its device, hangs. */
const SILENCE_MS = 5_000;
/** A slow card may take this long to load the program. */
const START_MS = 30_000;
/** What an orderly stop may take before the process is killed. */
const STOP_MS = 1_500;
/** Encoders come and go with megabytes each: large blocks go back to the system, and few arenas fragment less. */
const MALLOC = { MALLOC_MMAP_THRESHOLD_: '262144', MALLOC_ARENA_MAX: '2' };
/** Counters whose growth is worth a line in the log, and what they count. */
const TROUBLES: Readonly<Record<string, string>> = {
  capture_xruns_total: 'xruns',
  capture_decode_errors_total: 'decode errors',
  encode_skipped_samples_total: 'samples left out because encoding is too slow',
  link_dropped_units_total: 'units lost because the main process takes none',
};
const MAX_UNSENT_INPUT_BYTES = 256 * 1024;

/**
 * Keeps one media worker process running: starts it, watches its progress, replaces it when it crashes, hangs or
 * delivers nothing, with growing pauses. Whoever uses it sees a source that is live or is not.
 */
export class SourceWorker {
  readonly settings: WorkerSettings;
  readonly #deps: SourceWorkerDeps;
  readonly #options: SourceWorkerOptions;
  readonly #events: SourceWorkerEvents;
  readonly #backOff: BackOff;
  #process: ChildProcess | undefined;
  #link: Link | undefined;
  #wanted: readonly Rung[] = [];
  #status: SourceStatus;
  #heardUs = 0;
  #liveUs = 0;
  #watchdog: Timer | undefined;
  #restart: Timer | undefined;
  #isInputWelcome = true;
  #isRunning = false;
  /** Counters of the present process, and the sums of those before it. */
  #counters: Readonly<Record<string, number>> = {};

  constructor(deps: SourceWorkerDeps, options: SourceWorkerOptions, events: SourceWorkerEvents) {
    this.#deps = deps;
    this.#options = options;
    this.#events = events;
    this.settings = options.settings;
    this.#backOff = new BackOff({ firstMs: FIRST_RESTART_MS, maxMs: LONGEST_RESTART_MS, random: deps.random });
    this.#status = { state: 'stopped', detail: '', error: undefined, sinceUs: deps.clock.nowUs(), restarts: 0 };
  }

  get status(): SourceStatus {
    return this.#status;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts the process; does nothing when it runs. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#spawn();
  }

  /** The rungs to encode from now on. */
  want(rungs: readonly Rung[]): void {
    this.#wanted = rungs;
    this.#command({ type: 'want', rungs: rungs.map((rung) => rung.name) });
  }

  /** Bytes of the source client. False: enough for now, `onInputWelcome` follows. */
  writeInput(bytes: Uint8Array): boolean {
    this.#link?.sendInput(bytes);
    return this.#isInputWelcome && (this.#link?.unsentBytes ?? 0) < MAX_UNSENT_INPUT_BYTES;
  }

  /** The source client has ended its stream. */
  endInput(): void {
    this.#command({ type: 'input-end' });
  }

  /** Ends the process and waits for its end. It may be started again. */
  async stop(): Promise<void> {
    if (!this.#isRunning && this.#process === undefined) return;
    this.#isRunning = false;
    this.#restart?.cancel();
    this.#watchdog?.cancel();
    this.#setStatus('stopped', '');
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    this.#link?.close();
    child.kill('SIGTERM');
    const kill = this.#deps.clock.after(STOP_MS, () => child.kill('SIGKILL'));
    await promise;
    kill.cancel();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #spawn(): void {
    const { clock, log } = this.#deps;
    const { settings, program } = this.#options;
    this.#setStatus('starting', '');
    this.#heardUs = clock.nowUs();
    const env = { ...MALLOC, ...process.env };
    const child = spawn(process.execPath, program, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env });
    this.#process = child;
    const link = new Link(child.stdio[3] as Socket, {
      onMessage: (message) => this.#onMessage(message as WorkerMessage),
      onUnit: (unit) => this.#events.onUnit(unit),
      onClose: () => {},
    });
    this.#link = link;
    this.#isInputWelcome = true;
    link.onDrain = () => this.#events.onInputWelcome(this.#isInputWelcome);
    link.send({ type: 'open', settings } satisfies WorkerCommand);
    this.want(this.#wanted);
    // What native code prints is for developers only; it must not fill the journal.
    createInterface({ input: child.stderr as Duplex }).on('line', (line) => log.debug(line.slice(0, 500)));
    child.on('error', (error) => log.error(`the worker process cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => this.#onExit(child, signal ?? `exit code ${code}`));
    this.#watch();
  }

  #onExit(child: ChildProcess, how: string): void {
    if (this.#process !== child) return;
    this.#process = undefined;
    this.#link = undefined;
    this.#watchdog?.cancel();
    if (!this.#isRunning) return;
    if (this.#status.state === 'ended') {
      this.#isRunning = false;
      return;
    }
    const { clock, log, counters } = this.#deps;
    counters.counter('worker_restarts_total', 'Times that a media worker process had to be started again').add();
    const pauseMs = this.#backOff.next();
    const isStall = this.#status.state === 'stalled';
    const detail = isStall ? this.#status.detail : `the worker process ended (${how})`;
    this.#status = { ...this.#status, restarts: this.#status.restarts + 1 };
    this.#setStatus(isStall ? 'stalled' : 'starting', detail);
    log.warning(`${detail}; started again in ${pauseMs} ms`);
    this.#restart = clock.after(pauseMs, () => this.#spawn());
  }

  #onMessage(message: WorkerMessage): void {
    const { clock, log } = this.#deps;
    this.#heardUs = clock.nowUs();
    switch (message.type) {
      case 'level':
        this.#liveUs = this.#heardUs;
        if (this.#heardUs - this.#status.sinceUs > HEALTHY_MS * 1000) this.#backOff.reset();
        this.#events.onLevel(message.level);
        break;
      case 'rung':
        this.#events.onRung(message.rung, Buffer.from(message.config, 'base64'));
        break;
      case 'metadata':
        this.#events.onMetadata(message.metadata);
        break;
      case 'state':
        this.#liveUs = this.#heardUs;
        this.#setStatus(message.state, message.detail, message.error);
        break;
      case 'input':
        this.#isInputWelcome = message.isWelcome;
        this.#events.onInputWelcome(message.isWelcome);
        break;
      case 'counters':
        this.#addCounters(message.counters);
        break;
      case 'log':
        log[message.level](message.message, message.fields);
        break;
    }
  }

  /** Workers count from their start; here the sums go on over all of them. */
  #addCounters(now: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(now)) {
      const before = this.#counters[name] ?? 0;
      const grown = value >= before ? value - before : value;
      if (grown === 0) continue;
      const counter = this.#deps.counters.counter(name, 'Counted in the media workers');
      counter.add(grown);
      const trouble = TROUBLES[name];
      // Counters come once a second, and so do these lines at the most.
      if (trouble !== undefined)
        this.#deps.log.warning(`${grown} ${trouble} in the last second, ${counter.value} in all`);
    }
    this.#counters = now;
  }

  #command(command: WorkerCommand): void {
    this.#link?.send(command);
  }

  /** Progress is what counts, not being alive. */
  #watch(): void {
    this.#watchdog = this.#deps.clock.after(1_000, () => {
      const nowUs = this.#deps.clock.nowUs();
      const { state } = this.#status;
      const heardMs = (nowUs - this.#heardUs) / 1000;
      const liveMs = (nowUs - this.#liveUs) / 1000;
      const timeoutMs = this.#options.sourceTimeoutMs();
      if (state === 'live' && liveMs > timeoutMs) this.#replace(`no sound for ${timeoutMs / 1000} s`);
      else if (heardMs > (state === 'starting' ? START_MS : SILENCE_MS)) this.#replace('the worker process hangs');
      else this.#watch();
    });
  }

  #replace(why: string): void {
    this.#setStatus('stalled', why);
    this.#process?.kill('SIGKILL');
  }

  #setStatus(state: SourceStatus['state'], detail: string, error?: ErrorReport): void {
    const { restarts } = this.#status;
    this.#status = { state, detail, error, sinceUs: this.#deps.clock.nowUs(), restarts };
    this.#events.onStatus();
  }
}
