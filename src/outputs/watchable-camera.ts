import type { StillFormat } from '../core/picture.ts';
import type { PictureSink, ViewerWish } from '../frames/picture-sink.ts';

/** How a viewer is connected: a multipart stream or a WebSocket. */
export type PictureTransport = 'mjpeg' | 'ws';

/** Who watches. */
export interface ViewerInfo {
  readonly id: number;
  readonly address: string;
  readonly userAgent: string;
  readonly transport: PictureTransport;
}

/** One who watches. It leaves by closing its sink. */
export interface WatchingViewer {
  /** May be set at any time. */
  wish: ViewerWish;
}

/** What a still is wanted as. */
export interface StillWish {
  /** JPEG quality on libjpeg's scale; undefined: as the camera's settings have it. */
  readonly level: number | undefined;
  /** Pixels; 0 is the camera's own. */
  readonly width: number;
  readonly format: StillFormat;
}

/** A single picture. Immutable. */
export interface Still {
  /** False: it shows that there is no signal. */
  readonly isLive: boolean;
  readonly sequence: number;
  /** When it was taken, microseconds of CLOCK_MONOTONIC. */
  readonly ptsUs: number;
  readonly level: number;
  readonly format: StillFormat;
  readonly data: Buffer;
  /** Differs whenever `data` does, without quotes: letters, digits, `-`, `_`, `.`. */
  readonly etag: string;
}

/** What the outputs need to know of a camera. */
export interface WatchableCamera {
  readonly name: string;
  /** From now on its pictures go to `sink`, as `wish` and the connection allow, until one of them ends. */
  join(sink: PictureSink, wish: ViewerWish, info: ViewerInfo): WatchingViewer;
  /**
   * The picture of now, never older than one frame interval; a camera that is closed is opened for it. A picture that
   * says so where there is no signal. Rejects when `signal` aborts.
   */
  still(wish: StillWish, signal: AbortSignal): Promise<Still>;
}
