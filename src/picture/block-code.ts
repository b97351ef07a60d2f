import { fillRectangle } from './draw.ts';
import type { Pixels } from './pixels.ts';

/*
 * Numbers in a picture that a program can read back, from a picture that was scaled down and compressed hard, too: two
 * rows of 32 squares at the upper edge, as wide as the picture together. White is 1; the highest bit is on the left. The
 * first row holds the frame, the second the milliseconds, 24 bits each, and each 8 bits of a checksum over both.
 */

/** What the squares say. Both count modulo CODE_MODULUS. */
export interface BlockCode {
  /** The number of the picture. */
  readonly frame: number;
  /** When it was taken, milliseconds of CLOCK_MONOTONIC. */
  readonly ms: number;
}

export const CODE_MODULUS = 2 ** 24;
export const CODE_COLUMNS = 32;
export const CODE_ROWS = 2;

const WHITE = 0xffffff;
const BLACK = 0x000000;

/** Where square `i` begins in a picture that is `width` wide, in pixels: from the left, or from the top. */
export function codeEdge(i: number, width: number): number {
  return Math.round((i * width) / CODE_COLUMNS);
}

/** Draws the squares. */
export function drawBlockCode(pixels: Pixels, code: BlockCode): void {
  rowsOf(code).forEach((bits, row) => {
    const top = codeEdge(row, pixels.width);
    const height = codeEdge(row + 1, pixels.width) - top;
    for (let column = 0; column < CODE_COLUMNS; column += 1) {
      const left = codeEdge(column, pixels.width);
      const isWhite = ((bits >>> (CODE_COLUMNS - 1 - column)) & 1) === 1;
      fillRectangle(pixels, left, top, codeEdge(column + 1, pixels.width) - left, height, isWhite ? WHITE : BLACK);
    }
  });
}

/** The bits of both rows, 32 each. */
function rowsOf(code: BlockCode): [number, number] {
  const frame = code.frame % CODE_MODULUS;
  const ms = code.ms % CODE_MODULUS;
  const check = checksum(frame, ms);
  return [((frame << 8) | (check >> 8)) >>> 0, ((ms << 8) | (check & 255)) >>> 0];
}

/** What two rows of 32 bits say; undefined when their checksum is another. */
export function codeOf(first: number, second: number): BlockCode | undefined {
  const frame = first >>> 8;
  const ms = second >>> 8;
  const check = ((first & 255) << 8) | (second & 255);
  return checksum(frame, ms) === check ? { frame, ms } : undefined;
}

/** CRC-16 by x^16 + x^12 + x^5 + 1, from ones, so that neither all black nor all white is right. */
function checksum(frame: number, ms: number): number {
  let crc = 0xffff;
  for (const number of [frame, ms]) {
    for (let bit = 23; bit >= 0; bit -= 1) {
      const isOdd = ((crc >> 15) & 1) !== ((number >> bit) & 1);
      crc = ((crc << 1) & 0xffff) ^ (isOdd ? 0x1021 : 0);
    }
  }
  return crc;
}
