import type { Picture } from '../core/picture.ts';

/** Where a viewer's pictures go: a connection, behind whatever way of sending it speaks. */
export interface PictureSink {
  /**
   * Sends one picture and keeps a reference to its bytes until they are out. False: the connection has not taken all
   * of it; `onDrain` follows, and nothing may be sent before. After `close` it does nothing and says true.
   */
  send(picture: Picture): boolean;
  /**
   * Everything that was handed over has been taken, by the system at least. Set by who uses the sink; is called only
   * after `send` said false.
   */
  onDrain: () => void;
  /** The connection has ended, whoever ended it; once. */
  onClose: () => void;
  close(): void;
  /**
   * Bytes handed over since the connection began that have not reached the other side, as the system knows it (the
   * transport's queue of unacknowledged bytes); undefined where it does not tell. A figure that is some tens of
   * milliseconds old will do.
   */
  readonly unacknowledgedBytes: number | undefined;
  /**
   * The moment, microseconds, up to which acknowledgements are in that figure; what was sent since then counts as
   * unacknowledged. Undefined: now.
   */
  readonly acknowledgedUs?: number | undefined;
  /** Bytes handed over since the connection began, framing included. */
  readonly bytesSent: number;
}

/** What a viewer has asked for. May change while it watches. */
export interface ViewerWish {
  /** A JPEG quality, snapped to a level; or as good as its link and the box allow. */
  readonly level: number | 'auto';
  /** Pictures a second at most; Infinity: all that the camera delivers. */
  readonly fps: number;
  /** Pixels; 0 is the camera's own. */
  readonly width: number;
}
