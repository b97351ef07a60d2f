import type { PictureTreatment } from '../core/camera-settings.ts';
import { type PixelWords, wordsOf } from './pixel-words.ts';
import { newPixels, type Pixels } from './pixels.ts';

/** Pixels a side of the squares in which quarter turns go, so that rows read and rows written stay in the cache. */
const BLOCK = 32;

/**
 * The picture turned clockwise by `rotate` degrees, then mirrored. The result is a new picture, or the same one where
 * there is nothing to do.
 */
export function turned(pixels: Pixels, rotate: PictureTreatment['rotate'], flip: PictureTreatment['flip']): Pixels {
  // Half a turn is the same as mirroring both ways; so only two booleans are left, and whether rows become columns.
  const isHalf = rotate === 180 || rotate === 270;
  const isLeftRight = isHalf !== (flip === 'horizontal' || flip === 'both');
  const isUpDown = isHalf !== (flip === 'vertical' || flip === 'both');
  if (rotate === 90 || rotate === 270) return quarterTurned(pixels, isLeftRight, isUpDown);
  return isLeftRight || isUpDown ? mirrored(pixels, isLeftRight, isUpDown) : pixels;
}

function mirrored(pixels: Pixels, isLeftRight: boolean, isUpDown: boolean): Pixels {
  const { width, height } = pixels;
  const result = newPixels(width, height);
  const from = wordsOf(pixels);
  const to = wordsOf(result);
  for (let y = 0; y < height; y += 1) {
    const source = (isUpDown ? height - 1 - y : y) * width;
    const target = y * width;
    if (isLeftRight) reverseRow(from, source, to, target, width);
    else to.set(from.subarray(source, source + width), target);
  }
  return result;
}

function reverseRow(from: PixelWords, source: number, to: PixelWords, target: number, width: number): void {
  for (let x = 0, last = source + width - 1; x < width; x += 1) to[target + x] = from[last - x] as number;
}

/** Clockwise by 90 degrees, then mirrored as told. */
function quarterTurned(pixels: Pixels, isLeftRight: boolean, isUpDown: boolean): Pixels {
  const result = newPixels(pixels.height, pixels.width);
  const from = wordsOf(pixels);
  const to = wordsOf(result);
  const { width, height } = result;
  // Along a row of the result one goes up a column of the source, from its left column on.
  const step = isLeftRight ? pixels.width : -pixels.width;
  const corner = isLeftRight ? 0 : pixels.width * (pixels.height - 1);
  for (let top = 0; top < height; top += BLOCK) {
    const bottom = Math.min(top + BLOCK, height);
    for (let left = 0; left < width; left += BLOCK) {
      const right = Math.min(left + BLOCK, width);
      for (let y = top; y < bottom; y += 1) {
        let source = corner + (isUpDown ? height - 1 - y : y) + left * step;
        for (let out = y * width + left, end = y * width + right; out < end; out += 1, source += step) {
          to[out] = from[source] as number;
        }
      }
    }
  }
  return result;
}
