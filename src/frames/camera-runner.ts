import type { Frame, Picture, PictureEncoder, PictureWish, StillFormat } from '../core/picture.ts';
import type { SourceStatus } from '../core/source-status.ts';

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
