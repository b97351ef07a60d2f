import { Worker } from 'node:worker_threads';
import { BackOff } from '../core/back-off.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { Counter, CounterSet } from '../core/counters.ts';
import { BugError, DeviceError, type ErrorReport } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { HistoryDesk, JobArgument, JobName, JobResult } from './history-jobs.ts';
import type { HistoryCommand, HistoryMessage, HistoryState, HistoryThreadData } from './history-messages.ts';

export interface HistoryLinkDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  readonly random: () => number;
}

export interface HistoryLinkOptions {
  /** The SQLite file; its directory is made when it is missing. */
  readonly file: string;
  /** It never grows beyond this. */
  readonly maxBytes: number;
  /** The program of the thread; the one beside this file when left out. */
  readonly program?: URL;
  /** Who asks is told after this that it takes too long. */
  readonly patienceMs?: number;
  /** A thread that has answered nothing for this long hangs: it is given up. */
  readonly hangMs?: number;
}

interface Asked {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  readonly impatience: Timer;
}

/** It stands beside this one, as TypeScript in a checkout and as JavaScript in a package. */
const PROGRAM = new URL(`history-thread${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);
/**
 * No job takes more than a quarter of it. It is no wall: a heap that is full may end the whole process (V8 gives up on an
 * allocation that it can't make), so what a job may take is bounded by the jobs.
 */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 2 };
const MAX_ASKED = 200;
const PATIENCE_MS = 5_000;
const HANG_MS = 60_000;
const FIRST_RESTART_MS = 500;
const LONGEST_RESTART_MS = 300_000;
/** So long without a fault, and the next one is a first one again. */
const HEALTHY_MS = 300_000;
/** What an orderly end may take: the rest of the log is moved into the file. */
const CLOSE_MS = 1_000;

/**
 * The way to the history's thread. Nothing here waits for a disk: what is asked for is answered when it is done, or
 * refused in time. A thread that ends or hangs is started again, with growing pauses; what was asked of it is refused.
 */
export class HistoryLink implements HistoryDesk, AsyncDisposable {
  /** A file has been opened, maybe another one than before. */
  onOpen: () => void = () => {};
  readonly #deps: HistoryLinkDeps;
  readonly #options: HistoryLinkOptions;
  readonly #backOff: BackOff;
  readonly #restarts: Counter;
  readonly #asked = new Map<number, Asked>();
  #written: Counter | undefined;
  #worker: Worker | undefined;
  #state: HistoryState = { problem: undefined, writtenBytes: undefined };
  #isRunning = false;
  #lastId = 0;
  #startedUs = 0;
  /** When it last did what it was asked for, or had nothing to do. */
  #heardUs = 0;
  #isOpen = false;
  #restart: Timer | undefined;
  #watch: Timer | undefined;

  constructor(deps: HistoryLinkDeps, options: HistoryLinkOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#backOff = new BackOff({ firstMs: FIRST_RESTART_MS, maxMs: LONGEST_RESTART_MS, random: deps.random });
    this.#restarts = deps.counters.counter(
      'history_restarts_total',
      'Times that the thread of the history was started again',
    );
  }

  /** Why nothing is kept at present; undefined when all is well. */
  get problem(): ErrorReport | undefined {
    return this.#state.problem;
  }

  /** Starts the thread; nothing waits for it. A second call does nothing. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#open();
    this.#watchOver();
  }

  ask<N extends JobName>(job: N, argument: JobArgument<N>): Promise<JobResult<N>> {
    const worker = this.#worker;
    if (worker === undefined)
      return Promise.reject(this.#cannot('its thread is not running', 'Try again in a minute.'));
    if (this.#asked.size >= MAX_ASKED) {
      return Promise.reject(
        new DeviceError('history.busy', `${MAX_ASKED} questions to the history wait for an answer`, {
          remedy: 'Try again later; if it lasts, the disk or card is too slow: see dmesg.',
        }),
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<JobResult<N>>();
    const { clock } = this.#deps;
    const id = ++this.#lastId;
    const patienceMs = this.#options.patienceMs ?? PATIENCE_MS;
    const impatience = clock.after(patienceMs, () =>
      reject(
        this.#cannot(
          `the disk takes longer than ${patienceMs / 1000} s`,
          'The disk or card is slow or fails: see dmesg. It may be kept later.',
        ),
      ),
    );
    if (this.#asked.size === 0) {
      this.#heardUs = clock.nowUs();
      worker.ref();
    }
    this.#asked.set(id, { resolve, reject, impatience });
    worker.postMessage({ type: 'job', id, job, argument } satisfies HistoryCommand);
    return promise;
  }

  /** Ends the thread when it has done what it was asked for, or a second later. Any number of times. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isRunning = false;
    this.#restart?.cancel();
    this.#watch?.cancel();
    const worker = this.#worker;
    if (worker === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    worker.once('exit', () => resolve());
    worker.ref();
    worker.postMessage({ type: 'close' } satisfies HistoryCommand);
    const limit = this.#deps.clock.after(CLOSE_MS, () => {
      void worker.terminate();
      resolve();
    });
    await promise;
    limit.cancel();
    this.#refuseAll('Pipit ends');
    this.#worker = undefined;
  }

  #open(): void {
    const { clock } = this.#deps;
    const { file, maxBytes, program = PROGRAM } = this.#options;
    const workerData: HistoryThreadData = { file, maxBytes };
    this.#startedUs = clock.nowUs();
    this.#heardUs = this.#startedUs;
    this.#isOpen = false;
    this.#state = { ...this.#state, writtenBytes: undefined };
    const worker = new Worker(program, { workerData, resourceLimits: LIMITS, execArgv: [], name: 'history' });
    this.#worker = worker;
    let why = 'it ended';
    worker.on('message', (message: HistoryMessage) => {
      if (this.#worker === worker) this.#onMessage(message);
    });
    worker.on('error', (error) => {
      why = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#onEnd(why);
    });
    // It keeps the process only while somebody waits for an answer.
    worker.unref();
  }

  #onMessage(message: HistoryMessage): void {
    if (message.type === 'log') {
      this.#deps.log[message.level](message.message, message.fields);
      return;
    }
    this.#heardUs = this.#deps.clock.nowUs();
    this.#takeState(message.state);
    if (message.type === 'open') {
      this.#isOpen = true;
      this.onOpen();
      return;
    }
    const asked = this.#asked.get(message.id);
    if (asked === undefined) return;
    this.#asked.delete(message.id);
    asked.impatience.cancel();
    if (this.#asked.size === 0 && this.#isRunning) this.#worker?.unref();
    if (message.type === 'done') asked.resolve(message.result as never);
    else asked.reject(this.#errorOf(message.error, message.isExpected));
  }

  #errorOf({ code, message, remedy }: ErrorReport, isExpected: boolean): Error {
    if (isExpected) return new DeviceError(code, message, { remedy });
    this.#deps.log.error(`the history failed: ${message}`);
    return new BugError('history.failed', `the history failed: ${message}`);
  }

  #takeState(state: HistoryState): void {
    const { writtenBytes } = state;
    if (writtenBytes !== undefined) {
      this.#written ??= this.#deps.counters.counter(
        'history_written_bytes_total',
        'What keeping the history had written to the disk',
      );
      this.#written.add(Math.max(0, writtenBytes - (this.#state.writtenBytes ?? 0)));
    }
    this.#state = state;
  }

  #onEnd(why: string): void {
    const { clock, log } = this.#deps;
    this.#worker = undefined;
    this.#refuseAll(`its thread has ended: ${why}`);
    if (!this.#isRunning) return;
    if (clock.nowUs() - this.#startedUs > HEALTHY_MS * 1000) this.#backOff.reset();
    const pauseMs = this.#backOff.next();
    this.#restarts.add();
    const problem = this.#cannot(`its thread has ended: ${why}`, 'It is started again by itself.');
    this.#state = {
      problem: { code: problem.code, message: problem.message, remedy: problem.remedy },
      writtenBytes: undefined,
    };
    log.error(`${problem.message}; started again in ${pauseMs} ms`);
    this.#restart = clock.after(pauseMs, () => this.#open());
  }

  /** Looks every now and then whether the thread still answers. */
  #watchOver(): void {
    const hangMs = this.#options.hangMs ?? HANG_MS;
    this.#watch = this.#deps.clock.after(hangMs / 4, () => {
      const isWanted = this.#asked.size > 0 || !this.#isOpen;
      const quietMs = (this.#deps.clock.nowUs() - this.#heardUs) / 1000;
      const worker = this.#worker;
      if (worker !== undefined && isWanted && quietMs > hangMs) {
        // What hangs in the system's kernel may end later, or never: nobody waits for that.
        void worker.terminate();
        this.#onEnd(`it hangs for ${Math.round(quietMs / 1000)} s`);
      }
      this.#watchOver();
    });
  }

  #refuseAll(why: string): void {
    for (const [id, { reject, impatience }] of this.#asked) {
      impatience.cancel();
      this.#asked.delete(id);
      reject(this.#cannot(why, 'Try again in a minute.'));
    }
  }

  #cannot(why: string, remedy: string): DeviceError {
    return new DeviceError('history.not-kept', `nothing can be kept in ${this.#options.file}: ${why}`, { remedy });
  }
}
