import type { CameraSourceSettings, PictureTreatment } from '../core/camera-settings.ts';
import type { StillFormat } from '../core/picture.ts';
import type { CommonMessage } from './messages.ts';

/** All a camera's worker needs to know; the first command on its link. */
export interface CameraWorkerSettings {
  /** Name of the camera, for its log lines and to be burnt in. */
  readonly name: string;
  readonly source: CameraSourceSettings;
  readonly treatment: PictureTreatment;
}

/** What a camera's worker tells. */
export type CameraMessage =
  | CommonMessage
  /** A frame has been taken; its pixels are kept for a while. Numbers count from 1 in each process. */
  | {
      readonly type: 'frame';
      readonly sequence: number;
      readonly ptsUs: number;
      readonly width: number;
      readonly height: number;
    }
  /** The answer to `encode`; the attachment is the picture. Without one the frame is gone or damaged. */
  | {
      readonly type: 'picture';
      readonly request: number;
      /** The frame that it is of: the one that was asked for, or the newest when that was gone. */
      readonly sequence: number;
      readonly ptsUs: number;
      readonly width: number;
      readonly height: number;
      readonly encodeUs: number;
    }
  /** A coded picture of a camera that delivers H.264; the attachment is in Annex B. */
  | {
      readonly type: 'video-unit';
      readonly codec: 'h264';
      readonly ptsUs: number;
      readonly durationUs: number;
      readonly isKeyframe: boolean;
    };

/** What a camera's worker is told. */
export type CameraCommand =
  | { readonly type: 'open'; readonly settings: CameraWorkerSettings; readonly fps: number }
  /** Frames a second that are wanted at most. */
  | { readonly type: 'rate'; readonly fps: number }
  /** Asks for a frame as a picture; `picture` answers. */
  | {
      readonly type: 'encode';
      readonly request: number;
      readonly sequence: number;
      readonly level: number;
      /** Pixels; 0: the frame's own. */
      readonly width: number;
      readonly format: StillFormat;
      /** From this level on, the camera's own JPEG will do. */
      readonly topLevel: number;
    }
  /** Whether coded pictures are wanted as they come. */
  | { readonly type: 'want-video'; readonly isWanted: boolean };
