import type { Settings } from '../config/settings.ts';
import type { CameraSourceSettings } from '../core/camera-settings.ts';
import { type Clock, sleep } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import { DeviceError, sentencesOf } from '../core/errors.ts';
import type { LevelReading } from '../core/level-reading.ts';
import type { Log } from '../core/log.ts';
import type { Frame } from '../core/picture.ts';
import { UNTREATED } from '../core/sound-treatment.ts';
import type { SourceSettings } from '../core/source-settings.ts';
import type { Muted } from '../privacy/mute-state.ts';
import type { SoundPreview } from '../web/device-routes.ts';
import type { CameraPreviewWish, DevicesAnswer, PreviewLine } from '../web/device-schemas.ts';
import { CameraWorker } from '../worker/camera-worker.ts';
import { SOUND_PROGRAM } from '../worker/sound-program.ts';
import { SourceWorker } from '../worker/source-worker.ts';
import type { RunningCamera } from './cameras.ts';
import { CAMERA_PROGRAM } from './cameras.ts';
import { cameraOnDevice, devicesAnswer, findDevices, type PresentDevices, sourceOnDevice } from './device-list.ts';
import type { HousePart } from './house.ts';
import type { RunningSource } from './programme.ts';

export interface DevicePreviewDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly sources: readonly RunningSource[];
  readonly cameras: readonly RunningCamera[];
  /** Of a camera that the station has. */
  readonly pictureOf: (camera: string, signal: AbortSignal) => Promise<Buffer | undefined>;
  readonly muted: () => Muted;
  readonly settings: () => Settings;
}

/** What differs in tests. */
export interface DevicePreviewOptions {
  readonly find?: () => Promise<PresentDevices>;
  readonly soundOf?: (device: string) => SourceSettings;
  readonly pictureOf?: (wish: CameraPreviewWish) => CameraSourceSettings;
  readonly listenMs?: number;
}

/** At once: each is a process of its own. */
const MAX_OPEN = 2;
const LISTEN_MS = 30_000;
/** A camera that is slow to start may take this long to show something. */
const PICTURE_MS = 12_000;
/** Its first pictures are too dark or too bright. */
const SETTLED_FRAMES = 8;
const PICTURE = { width: 640, height: 480, fps: 10 } as const;
const LEVEL = 80;
const WITHOUT_TREATMENT = { rotate: 0, flip: 'none', masks: [], overlay: 'none' } as const;
/** What a worker of a few seconds is replaced for. */
const TIMEOUT_MS = 10_000;

/**
 * Lets somebody hear and see what is plugged in before they choose it: for half a minute at most, in a process of its
 * own. What the station itself has open is heard and seen through that.
 */
export class DevicePreview implements HousePart {
  readonly #deps: DevicePreviewDeps;
  readonly #options: DevicePreviewOptions;
  readonly #open = new Set<AbortController>();
  /** What runs, to be waited for at the end. */
  readonly #running = new Set<Promise<unknown>>();
  #found: Promise<PresentDevices> | undefined;
  #isStopped = false;

  constructor(deps: DevicePreviewDeps, options: DevicePreviewOptions = {}) {
    this.#deps = deps;
    this.#options = options;
  }

  async start(): Promise<void> {}

  configure(): void {}

  async devices(): Promise<DevicesAnswer> {
    const { settings, sources, cameras } = this.#deps;
    const isOpen = ({ feed }: RunningSource | RunningCamera): boolean =>
      ['starting', 'opening', 'live'].includes(feed.status.state);
    const openSources = new Set(sources.filter(isOpen).map(({ name }) => name));
    const openCameras = new Set(cameras.filter(isOpen).map(({ name }) => name));
    return devicesAnswer({
      ...(await this.#find()),
      sources: settings().sources.filter(({ name }) => openSources.has(name)),
      openCameras: settings().cameras.filter(({ name }) => openCameras.has(name)),
    });
  }

  /** @throws DeviceError `devices.muted`, `devices.busy`, `capture.no-device` */
  async sound(device: string): Promise<SoundPreview> {
    const { muted, settings, sources } = this.#deps;
    if (muted().microphone) throw isMuted('microphone');
    const stop = this.#take();
    try {
      const name = await this.#sourceOn(device);
      const live =
        settings().sources.some((source) => source.name === name) &&
        sources.find((one) => one.name === name && one.feed.isLive);
      const run: SoundPreview['run'] = (onLine, signal) =>
        this.#run(stop, signal, (until) =>
          live ? this.#relay(live, onLine, until) : this.#listen(device, onLine, until),
        );
      return { run };
    } catch (error) {
      this.#open.delete(stop);
      throw error;
    }
  }

  /** @throws DeviceError `devices.muted`, `devices.busy`, `devices.no-picture`, `capture.no-device` */
  async picture(wish: CameraPreviewWish, signal: AbortSignal) {
    const { muted, settings, pictureOf } = this.#deps;
    if (muted().camera) throw isMuted('camera');
    const stop = this.#take();
    return this.#run(stop, signal, async (until) => {
      const { cameras } = await this.#find();
      const device = wish.type === 'rpicam' ? wish.index : await v4l2Path(wish.device, cameras.v4l2);
      const inUseBy = await cameraOnDevice(device, cameras, settings().cameras);
      const timeout = AbortSignal.any([until, AbortSignal.timeout(PICTURE_MS)]);
      const jpeg =
        inUseBy === undefined
          ? await this.#shoot(wish, timeout)
          : await pictureOf(inUseBy, timeout).catch(() => undefined);
      if (jpeg === undefined) throw noPicture('no picture came');
      return { jpeg: Uint8Array.from(jpeg), inUseBy };
    });
  }

  /** Ends all that is heard and seen. */
  stop(): void {
    for (const stop of this.#open) stop.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.stop();
    await Promise.allSettled([...this.#running]);
  }

  #take(): AbortController {
    if (this.#open.size >= MAX_OPEN || this.#isStopped) {
      throw new DeviceError('devices.busy', `${MAX_OPEN} devices are open already`, {
        remedy: 'Close one of them, or wait half a minute.',
      });
    }
    const stop = new AbortController();
    this.#open.add(stop);
    return stop;
  }

  async #run<T>(stop: AbortController, signal: AbortSignal, what: (until: AbortSignal) => Promise<T>): Promise<T> {
    const running = what(AbortSignal.any([stop.signal, signal]));
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
      this.#open.delete(stop);
    }
  }

  /** Who asks while it is being looked shares what is found: looking opens cameras. */
  #find(): Promise<PresentDevices> {
    const { find = findDevices } = this.#options;
    this.#found ??= find().finally(() => {
      this.#found = undefined;
    });
    return this.#found;
  }

  /** @throws DeviceError when there is no such device */
  async #sourceOn(device: string): Promise<string | undefined> {
    const [{ resolveDevice }, { sound }] = await Promise.all([import('../capture/resolve-device.ts'), this.#find()]);
    return sourceOnDevice(resolveDevice(device, sound).device, sound, this.#deps.settings().sources);
  }

  /** The level of a source that the station has open. */
  async #relay({ name, feed }: RunningSource, onLine: (line: PreviewLine) => void, until: AbortSignal): Promise<void> {
    onLine({ in_use_by: name });
    const forget = feed.observeLevel((level) => onLine(levelLine(level)));
    onLine({ end: await this.#wait(until) });
    forget();
  }

  /** The level of a device that is opened for it. */
  async #listen(device: string, onLine: (line: PreviewLine) => void, until: AbortSignal): Promise<void> {
    const { clock, log, random, settings } = this.#deps;
    const { soundOf = (name: string): SourceSettings => ({ type: 'alsa', device: name, mixer: 'preset' }) } =
      this.#options;
    const [first] = settings().sources;
    const failed = new AbortController();
    const worker: SourceWorker = new SourceWorker(
      { clock, log: log.room('preview'), counters: new CounterSet(), random },
      {
        settings: {
          name: 'preview',
          source: soundOf(device),
          encoder: { ...settings().encoder, channels: 2, primeSeconds: 0 },
          meter: first?.meter ?? { silenceDb: -50, silenceSeconds: 10, soundDb: -35, soundSeconds: 0.3 },
          treatment: UNTREATED,
        },
        sourceTimeoutMs: () => TIMEOUT_MS,
        program: SOUND_PROGRAM,
      },
      {
        onUnit() {},
        onRung() {},
        onMetadata() {},
        onInputWelcome() {},
        onLevel: (level) => onLine(levelLine(level)),
        onStatus: () => hasFailed(worker.status.state) && failed.abort(),
      },
    );
    onLine({ state: 'opening' });
    worker.start();
    const end = await this.#wait(AbortSignal.any([until, failed.signal]));
    const { error, detail } = worker.status;
    await worker.stop();
    onLine(failed.signal.aborted ? { error: error === undefined ? `${detail}.` : sentencesOf(error) } : { end });
  }

  /** A picture of a camera that is opened for it; undefined when none comes until then. */
  async #shoot(wish: CameraPreviewWish, until: AbortSignal): Promise<Buffer | undefined> {
    if (until.aborted) return undefined;
    const { clock, log, random } = this.#deps;
    const { pictureOf = cameraSettings } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<Frame | undefined>();
    let frames = 0;
    await using worker: CameraWorker = new CameraWorker(
      { clock, log: log.room('preview'), counters: new CounterSet(), random },
      {
        settings: { name: 'preview', source: pictureOf(wish), treatment: WITHOUT_TREATMENT },
        sourceTimeoutMs: () => TIMEOUT_MS,
        program: CAMERA_PROGRAM,
        topLevel: () => LEVEL,
      },
      {
        onFrame: (frame) => {
          frames += 1;
          if (frames >= SETTLED_FRAMES) resolve(frame);
        },
        onVideoUnit() {},
        onStatus: () => {
          const { state, error, detail } = worker.status;
          if (hasFailed(state)) reject(noPicture(error === undefined ? detail : error.message));
        },
      },
    );
    until.addEventListener('abort', () => resolve(undefined), { once: true });
    worker.start();
    const frame = await promise;
    const picture =
      frame && (await worker.encode(frame, { level: LEVEL, width: Math.min(frame.width, PICTURE.width) }));
    return picture?.data;
  }

  async #wait(until: AbortSignal): Promise<'time' | 'stopped'> {
    const { listenMs = LISTEN_MS } = this.#options;
    return (await sleep(this.#deps.clock, listenMs, until)) ? 'time' : 'stopped';
  }
}

/** What is tried again in a source of the station is told at once to who looks at it. */
function hasFailed(state: string): boolean {
  return state === 'retrying' || state === 'stalled' || state === 'ended';
}

function cameraSettings(wish: CameraPreviewWish): CameraSourceSettings {
  if (wish.type === 'rpicam') {
    return { type: 'rpicam', index: wish.index, codec: 'mjpeg', sensorRotation: 0, lowLatency: false, ...PICTURE };
  }
  return { type: 'v4l2', device: wish.device, format: 'auto', controls: [], ...PICTURE };
}

async function v4l2Path(setting: string, devices: PresentDevices['cameras']['v4l2']): Promise<string> {
  const { resolveV4l2Device } = await import('../capture/camera/v4l2-resolve.ts');
  return resolveV4l2Device(setting, devices).path;
}

function levelLine({ rmsDb, peakDb, clippedSamples }: LevelReading): PreviewLine {
  return { rms_db: [...rmsDb], peak_db: [...peakDb], clipped_samples: clippedSamples };
}

function isMuted(what: string): DeviceError {
  return new DeviceError('devices.muted', `The ${what} is muted`, { remedy: 'Unmute it first.' });
}

function noPicture(why: string): DeviceError {
  return new DeviceError('devices.no-picture', `The camera shows nothing: ${why}`, {
    remedy: 'See that no other program has it open, and look at its cable.',
  });
}
