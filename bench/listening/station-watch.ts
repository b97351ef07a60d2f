import type { ListenerStats, StationStats } from '../../src/web/answers.ts';
import { nowMs } from './heard.ts';

/** What the station said of one listener at one moment. */
export interface StationSight {
  readonly atMs: number;
  readonly rung: string;
  readonly lagMs: number;
  readonly isActive: boolean;
  readonly skips: number;
  readonly steering: ListenerStats['steering'];
}

const ASK_MS = 250;

/** Asks the station about its listeners, several times a second. */
export class StationWatch {
  readonly #url: string;
  readonly #sights = new Map<number, StationSight[]>();
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;
  last: StationStats | undefined;

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}/api/stats`;
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (!this.#isAsking) void this.ask();
    }, ASK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** All numbers that listeners have had. */
  get ids(): ReadonlySet<number> {
    return new Set(this.#sights.keys());
  }

  sightsOf(id: number): readonly StationSight[] {
    return this.#sights.get(id) ?? [];
  }

  async ask(): Promise<void> {
    this.#isAsking = true;
    try {
      const beforeMs = nowMs();
      const stats = (await (await fetch(this.#url)).json()) as StationStats;
      this.last = stats;
      const atMs = (beforeMs + nowMs()) / 2;
      for (const { id, rung, lag_ms: lagMs, active: isActive, skips, steering } of stats.listeners) {
        const sights = this.#sights.get(id) ?? [];
        sights.push({ atMs, rung, lagMs, isActive, skips, steering });
        this.#sights.set(id, sights);
      }
    } finally {
      this.#isAsking = false;
    }
  }
}
