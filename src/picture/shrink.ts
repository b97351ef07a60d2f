import { halved } from './halve.ts';
import { wordsOf } from './pixel-words.ts';
import { newPixels, type Pixels } from './pixels.ts';

/** Red and blue, or green and the last byte, of a pixel moved down by eight bits. */
const EVERY_OTHER_BYTE = 0x00ff00ff;
/** All bits of a byte but the lowest, in each of four bytes. */
const UPPER_BITS = 0xfefefefe | 0;
/** Pixels a side that are averaged at most: sums of 16 x 16 bytes still fit into 16 bits. */
const MAX_BOX = 16;

/**
 * The picture `width` pixels wide, in the same shape, each pixel the mean of those it stands for; itself when it is no
 * wider. Simple and in JavaScript: for test cards.
 */
export function shrunk(pixels: Pixels, width: number): Pixels {
  if (width < 1 || width >= pixels.width) return pixels;
  const height = Math.max(1, Math.round((pixels.height * width) / pixels.width));
  let source = pixels;
  while (canHalve(source, width, height)) source = halved(source);
  if (width === source.width && height === source.height) return source;
  const result = newPixels(width, height);
  if (source.width <= 2 * width && source.height <= 2 * height) averageUpToFour(source, result);
  else averageMany(source, result);
  return result;
}

/** Without losing a column or a row. */
function canHalve(source: Pixels, width: number, height: number): boolean {
  const isEven = source.width % 2 === 0 && source.height % 2 === 0;
  return isEven && source.width >= 2 * width && source.height >= 2 * height;
}

/** Where each pixel stands for one or two columns and one or two rows: the most usual case, without inner loops. */
function averageUpToFour(source: Pixels, result: Pixels): void {
  const from = wordsOf(source);
  const to = wordsOf(result);
  const columns = boxes(source.width, result.width);
  const rows = boxes(source.height, result.height);
  for (let y = 0, out = 0; y < result.height; y += 1) {
    const upper = (rows[2 * y] as number) * source.width;
    const lower = ((rows[2 * y + 1] as number) - 1) * source.width;
    for (let x = 0; x < result.width; x += 1, out += 1) {
      const left = columns[2 * x] as number;
      const right = (columns[2 * x + 1] as number) - 1;
      const top = meanOfTwo((from[upper + left] as number) | 0, (from[upper + right] as number) | 0);
      const bottom = meanOfTwo((from[lower + left] as number) | 0, (from[lower + right] as number) | 0);
      to[out] = meanOfTwo(top, bottom);
    }
  }
}

/** Of four bytes at once: what both have, and half of what only one has; nothing is carried from byte to byte. */
function meanOfTwo(a: number, b: number): number {
  return ((a & b) + (((a ^ b) & UPPER_BITS) >>> 1)) | 0;
}

function averageMany(source: Pixels, result: Pixels): void {
  const from = wordsOf(source);
  const to = wordsOf(result);
  const columns = boxes(source.width, result.width);
  const rows = boxes(source.height, result.height);
  for (let y = 0, out = 0; y < result.height; y += 1) {
    const top = rows[2 * y] as number;
    const bottom = rows[2 * y + 1] as number;
    for (let x = 0; x < result.width; x += 1, out += 1) {
      const left = columns[2 * x] as number;
      const right = columns[2 * x + 1] as number;
      // Two channels are summed up in one number, 16 bits each.
      let even = 0;
      let odd = 0;
      for (let row = top; row < bottom; row += 1) {
        for (let at = row * source.width + left, end = row * source.width + right; at < end; at += 1) {
          const word = from[at] as number;
          even = (even + (word & EVERY_OTHER_BYTE)) | 0;
          odd = (odd + ((word >>> 8) & EVERY_OTHER_BYTE)) | 0;
        }
      }
      to[out] = meanOf(even, odd, (bottom - top) * (right - left));
    }
  }
}

/** A pixel of the sums of `count` others. */
function meanOf(even: number, odd: number, count: number): number {
  const half = count >> 1;
  const first = Math.floor(((even & 0xffff) + half) / count);
  const second = Math.floor(((odd & 0xffff) + half) / count);
  const third = Math.floor(((even >>> 16) + half) / count);
  const fourth = Math.floor(((odd >>> 16) + half) / count);
  return first | (second << 8) | (third << 16) | (fourth << 24);
}

/** From where to where each pixel of the smaller side is taken, one pair after the other. */
function boxes(from: number, to: number): Uint16Array {
  const pairs = new Uint16Array(2 * to);
  for (let i = 0; i < to; i += 1) {
    const start = Math.floor((i * from) / to);
    pairs[2 * i] = start;
    pairs[2 * i + 1] = Math.min(Math.max(start + 1, Math.floor(((i + 1) * from) / to)), start + MAX_BOX);
  }
  return pairs;
}
