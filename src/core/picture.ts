/** One picture as the camera took it; its pixels stay with the worker until somebody wants them. */
export interface Frame {
  /** Counts up from 1 for as long as the camera is known, over restarts of its worker too. */
  readonly sequence: number;
  /** When it was taken, microseconds of CLOCK_MONOTONIC. */
  readonly ptsUs: number;
  /** As viewers see it: turned already. */
  readonly width: number;
  readonly height: number;
}

/** What of a frame is wanted. */
export interface PictureWish {
  /** JPEG quality on libjpeg's scale, 1 to 100. */
  readonly level: number;
  /** Pixels; 0 is the frame's own. Never more than that. */
  readonly width: number;
}

/** A frame as a JPEG. Immutable; whoever sends it keeps a reference, never a copy. */
export interface Picture extends Frame {
  /** The quality that was asked for. The camera's own JPEG stands for it where that is no better. */
  readonly level: number;
  readonly data: Buffer;
  /** What decoding, treating and encoding took in the worker, microseconds; 0 for the camera's own JPEG. */
  readonly encodeUs: number;
}

/** Makes JPEGs of frames it has announced. */
export interface PictureEncoder {
  /**
   * Resolves with the picture, its width and height as encoded; with undefined when the frame is gone, damaged or
   * the worker has ended meanwhile: then a newer one will do. Never rejects.
   */
  encode(frame: Frame, wish: PictureWish): Promise<Picture | undefined>;
}

/** What a still can be, by FFmpeg's names. */
export const STILL_FORMATS = ['jpeg', 'webp', 'avif'] as const;
export type StillFormat = (typeof STILL_FORMATS)[number];
