import type { ChangeGate } from '../access/change-gate.ts';
import type { Settings } from '../config/settings.ts';
import type { Clock } from '../core/clock.ts';
import type { CounterSet } from '../core/counters.ts';
import type { HostLoad } from '../core/host-load.ts';
import type { Log } from '../core/log.ts';
import type { SessionArchive } from '../core/session.ts';
import type { HistoryLink } from '../history/history-link.ts';
import { Admission, type AdmissionLimits } from '../outputs/admission.ts';
import { AudioOutput, type AudioOutputDeps } from '../outputs/audio-output.ts';
import { CameraSocket } from '../outputs/camera-socket.ts';
import { firstOf, type MediaHandler } from '../outputs/front-door.ts';
import { PictureOutput } from '../outputs/picture-output.ts';
import { TransmitQueues } from '../outputs/transmit-queue.ts';
import type { Muted } from '../privacy/mute-state.ts';
import { HostSampler } from '../telemetry/host-load.ts';
import type { EarlyProcess } from '../worker/early-process.ts';
import { BoxLoop } from './box-loop.ts';
import { buildCameras, configureCamera, pictureOf, type RunningCamera } from './cameras.ts';
import { CamerasAfterSound } from './cameras-after-sound.ts';
import { broadcasterOptions, buildProgramme, type Programme } from './programme.ts';
import { QuickSync } from './quick-sync.ts';
import { SentMeter } from './sent-meter.ts';
import { soundAudience } from './sound-audience.ts';
import { sentBytes } from './station-figures.ts';
import { StationSessions } from './station-sessions.ts';

export interface StationMediaDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly counters: CounterSet;
  readonly wallTime: () => Date;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
  /** Who may do what, and whom connections speak for. */
  readonly access: Pick<AudioOutputDeps, 'addressOf' | 'isSecure'> & { readonly gate: ChangeGate };
  readonly history: HistoryLink;
  /** A worker that loads already, for the first source. */
  readonly early?: EarlyProcess | undefined;
  /** Where sessions go when they are over. */
  readonly archive: () => SessionArchive | undefined;
}

const LOAD_SAMPLE_MS = 2_000;

/**
 * What sounds and shows: sources, mounts, cameras, the loop that keeps the box from being overtaxed, and the outputs that
 * listeners and viewers come to.
 */
export class StationMedia implements AsyncDisposable {
  readonly programme: Programme;
  readonly cameras: readonly RunningCamera[];
  readonly quickSync: QuickSync;
  readonly sessions: StationSessions;
  readonly box: BoxLoop;
  /** Answers requests for sound and pictures. */
  readonly outputs: MediaHandler;
  readonly cameraSocket: CameraSocket;
  readonly sentMeter: SentMeter;
  readonly #sampler: HostSampler;
  readonly #camerasAfterSound: CamerasAfterSound;
  readonly #admission: Admission;
  /** Of streams and of WebSockets: neither can take the places of the other. */
  readonly #viewerAdmissions: readonly [Admission, Admission];

  /** @param settings as they are now */
  constructor(deps: StationMediaDeps, settings: () => Settings) {
    const { clock, log, counters, random, wallTime, pause, access, history, archive } = deps;
    const { gate, addressOf, isSecure } = access;
    const wallTimeUs = (us: number): number => Date.now() * 1000 - (clock.nowUs() - us);
    this.#admission = new Admission(settings().advanced);
    this.#sampler = new HostSampler({ clock }, { intervalMs: LOAD_SAMPLE_MS });
    this.programme = buildProgramme({ clock, log, random, counters, early: deps.early }, settings(), settings);
    const { mounts, sources } = this.programme;
    const sent = { programme: this.programme, counters };
    this.sentMeter = new SentMeter({ clock, sentBytes: () => sentBytes(sent) });
    this.sessions = new StationSessions({ clock, counters, random, wallTime, archive }, () => settings().history);
    this.cameras = buildCameras(
      {
        clock,
        log,
        random,
        counters,
        wallTime: (us) => new Date(wallTimeUs(us) / 1000),
        onViewer: this.sessions.onViewer,
      },
      settings(),
      settings,
    );
    this.#camerasAfterSound = new CamerasAfterSound({
      clock,
      sources: () => sources.map(({ feed }) => feed),
      startCameras: () => {
        for (const { feed } of this.cameras) feed.start();
      },
    });
    this.box = new BoxLoop(
      {
        clock,
        log: log.room('box'),
        counters,
        sampler: this.#sampler,
        cameras: this.cameras,
        feeds: sources.map(({ feed }) => feed),
        encoder: settings().encoder,
        audience: () => soundAudience(mounts.values()),
      },
      settings,
    );
    const listeners = log.room('listeners');
    this.quickSync = new QuickSync(
      { clock, log: listeners, counters, box: this.box, hostLoad: () => this.load, gate, pause, wallTime, history },
      settings,
    );
    const entering = { mounts, beliefOf: (id: number) => this.quickSync.beliefOf(id) };
    const sound = new AudioOutput({
      log: listeners,
      admission: this.#admission,
      mounts,
      quality: this.sessions.entering(this.quickSync.choice, entering),
      options: () => ({ ...settings().metadata, maxBurstSeconds: settings().broadcaster.maxBurstSeconds }),
      addressOf,
      isSecure,
    });
    this.#viewerAdmissions = [new Admission(viewerLimits(settings())), new Admission(viewerLimits(settings()))];
    const [streamAdmission, socketAdmission] = this.#viewerAdmissions;
    let viewerIds = 0;
    const watching = {
      clock,
      log: log.room('viewers'),
      cameras: new Map(this.cameras.map(({ name, feed }) => [name, feed])),
      wallTimeUs,
      nextViewerId: () => ++viewerIds,
      queues: new TransmitQueues({ clock }),
      addressOf,
    };
    this.outputs = firstOf(sound, new PictureOutput({ ...watching, admission: streamAdmission }));
    this.cameraSocket = new CameraSocket({ ...watching, admission: socketAdmission });
  }

  /** How hard the machine has it. */
  get load(): HostLoad {
    return this.#sampler.load;
  }

  start(): void {
    this.box.start();
    this.sentMeter.start();
    for (const mount of this.programme.mounts.values()) mount.start();
    this.#camerasAfterSound.start();
  }

  /** Takes changed settings over. */
  configure(settings: Settings): void {
    this.#admission.configure(settings.advanced);
    for (const admission of this.#viewerAdmissions) admission.configure(viewerLimits(settings));
    for (const camera of this.cameras) configureCamera(camera, settings);
    this.programme.configure(settings);
    this.quickSync.configure();
    for (const mount of this.programme.mounts.values()) {
      mount.ring.resize(settings.buffer.sizeBytes);
      mount.broadcaster.configure(broadcasterOptions(settings.broadcaster));
    }
  }

  /** Closes what is muted, and opens what is not any more. */
  mute({ camera, microphone }: Muted): void {
    this.programme.muteMicrophones(microphone);
    for (const { feed } of this.cameras) void feed.mute(camera);
  }

  /** The picture of now; undefined while there is none. */
  pictureOf(camera: string, signal: AbortSignal): ReturnType<typeof pictureOf> {
    return pictureOf(this.cameras, camera, signal);
  }

  /** Ends what looks on, but no stream yet. */
  async settle(): Promise<void> {
    this.sessions[Symbol.dispose]();
    this.#camerasAfterSound[Symbol.dispose]();
    await this.box[Symbol.asyncDispose]();
    this.sentMeter[Symbol.dispose]();
    await this.quickSync[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settle();
    await this.cameraSocket[Symbol.asyncDispose]();
    await Promise.all([
      this.programme[Symbol.asyncDispose](),
      ...this.cameras.map(({ feed }) => feed[Symbol.asyncDispose]()),
    ]);
  }
}

function viewerLimits({ streaming, advanced }: Settings): AdmissionLimits {
  return {
    maxListeners: streaming.maxViewers,
    maxListenersPerAddress: streaming.maxViewersPerAddress,
    exemptNetworks: advanced.exemptNetworks,
  };
}
