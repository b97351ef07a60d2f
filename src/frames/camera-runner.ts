import type { Frame, Picture, PictureEncoder, PictureWish } from '../core/picture.ts';
import type { SourceStatus } from '../core/source-status.ts';
import type { StillFormat } from './still-taker.ts';

/** Whatever runs a camera. */
export interface CameraRunner extends PictureEncoder {
  readonly status: SourceStatus;
  start(): void;
  stop(): Promise<void>;
  /** Frames a second that are wanted at most. */
  setRate(fps: number): void;
  /** Whether coded pictures are wanted as they come. */
  wantVideo(isWanted: boolean): void;
  /** As `encode`, in a format of its own. */
  encodeStill(frame: Frame, wish: PictureWish, format: StillFormat): Promise<Picture | undefined>;
}

/** A coded picture of a camera that delivers H.264, for outputs that pass it on as it is. Immutable. */
export interface FeedVideoUnit {
  readonly codec: 'h264';
  /** Microseconds of CLOCK_MONOTONIC. */
  readonly ptsUs: number;
  readonly durationUs: number;
  /** Decoding can begin here. */
  readonly isKeyframe: boolean;
  /** Annex B, parameter sets in front of each keyframe. */
  readonly data: Buffer;
}
