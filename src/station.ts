import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { ChangeGate } from './access/change-gate.ts';
import { BoxLoop } from './box-loop.ts';
import { buildCameras, configureCamera, type RunningCamera } from './cameras.ts';
import type { Settings } from './config/settings.ts';
import { type Clock, sleep } from './core/clock.ts';
import { CounterSet } from './core/counters.ts';
import { NetworkError, sentencesOf } from './core/errors.ts';
import type { Log } from './core/log.ts';
import { SourcePort } from './ingest/source-port.ts';
import type { Mount } from './mount/mount.ts';
import { Admission, type AdmissionLimits } from './outputs/admission.ts';
import { AudioOutput, type AudioOutputOptions } from './outputs/audio-output.ts';
import { CameraSocket } from './outputs/camera-socket.ts';
import { FrontDoor, firstOf } from './outputs/front-door.ts';
import { PictureOutput } from './outputs/picture-output.ts';
import { requestHeadOf } from './outputs/request-head-of.ts';
import { TransmitQueues } from './outputs/transmit-queue.ts';
import { type Muted, MuteState } from './privacy/mute-state.ts';
import { broadcasterOptions, buildProgramme, type Programme } from './programme.ts';
import { QuickSync } from './quick-sync.ts';
import { soundAudience } from './sound-audience.ts';
import { stationStats, stationStatus } from './station-report.ts';
import { HostSampler } from './telemetry/host-load.ts';
import { webListener } from './web/app.ts';

export interface StationDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly version: string;
}

/** Where it can be reached. */
export interface StationAddresses {
  readonly listenPort: number;
  /** Undefined when the source port could not be opened; the station goes on without. */
  readonly sourcePort: number | undefined;
}

const LOAD_SAMPLE_MS = 2_000;
/** What is muted, below the data directory. */
const MUTE_FILE = 'mute.json';
/** What a request to the page or the API may take to arrive; then Node answers 408. Streams have no such limit. */
const REQUEST_TIMEOUT_MS = 60_000;

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
  readonly #quickSync: QuickSync;
  readonly #cameras: readonly RunningCamera[];
  readonly #cameraSocket: CameraSocket;
  readonly #mute: MuteState;
  readonly #box: BoxLoop;
  readonly #stop = new AbortController();
  readonly #sourcePort: SourcePort;
  readonly #http: HttpServer;
  readonly #door: FrontDoor;
  readonly #startedUs: number;
  #settings: Settings;
  #isStopped = false;

  constructor(deps: StationDeps, settings: Settings) {
    const { clock, log, random } = deps;
    this.#deps = deps;
    this.#settings = settings;
    this.#startedUs = clock.nowUs();
    this.#admission = new Admission(settings.advanced);
    this.#programme = buildProgramme({ clock, log, random, counters: this.#counters }, settings, () => this.#settings);
    const sampler = new HostSampler({ clock }, { intervalMs: LOAD_SAMPLE_MS });
    const wallTimeUs = (us: number): number => Date.now() * 1000 - (clock.nowUs() - us);
    this.#cameras = buildCameras(
      { clock, log, random, counters: this.#counters, wallTime: (us) => new Date(wallTimeUs(us) / 1000) },
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
    const gate = new ChangeGate(
      { clock, log: log.room('web'), counters: this.#counters },
      () => this.#settings.auth.password,
    );
    const pause = (ms: number) => sleep(clock, ms, this.#stop.signal);
    this.#quickSync = new QuickSync(
      {
        clock,
        log: log.room('listeners'),
        counters: this.#counters,
        box: this.#box,
        hostLoad: () => sampler.load,
        gate,
        pause,
        wallTime: () => new Date(),
      },
      () => this.#settings,
    );
    const output = new AudioOutput({
      log: log.room('listeners'),
      admission: this.#admission,
      mounts: this.#programme.mounts,
      quality: this.#quickSync.choice,
      options: () => this.#outputOptions(),
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
    };
    const media = firstOf(output, new PictureOutput({ ...watching, admission: streamAdmission }));
    this.#cameraSocket = new CameraSocket({ ...watching, admission: socketAdmission });
    this.#mute = new MuteState({ log: log.room('privacy') }, join(settings.dataDir, MUTE_FILE));
    const web = webListener({
      log: log.room('web'),
      status: () => this.status(),
      stats: () => this.stats(),
      privacy: { gate, pause, muted: () => this.#mute.muted, mute: (change) => this.#mute.set(change) },
      quickSync: this.#quickSync.api,
    });
    const limits = {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: settings.advanced.headerTimeoutMs,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 16 * 1024,
      shouldUpgradeCallback: (request: IncomingMessage) => this.#cameraSocket.serves(request),
    };
    this.#http = createServer(limits, (request, response) => {
      const head = requestHeadOf(request);
      if (head !== undefined && media.serves(head.path)) media.handle(head, request.socket);
      else web(request, response);
    });
    this.#http.on('upgrade', (request: IncomingMessage, socket: Duplex, rest: Buffer) => {
      this.#cameraSocket.handleUpgrade(request, socket, rest);
    });
    this.#door = new FrontDoor(this.#http, media, () => this.#settings.advanced.headerTimeoutMs);
    this.#sourcePort = new SourcePort(
      { log: log.room('source port'), clock, counters: this.#counters, mounts: this.#programme.sourceMounts },
      {
        host: settings.server.host,
        port: settings.server.sourcePort,
        settings: () => ({
          password: this.#settings.server.sourcePassword,
          headerTimeoutMs: this.#settings.advanced.headerTimeoutMs,
          idleTimeoutMs: this.#settings.advanced.sourceTimeoutMs,
        }),
      },
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
    const { server } = this.#settings;
    await this.#quickSync.open();
    this.#mute.load();
    this.#mute.onChange = (muted) => this.#applyMute(muted);
    this.#applyMute(this.#mute.muted);
    for (const { feed } of this.#cameras) feed.start();
    this.#box.start();
    for (const mount of this.#programme.mounts.values()) mount.start();
    const listenPort = await this.#door.listen(server.host, server.listenPort).catch((cause: NodeJS.ErrnoException) => {
      throw cannotListen(server.host, server.listenPort, cause);
    });
    this.#quickSync.listenersAt(listenPort);
    return { listenPort, sourcePort: await this.#openSourcePort() };
  }

  /** Takes other settings over. Only what can change while it runs may differ. */
  reload(settings: Settings): void {
    this.#settings = settings;
    this.#admission.configure(settings.advanced);
    for (const admission of this.#viewerAdmissions) admission.configure(viewerLimits(settings));
    for (const camera of this.#cameras) configureCamera(camera, settings);
    this.#quickSync.configure();
    for (const mount of this.#programme.mounts.values()) {
      mount.ring.resize(settings.buffer.sizeBytes);
      mount.broadcaster.configure(broadcasterOptions(settings.broadcaster));
    }
  }

  status() {
    return stationStatus(this.#report());
  }

  /** Undefined when statistics are switched off. */
  stats() {
    return this.#settings.advanced.enableStats ? stationStats(this.#report()) : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#stop.abort();
    await this.#box[Symbol.asyncDispose]();
    await this.#quickSync[Symbol.asyncDispose]();
    await this.#cameraSocket[Symbol.asyncDispose]();
    await Promise.all([
      this.#sourcePort[Symbol.asyncDispose](),
      this.#programme[Symbol.asyncDispose](),
      ...this.#cameras.map(({ feed }) => feed[Symbol.asyncDispose]()),
    ]);
    await this.#door[Symbol.asyncDispose]();
    this.#http.closeAllConnections();
  }

  #applyMute({ camera, microphone }: Muted): void {
    const { log } = this.#deps;
    this.#programme.muteMicrophones(microphone);
    for (const { feed } of this.#cameras) void feed.mute(camera);
    const what = [...(camera ? ['the camera'] : []), ...(microphone ? ['the microphone'] : [])].join(' and ');
    if (what !== '') log.notice(`${what} ${camera && microphone ? 'are' : 'is'} muted`);
  }

  /** A busy source port must not silence the microphone. */
  async #openSourcePort(): Promise<number | undefined> {
    try {
      await this.#sourcePort.start(new AbortController().signal);
      return this.#sourcePort.address?.port;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      this.#deps.log.error(sentencesOf(error), { code: error.code });
      return undefined;
    }
  }

  #outputOptions(): AudioOutputOptions {
    const { metadata, broadcaster } = this.#settings;
    return {
      ...metadata,
      maxBurstSeconds: broadcaster.maxBurstSeconds,
    };
  }

  #report() {
    const { clock, version } = this.#deps;
    const nowUs = clock.nowUs();
    return {
      nowUs,
      uptimeSeconds: Math.floor((nowUs - this.#startedUs) / 1e6),
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

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): NetworkError {
  const remedies: Record<string, string> = {
    EADDRINUSE: `See what holds the port with: ss -ltnp 'sport = :${port}', or change server.listen_port.`,
    EACCES: 'Ports below 1024 need a privilege: change server.listen_port.',
    EADDRNOTAVAIL: 'This machine does not have that address: change server.host.',
  };
  return new NetworkError('station.listen', `Pipit cannot listen on ${host} port ${port}: ${cause.code}`, {
    remedy: remedies[cause.code ?? ''] ?? 'Change server.host or server.listen_port.',
    cause,
  });
}
