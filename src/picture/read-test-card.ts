import { type BlockCode, CODE_COLUMNS, CODE_MODULUS, codeEdge, codeOf } from './block-code.ts';
import { BYTES_PER_PIXEL, type Pixels } from './pixels.ts';

/** Brighter is white, 0 to 255; darker than its opposite is black; between them nothing can be said. */
const WHITE = 150;

/**
 * Which picture of the test card this is and when it was taken, off its squares; undefined when it is no picture of the
 * test card, or too damaged to tell. Of any size, upright and not mirrored.
 */
export function readTestCard(pixels: Pixels): BlockCode | undefined {
  const first = bitsOf(pixels, 0);
  const second = first === undefined ? undefined : bitsOf(pixels, 1);
  return first === undefined || second === undefined ? undefined : codeOf(first, second);
}

/**
 * How old a picture is, milliseconds. For pictures of the last four hours: then the count begins again.
 * @param nowUs CLOCK_MONOTONIC of the same machine
 */
export function testCardAgeMs(code: BlockCode, nowUs: number): number {
  const age = ((nowUs / 1000) % CODE_MODULUS) - code.ms;
  return age < 0 ? age + CODE_MODULUS : age;
}

function bitsOf(pixels: Pixels, row: number): number | undefined {
  let bits = 0;
  for (let column = 0; column < CODE_COLUMNS; column += 1) {
    const brightness = brightnessOf(pixels, column, row);
    if (!(brightness > WHITE || brightness < 255 - WHITE)) return undefined;
    bits = (bits << 1) | (brightness > WHITE ? 1 : 0);
  }
  return bits >>> 0;
}

/** The mean of the inner part of a square, which its neighbours do not blur. NaN outside of the picture. */
function brightnessOf({ width, height, data }: Pixels, column: number, row: number): number {
  const left = codeEdge(column + 0.25, width);
  const right = Math.max(left + 1, codeEdge(column + 0.75, width));
  const top = codeEdge(row + 0.25, width);
  const bottom = Math.max(top + 1, codeEdge(row + 0.75, width));
  if (right > width || bottom > height) return Number.NaN;
  let sum = 0;
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      const at = (y * width + x) * BYTES_PER_PIXEL;
      sum += (data[at] as number) + 2 * (data[at + 1] as number) + (data[at + 2] as number);
    }
  }
  return sum / (4 * (right - left) * (bottom - top));
}
