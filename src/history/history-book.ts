import type { Counter, CounterSet } from '../core/counters.ts';
import { DeviceError } from '../core/errors.ts';
import type { FigureSample } from '../core/figures.ts';
import type { SessionArchive, SessionRow } from '../core/session.ts';
import type { StationEvent } from '../core/station-event.ts';
import type { KeptEvent } from './event-rows.ts';
import type { HistoryDesk } from './history-jobs.ts';
import { type HistoryTime, stepped, type TimeStep } from './history-time.ts';
import type { Batch, KeptMinute } from './keep-minutes.ts';
import { MinuteFigures } from './minute-figures.ts';
import type { HistoryLimits } from './tidy.ts';

export interface HistoryBookDeps {
  readonly desk: HistoryDesk;
  readonly time: HistoryTime;
  readonly counters: CounterSet;
  readonly random: () => number;
}

/** What waits to be written, while nothing can be: an hour of minutes, and this many of the others. */
const MAX_MINUTES = 60;
const MAX_EVENTS = 1_000;
const MAX_SESSIONS = 2_000;
const MAX_STEPS = 100;
const MINUTE_MS = 60_000;
/** Batches of a run are numbered from somewhere in 2^52. */
const BATCHES = 2 ** 52;

/**
 * Gathers what is to be kept, and hands it to the history's thread a minute at a time. What can't be written waits here,
 * so much of it at most, and is written when that is possible again; the oldest goes first.
 */
export class HistoryBook implements SessionArchive {
  readonly #deps: HistoryBookDeps;
  readonly #limits: () => HistoryLimits;
  readonly #lost: Counter;
  readonly #figures = new MinuteFigures();
  #minute: number | undefined;
  #minutes: KeptMinute[] = [];
  #events: KeptEvent[] = [];
  #sessions: SessionRow[] = [];
  #steps: TimeStep[] = [];
  #batchNumber: number;
  /** Handed over, and not known to be kept: it is handed over again as it is. */
  #unsure: Batch | undefined;
  #writing: Promise<void> | undefined;

  constructor(deps: HistoryBookDeps, limits: () => HistoryLimits) {
    this.#deps = deps;
    this.#limits = limits;
    this.#batchNumber = Math.floor(deps.random() * BATCHES);
    this.#lost = deps.counters.counter(
      'history_lost_rows_total',
      'What could not be kept, because the disk took nothing for long',
    );
  }

  /** Gathers samples; hands the minute over that they end. */
  add(samples: readonly FigureSample[]): void {
    const { minute, step } = this.#deps.time.look();
    if (step !== undefined) this.#takeStep(step);
    if (this.#minute !== undefined && minute !== this.#minute) {
      this.#close();
      void this.write();
    }
    this.#minute = minute;
    for (const sample of samples) this.#figures.add(sample);
  }

  addEvent({ timeMs, type, subject, detail }: StationEvent): void {
    const last = this.#events.at(-1)?.timeMs;
    // None in the millisecond of another, so that a list can go on after any of them.
    const free = last !== undefined && timeMs <= last && last - timeMs < MINUTE_MS ? last + 1 : timeMs;
    this.#events.push({ timeMs: free, type, subject, detail });
    this.#lost.add(dropFirst(this.#events, MAX_EVENTS));
  }

  addSessions(rows: readonly SessionRow[]): void {
    for (const row of rows) this.#sessions.push(row);
    this.#lost.add(dropFirst(this.#sessions, MAX_SESSIONS));
  }

  async sessionsBefore(beforeMs: number, limit: number): Promise<readonly SessionRow[]> {
    const kept = (await this.#orNothing(this.#deps.desk.ask('readSessions', { beforeMs, limit }))) ?? [];
    const waiting = this.#waitingSessions().filter(({ startedMs }) => startedMs < beforeMs);
    if (waiting.length === 0) return kept;
    const all = new Map([...waiting, ...kept].map((row) => [row.id, row]));
    return [...all.values()].sort((a, b) => b.startedMs - a.startedMs).slice(0, limit);
  }

  async session(id: string): Promise<SessionRow | undefined> {
    const waiting = this.#waitingSessions().find((row) => row.id === id);
    return waiting ?? this.#orNothing(this.#deps.desk.ask('readSession', id));
  }

  /** Events that are not kept yet, oldest first. */
  get waitingEvents(): readonly KeptEvent[] {
    return [...(this.#unsure?.events ?? []), ...this.#events];
  }

  /** Ends the minute that is under way and writes all there is; resolves when that is done, or can't be. */
  async end(): Promise<void> {
    this.#close();
    await this.#writing;
    await this.write();
  }

  /** Writes what waits; resolves when that is done, or can't be. One at a time. */
  write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    for (let batch = this.#unsure ?? this.#next(); batch !== undefined; batch = this.#next()) {
      this.#unsure = batch;
      try {
        await this.#deps.desk.ask('keepMinutes', batch);
      } catch (error) {
        // The thread tells the log why, once; a batch that is a fault of ours would be one for ever.
        if (error instanceof DeviceError) return;
        this.#lost.add(batch.minutes.length + batch.events.length + batch.sessions.length);
      }
      this.#unsure = undefined;
    }
  }

  /** All that waits; undefined when there is no minute: the rest goes with the next. */
  #next(): Batch | undefined {
    if (this.#minutes.length === 0) return undefined;
    const batch: Batch = {
      number: this.#batchNumber++,
      steps: this.#steps,
      minutes: this.#minutes,
      events: this.#events,
      sessions: this.#sessions,
      limits: this.#deps.time.isSteady ? this.#limits() : undefined,
    };
    this.#steps = [];
    this.#minutes = [];
    this.#events = [];
    this.#sessions = [];
    return batch;
  }

  #close(): void {
    if (this.#minute === undefined) return;
    const spans = this.#figures.take();
    if (spans.length === 0) return;
    this.#minutes.push({ minute: this.#minute, spans });
    this.#lost.add(dropFirst(this.#minutes, MAX_MINUTES));
  }

  /** What waits moves here; what is kept, and what may be, where it is kept. */
  #takeStep(step: TimeStep): void {
    const byMinutes = Math.round(step.byMs / MINUTE_MS);
    this.#close();
    this.#minute = undefined;
    this.#minutes = this.#minutes.map(({ minute, spans }) => ({ minute: minute + byMinutes, spans }));
    this.#events = this.#events.map((event) => ({ ...event, timeMs: stepped(event.timeMs, step) }));
    this.#sessions = this.#sessions.map((row) => movedSession(row, step));
    this.#steps.push(step);
    dropFirst(this.#steps, MAX_STEPS);
  }

  /** Where nothing can be read there is nothing. */
  async #orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      return undefined;
    }
  }

  #waitingSessions(): SessionRow[] {
    return [...(this.#unsure?.sessions ?? []), ...this.#sessions];
  }
}

function movedSession(row: SessionRow, step: TimeStep): SessionRow {
  const byMs = stepped(row.endedMs, step) - row.endedMs;
  return byMs === 0 ? row : { ...row, startedMs: row.startedMs + byMs, endedMs: row.endedMs + byMs };
}

/** Keeps so many at most; says how many have gone. */
function dropFirst(rows: unknown[], most: number): number {
  const excess = Math.max(0, rows.length - most);
  rows.splice(0, excess);
  return excess;
}
