import { join } from 'node:path';
import { BoxLoop } from './box-loop.ts';
import { buildCameras, configureCamera, pictureOf, type RunningCamera } from './cameras.ts';
import type { Settings } from './config/settings.ts';
import type { Configuration } from './configuration.ts';
import { type Clock, sleep } from './core/clock.ts';
import { CounterSet } from './core/counters.ts';
import { reportOf } from './core/errors.ts';
import type { Log } from './core/log.ts';
import type { RecentLog } from './core/log-line.ts';
import { StationEvents } from './core/station-event.ts';
import type { StationSight } from './core/station-sight.ts';
import { DevicePreview } from './device-preview.ts';
import { findWifi } from './hardware/find-wifi.ts';
import { HostPower } from './hardware/host-power.ts';
import { HistoryLink } from './history/history-link.ts';
import { House, type HouseDeps } from './house.ts';
import type { Mount } from './mount/mount.ts';
import { Admission, type AdmissionLimits } from './outputs/admission.ts';
import { AudioOutput, type AudioOutputOptions } from './outputs/audio-output.ts';
import { CameraSocket } from './outputs/camera-socket.ts';
import { firstOf } from './outputs/front-door.ts';
import { PictureOutput } from './outputs/picture-output.ts';
import { TransmitQueues } from './outputs/transmit-queue.ts';
import { type Muted, MuteState } from './privacy/mute-state.ts';
import { broadcasterOptions, buildProgramme, type Programme } from './programme.ts';
import { QuickSync } from './quick-sync.ts';
import { SentMeter } from './sent-meter.ts';
import { soundAudience } from './sound-audience.ts';
import { StationAccess } from './station-access.ts';
import { StationClips } from './station-clips.ts';
import { Control } from './station-control.ts';
import { type FiguresInput, sentBytes, stationFigures } from './station-figures.ts';
import { StationGpio } from './station-gpio.ts';
import { StationHistory } from './station-history.ts';
import { stationLive } from './station-live.ts';
import { stationMetrics } from './station-metrics.ts';
import { StationMqtt } from './station-mqtt.ts';
import { type StationAddresses, StationPorts } from './station-ports.ts';
import { StationRelease } from './station-release.ts';
import { stationStats, stationStatus } from './station-report.ts';
import { StationSessions } from './station-sessions.ts';
import { stationSettings } from './station-settings.ts';
import { stationSight } from './station-sight.ts';
import { supportFiles } from './station-support.ts';
import { stationUrls } from './station-urls.ts';
import { StationWatching } from './station-watch.ts';
import { type HostIdentity, readHostIdentity, UNKNOWN_HOST } from './telemetry/host-identity.ts';
import { HostSampler } from './telemetry/host-load.ts';
import { HostStorageSampler } from './telemetry/host-storage.ts';
import type { MetricFamily } from './telemetry/metric-family.ts';
import { PROMETHEUS_TYPE, prometheusText } from './telemetry/prometheus-text.ts';
import { webListener } from './web/app.ts';
import type { LiveSocket } from './web/live-socket.ts';

export interface StationDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly version: string;
  /** Where settings are read, and changed for good. */
  readonly configuration: Configuration;
  /** Ends this station and starts another with the settings of then; resolves when that is under way. */
  readonly restart: () => Promise<void>;
  /** The last lines of `log`. */
  readonly recentLog: RecentLog;
}

const LOAD_SAMPLE_MS = 2_000;
const STORAGE_SAMPLE_MS = 10_000;
/** Of changed settings that an event names. */
const MAX_NAMES = 5;
/** What is muted, below the data directory. */
const MUTE_FILE = 'mute.json';
/** What is kept of the past, and what devices wish for. */
const HISTORY_FILE = 'pipit.db';

/**
 * The whole appliance but for the command line: sources, mounts and cameras, the ports that listeners, viewers and
 * source clients come to, and what is reported of it all.
 */
export class Station {
  readonly #deps: StationDeps;
  readonly #counters = new CounterSet();
  readonly #admission: Admission;
  /** Of streams and of WebSockets: neither can take the places of the other. */
  readonly #viewerAdmissions: readonly [Admission, Admission];
  readonly #programme: Programme;
  readonly #history: HistoryLink;
  readonly #past: StationHistory;
  readonly #quickSync: QuickSync;
  readonly #cameras: readonly RunningCamera[];
  readonly #cameraSocket: CameraSocket;
  readonly #live: LiveSocket;
  readonly #mute: MuteState;
  readonly #preview: DevicePreview;
  readonly #box: BoxLoop;
  readonly #sampler: HostSampler;
  readonly #storage: HostStorageSampler;
  readonly #sentMeter: SentMeter;
  readonly #sessions: StationSessions;
  readonly #stop = new AbortController();
  readonly #ports: StationPorts;
  readonly #access: StationAccess;
  readonly #events: StationEvents;
  readonly #house: House;
  readonly #startedUs: number;
  #identity: HostIdentity = UNKNOWN_HOST;
  #pageUrl = '';
  #settings: Settings;
  #isStopped = false;

  constructor(deps: StationDeps, settings: Settings) {
    const { clock, log, random } = deps;
    this.#deps = deps;
    this.#settings = settings;
    this.#startedUs = clock.nowUs();
    const wallTime = () => new Date();
    this.#events = new StationEvents({
      wallTime,
      onFailure: (error) => log.error(`an event could not be told: ${reportOf(error, 'station.event').message}`),
    });
    this.#admission = new Admission(settings.advanced);
    this.#programme = buildProgramme({ clock, log, random, counters: this.#counters }, settings, () => this.#settings);
    const sampler = new HostSampler({ clock }, { intervalMs: LOAD_SAMPLE_MS });
    this.#sampler = sampler;
    this.#storage = new HostStorageSampler({ clock }, { intervalMs: STORAGE_SAMPLE_MS, directory: settings.dataDir });
    const sent = { programme: this.#programme, counters: this.#counters };
    this.#sentMeter = new SentMeter({ clock, sentBytes: () => sentBytes(sent) });
    this.#sessions = new StationSessions(
      { clock, counters: this.#counters, random, wallTime, archive: () => this.#past.archive },
      () => this.#settings.history,
    );
    const wallTimeUs = (us: number): number => Date.now() * 1000 - (clock.nowUs() - us);
    this.#cameras = buildCameras(
      {
        clock,
        log,
        random,
        counters: this.#counters,
        wallTime: (us) => new Date(wallTimeUs(us) / 1000),
        onViewer: this.#sessions.onViewer,
      },
      settings,
      () => this.#settings,
    );
    const { mounts, sources } = this.#programme;
    this.#box = new BoxLoop(
      {
        clock,
        log: log.room('box'),
        counters: this.#counters,
        sampler,
        cameras: this.#cameras,
        feeds: sources.map(({ feed }) => feed),
        encoder: settings.encoder,
        audience: () => soundAudience(mounts.values()),
      },
      () => this.#settings,
    );
    const pause = (ms: number) => sleep(clock, ms, this.#stop.signal);
    this.#access = new StationAccess({ clock, log, counters: this.#counters, wallTime, pause }, () => this.#settings);
    const { gate, desk, addressOf, isSecure } = this.#access;
    this.#history = new HistoryLink(
      { clock, log: log.room('history'), counters: this.#counters, random },
      { file: join(settings.dataDir, HISTORY_FILE), maxBytes: settings.history.maxBytes },
    );
    this.#quickSync = new QuickSync(
      {
        clock,
        log: log.room('listeners'),
        counters: this.#counters,
        box: this.#box,
        hostLoad: () => sampler.load,
        gate,
        pause,
        wallTime,
        history: this.#history,
      },
      () => this.#settings,
    );
    const output = new AudioOutput({
      log: log.room('listeners'),
      admission: this.#admission,
      mounts: this.#programme.mounts,
      quality: this.#sessions.entering(this.#quickSync.choice, {
        mounts,
        beliefOf: (id) => this.#quickSync.beliefOf(id),
      }),
      options: () => this.#outputOptions(),
      addressOf,
      isSecure,
    });
    this.#viewerAdmissions = [new Admission(viewerLimits(settings)), new Admission(viewerLimits(settings))];
    const [streamAdmission, socketAdmission] = this.#viewerAdmissions;
    let viewerIds = 0;
    const watching = {
      clock,
      log: log.room('viewers'),
      cameras: new Map(this.#cameras.map(({ name, feed }) => [name, feed])),
      wallTimeUs,
      nextViewerId: () => ++viewerIds,
      queues: new TransmitQueues({ clock }),
      addressOf,
    };
    const media = firstOf(output, new PictureOutput({ ...watching, admission: streamAdmission }));
    this.#cameraSocket = new CameraSocket({ ...watching, admission: socketAdmission });
    this.#mute = new MuteState({ log: log.room('privacy') }, join(settings.dataDir, MUTE_FILE));
    const control = new Control({
      programme: this.#programme,
      cameras: this.#cameras,
      mute: this.#mute,
      settings: deps.configuration,
      power: new HostPower(),
      identify: () => gpio.identify(),
      saveClip: (mount, seconds) => clips.save(mount, seconds),
      restartProgram: deps.restart,
      forgetSettings: async () => {
        await deps.configuration.reset();
        await this.#access.forget();
      },
    });
    const house: HouseDeps = {
      clock,
      log,
      random,
      counters: this.#counters,
      wallTime,
      sight: () => this.sight(),
      events: this.#events,
      control,
      settings: () => this.#settings,
    };
    const gpio = new StationGpio(house);
    const watch = new StationWatching(house, sources);
    this.#past = new StationHistory({ ...house, history: this.#history });
    const clips = new StationClips({ ...house, mounts }, settings.dataDir);
    this.#preview = new DevicePreview({
      ...house,
      sources,
      cameras: this.#cameras,
      muted: () => this.#mute.muted,
      pictureOf: (camera, signal) => pictureOf(this.#cameras, camera, signal),
    });
    const release = new StationRelease(house, deps.version);
    const mqtt = new StationMqtt({
      ...house,
      latest: () => release.latest,
      picture: (camera, signal) => pictureOf(this.#cameras, camera, signal),
    });
    this.#house = new House([gpio, release, mqtt, watch, clips, this.#preview, this.#past]);
    const { recentLog } = deps;
    const configuration = () => ({ file: deps.configuration.path, values: deps.configuration.values });
    const reports = { status: () => this.status(), stats: () => this.stats(), recentLog };
    this.#live = stationLive({
      ...house,
      ...reports,
      gate,
      sessions: this.#sessions.api,
      levels: () => sources.map(({ name, feed }) => [name, feed.level] as const),
    });
    const settingsAndBackup = stationSettings({
      log,
      gate,
      pause,
      wallTime,
      version: deps.version,
      configuration: deps.configuration,
      access: this.#access,
      mute: this.#mute,
      devices: this.#quickSync.devices,
    });
    const web = webListener({
      ...settingsAndBackup,
      release: { gate, pause, release: () => release.answer },
      log: log.room('web'),
      status: () => this.status(),
      stats: () => this.stats(),
      access: { gate, pause, desk },
      privacy: { gate, pause, muted: () => this.#mute.muted, mute: (change) => this.#mute.set(change) },
      quickSync: this.#quickSync.api,
      control: { gate, pause, control },
      metrics: { gate, pause, contentType: PROMETHEUS_TYPE, metrics: () => prometheusText(this.#metrics()) },
      sessions: { gate, pause, wallTime, ...this.#sessions.api },
      history: { gate, pause, wallTime, ...this.#past.api },
      wifi: { gate, pause, wifi: () => findWifi() },
      mqtt: { gate, pause, status: () => mqtt.status(), test: (change) => mqtt.test(change) },
      recentLog: { gate, pause, log: recentLog },
      devices: { gate, pause, devices: () => this.#preview.devices(), preview: this.#preview },
      soundCheck: { gate, pause, checkSound: (name, seconds) => this.#programme.checkSound(name, seconds) },
      clips: { gate, pause, saveClip: control.saveClip.bind(control), ...clips.api },
      support: { gate, pause, wallTime, supportFiles: () => supportFiles({ ...house, ...reports, configuration }) },
    });
    this.#ports = new StationPorts(
      {
        clock,
        log,
        counters: this.#counters,
        media: this.#access.media(media),
        web: this.#access.web(web),
        socketDoors: [this.#access.sockets(this.#cameraSocket), this.#access.sockets(this.#live)],
        sourceMounts: this.#programme.sourceMounts,
      },
      () => this.#settings,
    );
  }

  get settings(): Settings {
    return this.#settings;
  }

  get mounts(): ReadonlyMap<string, Mount> {
    return this.#programme.mounts;
  }

  /** Names of the cameras; the first is at `/camera.mjpg` as well. */
  get cameraNames(): readonly string[] {
    return this.#cameras.map(({ name }) => name);
  }

  /**
   * Opens the ports and starts the sources.
   * @throws NetworkError `station.listen` when the HTTP port can't be had
   */
  async start(): Promise<StationAddresses> {
    this.#identity = await readHostIdentity();
    await this.#access.start();
    this.#history.start();
    await this.#quickSync.open();
    this.#mute.load();
    this.#mute.onChange = (muted) => this.#applyMute(muted);
    this.#applyMute(this.#mute.muted);
    for (const { feed } of this.#cameras) feed.start();
    this.#box.start();
    this.#storage.start(this.#stop.signal);
    this.#sentMeter.start();
    for (const mount of this.#programme.mounts.values()) mount.start();
    const addresses = await this.#ports.open();
    await this.#access.openHttps((socket) => this.#ports.accept(socket));
    this.#access.onClosed(() => this.#ports.dropAll());
    this.#pageUrl = stationUrls(this.#settings.server.host, addresses.listenPort).at(-1) ?? '';
    this.#quickSync.listenersAt(addresses.listenPort);
    await this.#house.start();
    this.#events.emit('started', '', `Pipit ${this.#deps.version}`);
    return addresses;
  }

  /**
   * Takes other settings over. Only what can change while it runs may differ.
   * @param names what does, dotted
   */
  reload(settings: Settings, names: readonly string[]): void {
    this.#settings = settings;
    this.#admission.configure(settings.advanced);
    for (const admission of this.#viewerAdmissions) admission.configure(viewerLimits(settings));
    for (const camera of this.#cameras) configureCamera(camera, settings);
    this.#programme.configure(settings);
    this.#quickSync.configure();
    this.#access.configure();
    this.#house.configure();
    for (const mount of this.#programme.mounts.values()) {
      mount.ring.resize(settings.buffer.sizeBytes);
      mount.broadcaster.configure(broadcasterOptions(settings.broadcaster));
    }
    const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
    this.#events.emit('settings_changed', '', names.slice(0, MAX_NAMES).join(', ') + more);
  }

  status() {
    return stationStatus(this.#report());
  }

  /** Undefined when statistics are switched off. */
  stats() {
    return this.#settings.advanced.enableStats ? stationStats(this.#report()) : undefined;
  }

  /** What the house sees of it. */
  sight(): StationSight {
    return stationSight({
      version: this.#deps.version,
      settings: this.#settings,
      programme: this.#programme,
      cameras: this.#cameras,
      muted: this.#mute.muted,
      identity: this.#identity,
      pageUrl: this.#pageUrl,
      figures: stationFigures(this.#figuresInput()),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#stop.abort();
    this.#sessions[Symbol.dispose]();
    await this.#house[Symbol.asyncDispose]();
    await this.#box[Symbol.asyncDispose]();
    await this.#storage[Symbol.asyncDispose]();
    this.#sentMeter[Symbol.dispose]();
    await this.#quickSync[Symbol.asyncDispose]();
    await this.#history[Symbol.asyncDispose]();
    await this.#cameraSocket[Symbol.asyncDispose]();
    await this.#live[Symbol.asyncDispose]();
    await Promise.all([
      this.#ports.closeSourcePort(),
      this.#programme[Symbol.asyncDispose](),
      ...this.#cameras.map(({ feed }) => feed[Symbol.asyncDispose]()),
    ]);
    await this.#access[Symbol.asyncDispose]();
    await this.#ports[Symbol.asyncDispose]();
  }

  #applyMute({ camera, microphone }: Muted): void {
    const { log } = this.#deps;
    this.#programme.muteMicrophones(microphone);
    if (microphone || camera) this.#preview.stop();
    for (const { feed } of this.#cameras) void feed.mute(camera);
    const what = [...(camera ? ['the camera'] : []), ...(microphone ? ['the microphone'] : [])].join(' and ');
    if (what !== '') log.notice(`${what} ${camera && microphone ? 'are' : 'is'} muted`);
  }

  #outputOptions(): AudioOutputOptions {
    const { metadata, broadcaster } = this.#settings;
    return {
      ...metadata,
      maxBurstSeconds: broadcaster.maxBurstSeconds,
    };
  }

  #figuresInput(): FiguresInput {
    return {
      uptimeSeconds: this.#uptimeSeconds,
      programme: this.#programme,
      cameras: this.#cameras,
      muted: this.#mute.muted,
      counters: this.#counters,
      box: this.#box.stats,
      load: this.#sampler.load,
      network: this.#quickSync.api.network(),
      storage: this.#storage.storage,
      sentBytesPerSecond: this.#sentMeter.bytesPerSecond,
    };
  }

  #metrics(): MetricFamily[] {
    const { nowUs, version, settings, programme, cameras, box, counters } = this.#report();
    return stationMetrics({
      ...{ nowUs, version, settings, programme, cameras, box, counters },
      figures: stationFigures(this.#figuresInput()),
      book: this.#sessions.book,
      sentBytesPerSecond: this.#sentMeter.bytesPerSecond,
    });
  }

  get #uptimeSeconds(): number {
    return Math.floor((this.#deps.clock.nowUs() - this.#startedUs) / 1e6);
  }

  #report() {
    const { clock, version } = this.#deps;
    const nowUs = clock.nowUs();
    return {
      nowUs,
      uptimeSeconds: this.#uptimeSeconds,
      version,
      settings: this.#settings,
      programme: this.#programme,
      cameras: this.#cameras,
      box: this.#box.stats,
      muted: this.#mute.muted,
      counters: this.#counters,
      steeringOf: (id: number) => this.#quickSync.steeringOf(id),
    };
  }
}

function viewerLimits({ streaming, advanced }: Settings): AdmissionLimits {
  return {
    maxListeners: streaming.maxViewers,
    maxListenersPerAddress: streaming.maxViewersPerAddress,
    exemptNetworks: advanced.exemptNetworks,
  };
}
