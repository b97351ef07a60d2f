import type { SourceStatus } from '../core/source-status.ts';
import { encodeJpeg } from '../picture/jpeg-turbo.ts';
import { drawNoSignal } from '../picture/no-signal.ts';

/** What viewers see while there is no picture. */
export interface NoSignalText {
  readonly heading: string;
  readonly lines: readonly string[];
}

/** Clear enough for letters, and small. */
const QUALITY = 80;

/**
 * Draws what viewers see while a camera has no picture. The last one is kept: it changes once a minute at most, and
 * all viewers are shown the same.
 */
export class NoSignalStill {
  #key = '';
  #jpeg: Promise<Buffer> | undefined;

  /** A JPEG of that size; the same Buffer for as long as the text stays the same. */
  picture(text: NoSignalText, width: number, height: number): Promise<Buffer> {
    const key = JSON.stringify([text, width, height]);
    if (this.#jpeg === undefined || key !== this.#key) {
      this.#key = key;
      this.#jpeg = encodeJpeg(drawNoSignal({ width, height, ...text }), QUALITY);
    }
    return this.#jpeg;
  }
}

/**
 * Why there is no picture, in words for whoever watches.
 * @param since when the last one came, or when the camera was turned to
 */
export function noSignalText(name: string, status: SourceStatus, isMuted: boolean, since: Date): NoSignalText {
  const sinceLine = `since ${timeOf(since)}`;
  if (isMuted) return { heading: 'CAMERA IS MUTED', lines: [name, sinceLine] };
  if (status.state === 'starting' || status.state === 'opening')
    return { heading: 'STARTING', lines: [name, sinceLine] };
  return { heading: 'NO SIGNAL', lines: [name, sinceLine, status.error?.message ?? status.detail] };
}

function timeOf(date: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}
