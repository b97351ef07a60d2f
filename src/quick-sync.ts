import type { Settings } from './config/settings.ts';
import type { Clock } from './core/clock.ts';
import type { CounterSet } from './core/counters.ts';
import type { HostLoad } from './core/host-load.ts';
import type { Log } from './core/log.ts';
import { DEFAULT_PREFERENCES, type Preferences } from './core/preferences.ts';
import type { RequestHead } from './core/request-head.ts';
import { ListeningQuality } from './listening-quality.ts';
import type { QualityChoice } from './outputs/quality-choice.ts';
import { TransmitQueues } from './outputs/transmit-queue.ts';
import { type Decision, decide } from './quality/decision.ts';
import { LinkBook } from './quality/link-book.ts';
import { ListenerLoop } from './quality/listener-loop.ts';
import type { SteeringReport } from './quality/steered-listener.ts';
import type { BoxAllowance } from './quality/steering.ts';

export interface QuickSyncDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  readonly box: BoxAllowance;
  readonly hostLoad: () => HostLoad;
}

/** Between two looks at what has arrived, while all is well; looking takes at most this part of the time. */
const LOOK_MS = 1_000;
const LOOK_SHARE = 0.01;

/** Quick Sync as a whole: what listeners begin with, the loop that follows them, and what is known of their links. */
export class QuickSync implements AsyncDisposable {
  readonly choice: QualityChoice;
  readonly #deps: QuickSyncDeps;
  readonly #settings: () => Settings;
  readonly #book: LinkBook;
  readonly #loop: ListenerLoop;

  /** @param settings as they are now */
  constructor(deps: QuickSyncDeps, settings: () => Settings) {
    const { clock, log, counters, box } = deps;
    this.#deps = deps;
    this.#settings = settings;
    this.#book = new LinkBook({ clock });
    const queues = new TransmitQueues({ clock }, { intervalMs: LOOK_MS, maxShare: LOOK_SHARE });
    this.#loop = new ListenerLoop(
      {
        clock,
        log,
        counters,
        box,
        lookEvery: (ms) => queues.every(ms),
        noteLink: (address, kbps, isLowerBound) => this.#book.noteStream(address, kbps, isLowerBound),
      },
      () => ({ quickSync: settings().quickSync, stallTimeoutMs: settings().broadcaster.stallTimeoutMs }),
    );
    this.choice = new ListeningQuality(
      {
        loop: this.#loop,
        queues,
        preferencesOf: (head) => this.#preferencesOf(head),
        linkOf: (address) => this.#book.of(address),
        decide: (mbps, preferences) => this.#decide(mbps, preferences),
        factsOf: () => undefined,
      },
      () => {
        const { quickSync, broadcaster, encoder } = settings();
        const { burstSeconds, maxBurstSeconds } = broadcaster;
        return { quickSync, burstSeconds, maxBurstSeconds, defaultRung: encoder.defaultRung };
      },
    );
  }

  /** Takes changed settings over. */
  configure(): void {
    this.#loop.configure();
  }

  /** What is known of a listener, by its number. */
  steeringOf(id: number): SteeringReport | undefined {
    return this.#loop.reportOf(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#loop[Symbol.dispose]();
  }

  #preferencesOf(_head: RequestHead): Preferences {
    return DEFAULT_PREFERENCES;
  }

  #decide(speedMbps: number, preferences: Preferences): Decision {
    const { box, hostLoad } = this.#deps;
    const { quickSync } = this.#settings();
    return decide({ speedMbps, preferences, host: hostLoad(), settings: quickSync, boxKbps: box.boxKbps });
  }
}
