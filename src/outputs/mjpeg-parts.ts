import type { Picture } from '../core/picture.ts';

const BOUNDARY = 'pipit-picture';
const DELIMITER = `--${BOUNDARY}\r\n`;

/**
 * What stands around the pictures of a stream (multipart/x-mixed-replace, as Netscape invented it and RFC 2046 has its
 * parts). Browsers show a part when they see the delimiter that follows, so that one is sent along with the part, not
 * with the next: otherwise everybody would see the picture before.
 */
export class MjpegParts {
  /** The stream's media type. */
  readonly contentType = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;
  /** What comes before the first part. */
  readonly opening = DELIMITER;
  /** What comes after each picture. */
  readonly tail: Uint8Array = Buffer.from(`\r\n${DELIMITER}`, 'latin1');
  readonly #wallTimeUs: (ptsUs: number) => number;
  /** Made once for all who are sent the picture; gone with it. */
  readonly #heads = new WeakMap<Picture, Uint8Array>();

  /** @param wallTimeUs a moment of CLOCK_MONOTONIC in microseconds since 1970 */
  constructor(wallTimeUs: (ptsUs: number) => number) {
    this.#wallTimeUs = wallTimeUs;
  }

  /**
   * The head of a picture's part. `X-Timestamp` is when it was taken, in seconds since 1970, as other servers of such
   * streams say it.
   */
  headOf(picture: Picture): Uint8Array {
    const known = this.#heads.get(picture);
    if (known !== undefined) return known;
    const head = Buffer.from(
      'Content-Type: image/jpeg\r\n' +
        `Content-Length: ${picture.data.length}\r\n` +
        `X-Timestamp: ${(Math.round(this.#wallTimeUs(picture.ptsUs)) / 1e6).toFixed(6)}\r\n` +
        `X-Pipit-Sequence: ${picture.sequence}\r\n` +
        `X-Pipit-Level: ${picture.level}\r\n\r\n`,
      'latin1',
    );
    this.#heads.set(picture, head);
    return head;
  }
}
