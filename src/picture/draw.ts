import { GAP, GLYPH_COLUMNS, GLYPH_PITCH, GLYPH_ROWS, glyphRows, glyphsOf } from './bitmap-font.ts';
import { type PixelWords, putWords, wordOf, wordsOf } from './pixel-words.ts';
import type { Pixels } from './pixels.ts';

export interface TextStyle {
  /** Where its box begins (see textSize), pixels; may lie outside the picture. */
  readonly left: number;
  readonly top: number;
  /** Pixels a side of one dot of the font, whole ones. */
  readonly scale: number;
  /** 0xRRGGBB. */
  readonly colour: number;
  /** Fills the box; without, what is there stays. */
  readonly background?: number;
}

/** The box of one line of text, a gap of one dot around it included. Pixels. */
export function textSize(text: string, scale: number): { readonly width: number; readonly height: number } {
  return boxOf(glyphsOf(text).length, wholeScale(scale));
}

/** Writes one line of text in a font of dots, as far as it lies within the picture. */
export function drawText(pixels: Pixels, text: string, style: TextStyle): void {
  const { colour, background } = style;
  const scale = wholeScale(style.scale);
  const left = Math.round(style.left);
  const top = Math.round(style.top);
  const glyphs = glyphsOf(text);
  const words = wordsOf(pixels);
  if (background !== undefined) {
    const { width, height } = boxOf(glyphs.length, scale);
    fillWords(words, pixels, left, top, width, height, wordOf(background));
  }
  const word = wordOf(colour);
  for (let i = 0, x = left + GAP * scale; i < glyphs.length && x < pixels.width; i += 1, x += GLYPH_PITCH * scale) {
    if (x + GLYPH_PITCH * scale > 0) drawGlyph(words, pixels, glyphs[i] as number, x, top + GAP * scale, scale, word);
  }
  putWords(pixels, words);
}

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

function boxOf(glyphs: number, scale: number): { width: number; height: number } {
  return { width: (glyphs * GLYPH_PITCH + GAP) * scale, height: (GLYPH_ROWS + 2 * GAP) * scale };
}

function wholeScale(scale: number): number {
  return Math.max(1, Math.round(scale));
}

/**
 * A dot is a square of `scale` pixels. Where two dots touch only at a corner, both squares beside them are filled
 * half, so that slanted strokes have straight edges in large letters.
 */
function drawGlyph(
  words: PixelWords,
  size: Pixels,
  glyph: number,
  left: number,
  top: number,
  scale: number,
  word: number,
): void {
  const rows = glyphRows(glyph);
  for (let row = 0; row < GLYPH_ROWS; row += 1) {
    // Shifted by one, so that the column left of the first can be asked for like any other.
    const above = (rows[row - 1] ?? 0) << 1;
    const here = (rows[row] as number) << 1;
    const below = (rows[row + 1] ?? 0) << 1;
    if ((above | here | below) === 0) continue;
    for (let line = 0; line < scale; line += 1) {
      const y = top + row * scale + line;
      if (y < 0 || y >= size.height) continue;
      const start = y * size.width;
      for (let column = 0; column < GLYPH_COLUMNS; column += 1) {
        const x = left + column * scale;
        if (((here >> (column + 1)) & 1) === 1) {
          fillRun(words, start, size.width, x, x + scale, word);
          continue;
        }
        const slantLeft = slant(above, here, below, column + 1, column, line, scale);
        if (slantLeft > 0) fillRun(words, start, size.width, x, x + slantLeft, word);
        const slantRight = slant(above, here, below, column + 1, column + 2, line, scale);
        if (slantRight > 0) fillRun(words, start, size.width, x + scale - slantRight, x + scale, word);
      }
    }
  }
}

/** How far an empty dot is filled in one of its lines from the side where its neighbour `beside` is. */
function slant(
  above: number,
  here: number,
  below: number,
  dot: number,
  beside: number,
  line: number,
  scale: number,
): number {
  if (((here >> beside) & 1) === 0) return 0;
  const isDown = ((above >> dot) & 1) === 1 && ((above >> beside) & 1) === 0;
  const isUp = ((below >> dot) & 1) === 1 && ((below >> beside) & 1) === 0;
  return Math.max(isDown ? scale - 1 - line : 0, isUp ? line : 0);
}

function fillRun(words: PixelWords, start: number, width: number, from: number, to: number, word: number): void {
  const end = start + Math.min(width, to);
  for (let at = start + Math.max(0, from); at < end; at += 1) words[at] = word;
}
