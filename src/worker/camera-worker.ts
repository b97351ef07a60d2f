import type { Clock } from '../core/clock.ts';
import type { Frame, Picture, PictureEncoder, PictureWish, StillFormat } from '../core/picture.ts';
import type { SourceStatus } from '../core/source-status.ts';
import type { VideoUnit } from '../core/video-unit.ts';
import type { CameraCommand, CameraMessage, CameraWorkerSettings } from './camera-messages.ts';
import type { Link } from './link.ts';
import { WorkerProcess, type WorkerProcessDeps, type WorkerProcessOwner } from './worker-process.ts';

export interface CameraWorkerOptions {
  readonly settings: CameraWorkerSettings;
  /** A camera that delivers nothing for this long is down, and its process is replaced. May change. */
  readonly sourceTimeoutMs: () => number;
  /** The program of the worker process, as arguments for Node. */
  readonly program: readonly string[];
  /** From this level on, the camera's own JPEG will do. May change. */
  readonly topLevel: () => number;
}

/** Told what the worker delivers. */
export interface CameraWorkerEvents {
  onFrame(frame: Frame): void;
  /** Its data is immutable. */
  onVideoUnit(unit: VideoUnit): void;
  /** `status` has changed. */
  onStatus(): void;
}

interface Request {
  readonly askedUs: number;
  readonly level: number;
  readonly resolve: (picture: Picture | undefined) => void;
}

/** AVIF takes seconds on a slow box, and some may wait for their turn; what takes longer than this never ends. */
const STUCK_US = 60e6;
/** More than viewers of all levels and widths ask for at a time; then the worker is in trouble. */
const MAX_REQUESTS = 64;

/** The worker process of one camera, as the main process sees it. */
export class CameraWorker implements PictureEncoder, WorkerProcessOwner, AsyncDisposable {
  readonly settings: CameraWorkerSettings;
  readonly #clock: Clock;
  readonly #process: WorkerProcess;
  readonly #topLevel: () => number;
  readonly #events: CameraWorkerEvents;
  readonly #requests = new Map<number, Request>();
  #lastRequest = 0;
  /** Frames of all processes before this one. */
  #firstSequence = 0;
  #lastSequence = 0;
  #fps = Number.POSITIVE_INFINITY;
  #isVideoWanted = false;

  constructor(deps: WorkerProcessDeps, options: CameraWorkerOptions, events: CameraWorkerEvents) {
    const { settings, program, sourceTimeoutMs, topLevel } = options;
    this.settings = settings;
    this.#clock = deps.clock;
    this.#topLevel = topLevel;
    this.#events = events;
    this.#process = new WorkerProcess(deps, { program, timeoutMs: sourceTimeoutMs, product: 'picture' }, this);
  }

  get status(): SourceStatus {
    return this.#process.status;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Starts the process; does nothing when it runs. */
  start(): void {
    this.#process.start();
  }

  /** Ends the process and waits for its end. It may be started again. */
  stop(): Promise<void> {
    return this.#process.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Frames a second that somebody wants at most. */
  setRate(fps: number): void {
    if (fps === this.#fps) return;
    this.#fps = fps;
    this.#command({ type: 'rate', fps: sendable(fps) });
  }

  /**
   * Whether `onVideoUnit` is to be called: where the camera delivers H.264, and nothing is done to its pictures. It
   * may begin between two keyframes.
   */
  wantVideo(isWanted: boolean): void {
    this.#isVideoWanted = isWanted;
    this.#command({ type: 'want-video', isWanted });
  }

  encode(frame: Frame, wish: PictureWish): Promise<Picture | undefined> {
    return this.encodeStill(frame, wish, 'jpeg');
  }

  /** As `encode`, in a format of its own. */
  encodeStill(frame: Frame, { level, width }: PictureWish, format: StillFormat): Promise<Picture | undefined> {
    const sequence = frame.sequence - this.#firstSequence;
    const { link } = this.#process;
    if (link === undefined || sequence < 1 || this.#requests.size >= MAX_REQUESTS) return Promise.resolve(undefined);
    const request = ++this.#lastRequest;
    const topLevel = this.#topLevel();
    link.send({ type: 'encode', request, sequence, level, width, format, topLevel } satisfies CameraCommand);
    return new Promise((resolve) => this.#requests.set(request, { askedUs: this.#clock.nowUs(), level, resolve }));
  }

  onStart(link: Link): void {
    // What the process before this one was asked, it will not answer any more.
    this.onEnd();
    this.#firstSequence = this.#lastSequence;
    const { settings } = this;
    link.send({ type: 'open', settings, fps: sendable(this.#fps) } satisfies CameraCommand);
    if (this.#isVideoWanted) this.wantVideo(true);
  }

  onMessage(any: { readonly type: string }, attachment: Buffer | undefined): boolean {
    const message = any as CameraMessage;
    switch (message.type) {
      case 'frame': {
        const { ptsUs, width, height } = message;
        this.#lastSequence = this.#firstSequence + message.sequence;
        this.#events.onFrame({ sequence: this.#lastSequence, ptsUs, width, height });
        if (this.#isStuck()) this.#process.replace('a picture is never finished');
        return true;
      }
      case 'picture':
        this.#answer(message, attachment);
        break;
      case 'video-unit':
        if (attachment !== undefined) {
          const { codec, ptsUs, durationUs, isKeyframe } = message;
          this.#events.onVideoUnit({ codec, ptsUs, durationUs, isKeyframe, data: attachment });
        }
        break;
      default:
    }
    return false;
  }

  onEnd(): void {
    const open = [...this.#requests.values()];
    this.#requests.clear();
    for (const { resolve } of open) resolve(undefined);
  }

  onStatus(): void {
    this.#events.onStatus();
  }

  /** Frames come, but who asks for a picture waits for ever. */
  #isStuck(): boolean {
    const oldest = this.#requests.values().next().value;
    return oldest !== undefined && this.#clock.nowUs() - oldest.askedUs > STUCK_US;
  }

  #answer(message: Extract<CameraMessage, { type: 'picture' }>, data: Buffer | undefined): void {
    const request = this.#requests.get(message.request);
    if (request === undefined) return;
    this.#requests.delete(message.request);
    const { level } = request;
    const { ptsUs, width, height, encodeUs } = message;
    const sequence = this.#firstSequence + message.sequence;
    request.resolve(data && { sequence, ptsUs, width, height, level, data, encodeUs });
  }

  #command(command: CameraCommand): void {
    this.#process.link?.send(command);
  }
}

/** JSON has no Infinity. */
function sendable(fps: number): number {
  return Math.min(fps, 1_000);
}
