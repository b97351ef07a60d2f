import { uptime } from 'node:os';
import type { Timer } from '../core/clock.ts';
import { type ErrorReport, reportOf, sentencesOf } from '../core/errors.ts';
import type { SessionArchive } from '../core/session.ts';
import type { EventQuery, KeptEvent } from '../history/event-rows.ts';
import { HistoryBook } from '../history/history-book.ts';
import type { HistoryLink } from '../history/history-link.ts';
import { HistoryTime } from '../history/history-time.ts';
import type { FiguresOverTime, FiguresQuery } from '../history/read-figures.ts';
import type { HistorySummary } from '../history/read-summary.ts';
import type { HouseDeps, HousePart } from './house.ts';

export interface StationHistoryDeps extends HouseDeps {
  readonly history: HistoryLink;
}

const SAMPLE_MS = 5_000;
/** What is told of rows and days is so old at most: to count them the whole file is read. */
const SUMMARY_MS = 30_000;
/** Counters of what is written: all of Pipit, and the history alone. */
const WRITTEN = ['disk_written_bytes_total', 'history_written_bytes_total'];

/** Keeps the past: figures by the minute and the hour, who listened, what happened. */
export class StationHistory implements HousePart {
  readonly #deps: StationHistoryDeps;
  readonly #book: HistoryBook;
  #timer: Timer | undefined;
  #unlisten: (() => void) | undefined;
  #summary: { readonly atUs: number; readonly promise: Promise<HistorySummary> } | undefined;

  constructor(deps: StationHistoryDeps) {
    this.#deps = deps;
    const { history, counters, random, wallTime, settings } = deps;
    const time = new HistoryTime({ wallTime, bootSeconds: uptime });
    this.#book = new HistoryBook({ desk: history, time, counters, random }, () => settings().history);
  }

  /** Where sessions are kept; undefined while nothing is. */
  get archive(): SessionArchive | undefined {
    return this.#isEnabled ? this.#book : undefined;
  }

  /** For the API. */
  get api() {
    return {
      isEnabled: () => this.#isEnabled,
      problem: (): ErrorReport | undefined => this.#deps.history.problem,
      maxBytes: () => this.#deps.settings().history.maxBytes,
      figures: (query: FiguresQuery): Promise<FiguresOverTime> => this.#deps.history.ask('readFigures', query),
      events: (query: EventQuery) => this.#events(query),
      summary: () => this.#readSummary(),
    };
  }

  async start(): Promise<void> {
    if (this.#timer !== undefined) return;
    this.#unlisten = this.#deps.events.listen((event) => {
      if (this.#isEnabled) this.#book.addEvent(event);
    });
    this.#sample();
  }

  configure(): void {
    // The settings are read when they are needed.
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    this.#unlisten?.();
    this.#unlisten = undefined;
    if (this.#isEnabled) await this.#book.end();
  }

  get #isEnabled(): boolean {
    return this.#deps.settings().history.enabled;
  }

  #sample(): void {
    const { clock, log, sight } = this.#deps;
    try {
      if (this.#isEnabled) this.#book.add(sight().figures);
    } catch (error) {
      // A figure that can't be told must not end the telling of all others.
      log.error(`the history has no sample: ${sentencesOf(reportOf(error, 'history.sample'))}`);
    }
    this.#timer = clock.after(SAMPLE_MS, () => this.#sample());
  }

  /** With what is not written yet. */
  async #events(query: EventQuery): Promise<readonly KeptEvent[]> {
    const kept = await this.#deps.history.ask('readEvents', query);
    const { beforeMs, limit, types } = query;
    const waiting = this.#book.waitingEvents.filter(
      ({ timeMs, type }) => timeMs < beforeMs && (types.length === 0 || types.includes(type)),
    );
    const all = new Map([...kept, ...waiting].map((event) => [event.timeMs, event]));
    return [...all.values()].sort((a, b) => b.timeMs - a.timeMs).slice(0, limit);
  }

  #readSummary(): Promise<HistorySummary> {
    const { clock, history, wallTime } = this.#deps;
    const nowUs = clock.nowUs();
    if (this.#summary === undefined || nowUs - this.#summary.atUs > SUMMARY_MS * 1000) {
      const now = wallTime();
      const dayFromMs = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
      const promise = history.ask('readSummary', { names: WRITTEN, dayFromMs, nowMs: now.getTime() });
      this.#summary = { atUs: nowUs, promise };
      // One that failed is not told again.
      promise.catch(() => {
        this.#summary = undefined;
      });
    }
    return this.#summary.promise;
  }
}
