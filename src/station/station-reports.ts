import type { Settings } from '../config/settings.ts';
import type { Clock } from '../core/clock.ts';
import type { CounterSet } from '../core/counters.ts';
import type { StationSight } from '../core/station-sight.ts';
import type { MuteState } from '../privacy/mute-state.ts';
import { type HostIdentity, readHostIdentity, UNKNOWN_HOST } from '../telemetry/host-identity.ts';
import { HostStorageSampler } from '../telemetry/host-storage.ts';
import type { MetricFamily } from '../telemetry/metric-family.ts';
import type { StationStats, StationStatus } from '../web/answers.ts';
import { type FiguresInput, stationFigures } from './station-figures.ts';
import type { StationMedia } from './station-media.ts';
import { stationMetrics } from './station-metrics.ts';
import { stationStats, stationStatus } from './station-report.ts';
import { stationSight } from './station-sight.ts';

export interface StationReportsDeps {
  readonly clock: Clock;
  readonly counters: CounterSet;
  readonly version: string;
  readonly media: StationMedia;
  readonly mute: MuteState;
}

const STORAGE_SAMPLE_MS = 10_000;

/** What is told of the station: to the API, to Prometheus, and to the house around it. */
export class StationReports implements AsyncDisposable {
  readonly #deps: StationReportsDeps;
  readonly #settings: () => Settings;
  readonly #storage: HostStorageSampler;
  readonly #startedUs: number;
  #identity: HostIdentity = UNKNOWN_HOST;
  /** Where the page is, as others on the LAN reach it, asked each time: the network may come later. */
  pageUrl = (): string => '';

  /** @param settings as they are now */
  constructor(deps: StationReportsDeps, settings: () => Settings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#startedUs = deps.clock.nowUs();
    const { dataDir: directory } = settings();
    this.#storage = new HostStorageSampler({ clock: deps.clock }, { intervalMs: STORAGE_SAMPLE_MS, directory });
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#storage.start(signal);
    this.#identity = await readHostIdentity();
  }

  status(): StationStatus {
    return stationStatus(this.#report());
  }

  /** Undefined when statistics are switched off. */
  stats(): StationStats | undefined {
    return this.#settings().advanced.enableStats ? stationStats(this.#report()) : undefined;
  }

  /** What the house sees of it. */
  sight(): StationSight {
    const { version, media, mute } = this.#deps;
    const { programme, cameras } = media;
    return stationSight({
      version,
      settings: this.#settings(),
      programme,
      cameras,
      muted: mute.muted,
      identity: this.#identity,
      pageUrl: this.pageUrl(),
      figures: stationFigures(this.#figuresInput()),
    });
  }

  metrics(): MetricFamily[] {
    const { sessions, sentMeter } = this.#deps.media;
    return stationMetrics({
      ...this.#report(),
      figures: stationFigures(this.#figuresInput()),
      book: sessions.book,
      sentBytesPerSecond: sentMeter.bytesPerSecond,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#storage[Symbol.asyncDispose]();
  }

  #figuresInput(): FiguresInput {
    const { media, mute, counters } = this.#deps;
    return {
      uptimeSeconds: this.#uptimeSeconds,
      programme: media.programme,
      cameras: media.cameras,
      muted: mute.muted,
      counters,
      box: media.box.stats,
      load: media.load,
      network: media.quickSync.api.network(),
      storage: this.#storage.storage,
      sentBytesPerSecond: media.sentMeter.bytesPerSecond,
    };
  }

  #report() {
    const { clock, version, media, mute, counters } = this.#deps;
    return {
      nowUs: clock.nowUs(),
      uptimeSeconds: this.#uptimeSeconds,
      version,
      settings: this.#settings(),
      programme: media.programme,
      cameras: media.cameras,
      box: media.box.stats,
      muted: mute.muted,
      counters,
      steeringOf: (id: number) => media.quickSync.steeringOf(id),
    };
  }

  get #uptimeSeconds(): number {
    return Math.floor((this.#deps.clock.nowUs() - this.#startedUs) / 1e6);
  }
}
