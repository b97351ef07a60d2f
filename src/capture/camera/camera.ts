import type { Clock } from '../../core/clock.ts';
import type { CounterSet } from '../../core/counters.ts';
import type { Log } from '../../core/log.ts';
import type { VideoUnit } from '../../core/video-unit.ts';
import type { Pixels } from '../../picture/pixels.ts';

/** A picture as a camera delivers it. Who receives it owns it and disposes of it, at the latest to free its memory. */
export interface CapturedFrame extends Disposable {
  /** When it was taken, microseconds of CLOCK_MONOTONIC. */
  readonly ptsUs: number;
  readonly width: number;
  readonly height: number;
  /**
   * The camera's own JPEG, whole as far as its markers tell, the size checked, its bytes not yet decoded; undefined for
   * cameras that deliver pixels. Immutable.
   */
  readonly jpeg: Buffer | undefined;
  /**
   * Its pixels, scaled to `width` (with the same shape) when that is smaller than its own. Only for frames without
   * `jpeg`. The result is the caller's, who may free it (`freePixels`). May be called more than once.
   */
  toPixels(width: number): Pixels;
}

/** What every camera is given. */
export interface CameraContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  /**
   * Pictures a second that somebody wants; more need not be decoded. Infinity: all there are. Changes while the
   * camera runs, so it is asked for each frame.
   */
  readonly fps: () => number;
  /** Called with each coded picture, in decoding order; only where H.264 comes in. Its data is valid until the call returns. */
  onVideoUnit?(unit: VideoUnit): void;
}

/** Where pictures come from. */
export interface Camera {
  /** One line for status and log: what is opened, without secrets. */
  readonly description: string;
  /**
   * Opens the camera and yields its pictures as they come, in real time, until it ends (return), fails (DeviceError,
   * MediaError or NetworkError) or `signal` aborts (return). Damaged pictures are counted
   * (`capture_damaged_frames_total`) and left out. May be called again after it has ended; everything it opened is
   * closed by then.
   */
  read(signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined>;
}
