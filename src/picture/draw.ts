import { type PixelWords, putWords, wordOf, wordsOf } from './pixel-words.ts';
import type { Pixels } from './pixels.ts';

/**
 * Fills a rectangle, as far as it lies within the picture.
 * @param colour 0xRRGGBB
 */
export function fillRectangle(
  pixels: Pixels,
  x: number,
  y: number,
  width: number,
  height: number,
  colour: number,
): void {
  const words = wordsOf(pixels);
  fillWords(words, pixels, x, y, width, height, wordOf(colour));
  putWords(pixels, words);
}

function fillWords(
  words: PixelWords,
  size: Pixels,
  x: number,
  y: number,
  width: number,
  height: number,
  word: number,
): void {
  const left = Math.max(0, Math.round(x));
  const right = Math.min(size.width, Math.round(x + width));
  const top = Math.max(0, Math.round(y));
  const bottom = Math.min(size.height, Math.round(y + height));
  if (left >= right) return;
  for (let row = top; row < bottom; row += 1) words.fill(word, row * size.width + left, row * size.width + right);
}
