import type { AutoCameraSettings } from '../../core/camera-settings.ts';
import { sleep } from '../../core/clock.ts';
import type { Camera, CameraContext, CapturedFrame } from './camera.ts';
import { RpicamCamera } from './rpicam-camera.ts';
import { listCsiCameras } from './rpicam-devices.ts';
import { TestCard } from './test-card.ts';
import { V4l2Camera, type V4l2Options } from './v4l2-camera.ts';
import { listV4l2Devices, v4l2Identity } from './v4l2-devices.ts';

/** How often a camera is looked for while there is none. */
const LOOK_MS = 5_000;
/** CSI cameras are not plugged in while the Pi runs, and looking for them costs a second: each so many looks. */
const CSI_EVERY = 12;
const NOTE = 'no camera found: this is the built-in test card';

/** What differs in tests. */
export interface AutoCameraOptions {
  readonly v4l2?: V4l2Options;
  /** The programs that list CSI cameras and read them. */
  readonly listPrograms?: readonly string[];
  readonly readPrograms?: readonly string[];
}

/**
 * The first camera that is plugged in, USB before CSI; while there is none the test card, which says so and gives way
 * as soon as one comes. A camera that fails ends it with its error; it is looked for anew at the next `read`.
 */
export class AutoCamera implements Camera {
  readonly #settings: AutoCameraSettings;
  readonly #context: CameraContext;
  readonly #options: AutoCameraOptions;
  #camera: Camera | undefined;

  constructor(settings: AutoCameraSettings, context: CameraContext, options: AutoCameraOptions = {}) {
    this.#settings = settings;
    this.#context = context;
    this.#options = options;
  }

  /** What it has found. */
  get description(): string {
    return this.#camera?.description ?? 'the first camera that is found';
  }

  async *read(signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    if (signal.aborted) return;
    this.#camera = await this.#find(true, signal);
    if (this.#camera === undefined) yield* this.#readTestCard(signal);
    if (!signal.aborted && this.#camera !== undefined) yield* this.#camera.read(signal);
  }

  /** Yields the test card until a camera is there, which it leaves in `#camera`. */
  async *#readTestCard(signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    const { log } = this.#context;
    const { width, height, fps } = this.#settings;
    const card = new TestCard({ type: 'test', width, height, fps }, this.#context, NOTE);
    const end = new AbortController();
    const until = AbortSignal.any([signal, end.signal]);
    this.#camera = card;
    log.notice(NOTE);
    void this.#look(until).then((found) => {
      if (found === undefined) return;
      this.#camera = found;
      end.abort();
    });
    try {
      yield* card.read(until);
    } finally {
      end.abort();
    }
    if (this.#camera === card) this.#camera = undefined;
    else log.notice(`found ${this.#camera.description}`);
  }

  async #look(signal: AbortSignal): Promise<Camera | undefined> {
    for (let looks = 1; await sleep(this.#context.clock, LOOK_MS, signal); looks += 1) {
      const found = await this.#find(looks % CSI_EVERY === 0, signal);
      if (found !== undefined && !signal.aborted) return found;
    }
    return undefined;
  }

  async #find(withCsi: boolean, signal: AbortSignal): Promise<Camera | undefined> {
    const { v4l2 = {}, listPrograms, readPrograms } = this.#options;
    const { width, height, fps } = this.#settings;
    const mode = { width, height, fps };
    const [device] = await listV4l2Devices(v4l2.roots, signal);
    if (device !== undefined) {
      const settings = { ...mode, type: 'v4l2', device: v4l2Identity(device), format: 'auto', controls: [] } as const;
      return new V4l2Camera(settings, this.#context, v4l2);
    }
    const [sensor] = (withCsi ? await listCsiCameras(listPrograms, signal) : undefined) ?? [];
    if (sensor === undefined) return undefined;
    const { index } = sensor;
    const settings = { ...mode, type: 'rpicam', index, codec: 'mjpeg', sensorRotation: 0, lowLatency: false } as const;
    return new RpicamCamera(settings, this.#context, readPrograms);
  }
}
