import { access, realpath } from 'node:fs/promises';
import type { V4l2Settings } from '../../core/camera-settings.ts';
import { DeviceError } from '../../core/errors.ts';
import type { Camera, CameraContext, CapturedFrame } from './camera.ts';
import { readFfmpegVideo } from './ffmpeg-video.ts';
import { planControls, type V4l2Control } from './v4l2-controls.ts';
import { runV4l2Ctl } from './v4l2-ctl.ts';
import { listV4l2Devices, SYSTEM_V4L2, type V4l2Roots, v4l2Abilities, v4l2Identity } from './v4l2-devices.ts';
import {
  NO_BANDWIDTH,
  ownerOf,
  REFUSED,
  UNPLUGGED,
  v4l2Busy,
  v4l2Failure,
  v4l2Gone,
  v4l2Unplugged,
} from './v4l2-failure.ts';
import { busLoad, chooseV4l2Modes, describeMode, guessedV4l2Modes, type V4l2Mode } from './v4l2-mode.ts';
import { resolveV4l2Device } from './v4l2-resolve.ts';
import { readV4l2Stream } from './v4l2-stream.ts';

const WITHOUT_V4L2_CTL =
  'so the camera is read with up to 60 MB of memory at 1280x720, 130 MB at 1920x1080, in a mode that is guessed: ' +
  'install the package v4l-utils';
/** Modes that are tried until the camera counts as one that delivers none. */
const MAX_TRIES = 3;

/** What differs in tests. */
export interface V4l2Options {
  readonly roots?: V4l2Roots;
  readonly readStream?: typeof readV4l2Stream;
  /** Where there is no v4l2-ctl. */
  readonly readVideo?: typeof readFfmpegVideo;
}

/**
 * A USB camera, or whatever else the kernel shows as a V4L2 capture device. It is looked for at each `read`, since
 * cameras change numbers and ports. JPEGs that it delivers are passed on as they are.
 */
export class V4l2Camera implements Camera {
  readonly #settings: V4l2Settings;
  readonly #context: CameraContext;
  readonly #roots: V4l2Roots;
  readonly #readStream: typeof readV4l2Stream;
  readonly #readVideo: typeof readFfmpegVideo;
  /** Modes that the camera lists and does not deliver. */
  readonly #refused = new Set<string>();
  /** Said once, not at each opening. */
  readonly #said = new Set<string>();
  #description: string;

  constructor(settings: V4l2Settings, context: CameraContext, options: V4l2Options = {}) {
    this.#settings = settings;
    this.#context = context;
    this.#roots = options.roots ?? SYSTEM_V4L2;
    this.#readStream = options.readStream ?? readV4l2Stream;
    this.#readVideo = options.readVideo ?? readFfmpegVideo;
    this.#description = `camera ${settings.device}`;
  }

  /** The setting, and once it was found what it stands for. */
  get description(): string {
    return this.#description;
  }

  async *read(signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    if (signal.aborted) return;
    const setting = await linked(this.#settings.device);
    const devices = await listV4l2Devices(this.#roots, signal);
    if (signal.aborted) return;
    const device = resolveV4l2Device(setting, devices);
    const name = `${device.name} (${v4l2Identity(device)})`;
    const { formats, controls, complaint, isMissing } = await v4l2Abilities(device.path, this.#roots, signal);
    if (signal.aborted) return;
    if (isMissing) this.#sayOnce(`${complaint}, ${WITHOUT_V4L2_CTL}`);
    else if (complaint !== '') this.#sayOnce(`what ${name} can do is not known: ${complaint}`);
    await this.#setControls(device.path, controls, signal);
    const { format } = this.#settings;
    const modes =
      formats === undefined
        ? guessedV4l2Modes(this.#settings, format)
        : chooseV4l2Modes(formats, this.#settings, format);
    yield* this.#readBest(device.path, name, modes, signal);
  }

  async *#readBest(
    path: string,
    name: string,
    modes: readonly V4l2Mode[],
    signal: AbortSignal,
  ): AsyncGenerator<CapturedFrame, void, undefined> {
    let tries = modes.filter((mode) => !this.#refused.has(`${name} ${describeMode(mode)}`));
    let lastRefusal: unknown;
    for (let i = 0; i < MAX_TRIES && !signal.aborted; i += 1) {
      const mode = tries.shift();
      if (mode === undefined) break;
      const { format } = this.#settings;
      if (format !== 'auto' && mode.format !== format) this.#sayOnce(`${name} does not deliver ${format}`);
      this.#description = `camera ${name}, ${describeMode(mode)}`;
      try {
        return yield* this.#stream(path, name, mode, signal);
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error;
        if (error.code === UNPLUGGED && !(await isThere(path))) throw v4l2Gone(name, error);
        if (error.code === 'capture.busy') throw await this.#withOwner(path, name, error);
        if (error.code === NO_BANDWIDTH) tries = tries.filter((other) => busLoad(other) < busLoad(mode));
        else if (error.code !== REFUSED) throw error;
        this.#refused.add(`${name} ${describeMode(mode)}`);
        this.#context.log.warning(error.message);
        lastRefusal = error;
      }
    }
    if (signal.aborted) return;
    // What was refused today may be delivered once the camera or the bus has recovered.
    this.#refused.clear();
    throw lastRefusal ?? nothingToRead(name);
  }

  #stream(
    path: string,
    name: string,
    mode: V4l2Mode,
    signal: AbortSignal,
  ): AsyncGenerator<CapturedFrame, void, undefined> {
    if (mode.fourcc === undefined) return this.#streamByFfmpeg(path, name, mode, signal);
    const context = this.#context;
    const onMode = (real: V4l2Mode): void => {
      this.#description = `camera ${name}, ${describeMode(real)}`;
    };
    return this.#readStream({ context, v4l2Ctl: this.#roots.v4l2Ctl, path, name, mode, onMode }, signal);
  }

  async *#streamByFfmpeg(
    path: string,
    name: string,
    mode: V4l2Mode,
    signal: AbortSignal,
  ): AsyncGenerator<CapturedFrame, void, undefined> {
    const options = {
      ...(mode.format === undefined ? {} : { input_format: mode.format }),
      ...(mode.fps === undefined ? {} : { framerate: String(mode.fps) }),
      video_size: `${mode.width}x${mode.height}`,
      timestamps: 'default',
    };
    yield* this.#readVideo(
      { url: path, format: 'video4linux2', options },
      {
        context: this.#context,
        name,
        mapFailure: (failure) => v4l2Failure(name, describeMode(mode), failure),
        stamps: 'device',
      },
      signal,
    );
    // A camera has no end.
    if (!signal.aborted) throw v4l2Unplugged(name);
  }

  /** What can't be set is told, and does not keep the camera from being seen. */
  async #setControls(path: string, known: readonly V4l2Control[] | undefined, signal: AbortSignal): Promise<void> {
    const { changes, warnings } = planControls(this.#settings.controls, known);
    for (const warning of warnings) this.#sayOnce(warning);
    for (const { name, value } of changes) {
      const { complaint } = await runV4l2Ctl(this.#roots.v4l2Ctl, ['-d', path, `--set-ctrl=${name}=${value}`], signal);
      if (signal.aborted) return;
      if (complaint !== '') this.#sayOnce(`the camera's control ${name} could not be set to ${value}: ${complaint}`);
    }
  }

  async #withOwner(path: string, name: string, error: DeviceError): Promise<DeviceError> {
    const owner = await ownerOf(path, this.#roots.procRoot);
    return owner === undefined ? error : v4l2Busy(name, owner, error.cause);
  }

  #sayOnce(warning: string): void {
    if (this.#said.has(warning)) return;
    this.#said.add(warning);
    this.#context.log.warning(warning);
  }
}

/** What a path such as `/dev/v4l/by-id/…` leads to. */
async function linked(setting: string): Promise<string> {
  return setting.startsWith('/') ? realpath(setting).catch(() => setting) : setting;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function nothingToRead(name: string): DeviceError {
  return new DeviceError(REFUSED, `${name} delivers no format that can be read`, {
    remedy: 'See with `v4l2-ctl --list-formats-ext` what it has; a CSI camera is read with type = "rpicam".',
  });
}
