import type { RequestListener } from 'node:http';
import type { RecentLog } from '../core/log-line.ts';
import { findWifi } from '../hardware/find-wifi.ts';
import { HostPower } from '../hardware/host-power.ts';
import type { HistoryLink } from '../history/history-link.ts';
import type { Muted, MuteState } from '../privacy/mute-state.ts';
import { PROMETHEUS_TYPE, prometheusText } from '../telemetry/prometheus-text.ts';
import { webListener } from '../web/app.ts';
import type { LiveSocket } from '../web/live-socket.ts';
import type { Configuration } from './configuration.ts';
import { DevicePreview } from './device-preview.ts';
import { House, type HouseDeps } from './house.ts';
import type { StationAccess } from './station-access.ts';
import { StationClips } from './station-clips.ts';
import { Control } from './station-control.ts';
import { StationGpio } from './station-gpio.ts';
import { StationHistory } from './station-history.ts';
import { stationLive } from './station-live.ts';
import type { StationMedia } from './station-media.ts';
import { StationMqtt } from './station-mqtt.ts';
import { StationRelease } from './station-release.ts';
import type { StationReports } from './station-reports.ts';
import { stationSettings } from './station-settings.ts';
import { supportFiles } from './station-support.ts';
import { StationUpdate } from './station-update.ts';
import { StationWatching } from './station-watch.ts';

export interface StationHouseDeps extends Omit<HouseDeps, 'control' | 'sight'> {
  readonly version: string;
  readonly pause: (ms: number) => Promise<unknown>;
  readonly configuration: Configuration;
  readonly restart: () => Promise<void>;
  readonly recentLog: RecentLog;
  readonly access: StationAccess;
  readonly media: StationMedia;
  readonly mute: MuteState;
  readonly reports: StationReports;
  readonly history: HistoryLink;
}

/** What stands around the sound and the pictures: control, history, broker, header, clips; and the page with its API. */
export class StationHouse implements AsyncDisposable {
  readonly live: LiveSocket;
  /** The page and the API. */
  readonly web: RequestListener;
  /** What is kept of the past. */
  readonly past: StationHistory;
  readonly #preview: DevicePreview;
  readonly #parts: House;

  constructor(deps: StationHouseDeps) {
    const { log, clock, random, counters, wallTime, events, settings, configuration } = deps;
    const { access, media, mute, reports, history, version, recentLog, pause } = deps;
    const { mounts, sources } = media.programme;
    const { gate } = access;
    const control = new Control({
      programme: media.programme,
      cameras: media.cameras,
      mute,
      settings: configuration,
      power: new HostPower(),
      identify: () => gpio.identify(),
      saveClip: (mount, seconds) => clips.save(mount, seconds),
      restartProgram: deps.restart,
      forgetSettings: async () => {
        await configuration.reset();
        await access.forget();
      },
    });
    const sight = () => reports.sight();
    const house: HouseDeps = { clock, log, random, counters, wallTime, sight, events, control, settings };
    const picture = (camera: string, signal: AbortSignal) => media.pictureOf(camera, signal);
    const gpio = new StationGpio(house);
    const clips = new StationClips({ ...house, mounts }, settings().dataDir);
    const release = new StationRelease(house, version);
    const latest = () => release.latest;
    const update = new StationUpdate({ ...house, version, latest }, settings().dataDir);
    const mqtt = new StationMqtt({ ...house, latest, picture, update });
    this.past = new StationHistory({ ...house, history });
    this.#preview = new DevicePreview({
      ...house,
      sources,
      cameras: media.cameras,
      muted: () => mute.muted,
      pictureOf: picture,
    });
    this.#parts = new House([
      gpio,
      release,
      update,
      mqtt,
      new StationWatching(house, sources),
      clips,
      this.#preview,
      this.past,
    ]);
    const told = { status: () => reports.status(), stats: () => reports.stats(), recentLog };
    this.live = stationLive({
      ...house,
      ...told,
      gate,
      sessions: media.sessions.api,
      levels: () => sources.map(({ name, feed }) => [name, feed.level] as const),
    });
    const written = () => ({ file: configuration.path, values: configuration.values });
    const who = { gate, pause };
    this.web = webListener({
      ...stationSettings({
        log,
        ...who,
        wallTime,
        version,
        configuration,
        access,
        mute,
        devices: media.quickSync.devices,
      }),
      log: log.room('web'),
      status: told.status,
      stats: told.stats,
      access: { ...who, desk: access.desk },
      clips: { ...who, saveClip: control.saveClip.bind(control), ...clips.api },
      control: { ...who, identify: (request) => gate.identify(request), control },
      devices: { ...who, devices: () => this.#preview.devices(), preview: this.#preview },
      history: { ...who, wallTime, ...this.past.api },
      metrics: { ...who, contentType: PROMETHEUS_TYPE, metrics: () => prometheusText(reports.metrics()) },
      mqtt: { ...who, status: () => mqtt.status(), test: (change) => mqtt.test(change) },
      privacy: { ...who, muted: () => mute.muted, mute: (change) => mute.set(change) },
      quickSync: media.quickSync.api,
      recentLog: { ...who, log: recentLog },
      release: { ...who, release: () => release.answer },
      sessions: { ...who, wallTime, ...media.sessions.api },
      soundCheck: { ...who, checkSound: (name, seconds) => media.programme.checkSound(name, seconds) },
      support: { ...who, wallTime, supportFiles: () => supportFiles({ ...house, ...told, configuration: written }) },
      update: { ...who, answer: () => update.answer, update: update.system },
      wifi: { ...who, wifi: () => findWifi() },
    });
  }

  start(): Promise<void> {
    return this.#parts.start();
  }

  /** Takes changed settings over. */
  configure(): void {
    this.#parts.configure();
  }

  /** What is muted is not to be tried either. */
  mute({ camera, microphone }: Muted): void {
    if (microphone || camera) this.#preview.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts[Symbol.asyncDispose]();
  }
}
