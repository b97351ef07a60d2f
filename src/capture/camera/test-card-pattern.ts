import { fillRectangle } from '../../picture/draw.ts';
import { BYTES_PER_PIXEL, type Pixels } from '../../picture/pixels.ts';

/** From light to dark, at three quarters of full strength, as test cards have them. */
const BARS = [0xbfbfbf, 0xbfbf00, 0x00bfbf, 0x00bf00, 0xbf00bf, 0xbf0000, 0x0000bf, 0x101010];
const GRAYS = 16;
const GROUND = 0x5a6068;
const GRID = 0x9aa2ab;
/** Squares of the grid across the picture. */
const GRID_COLUMNS = 16;
const STAR_RAYS = 24;
/** Widths of the lines that tell sharpness, pixels. */
const LINE_WIDTHS = [1, 2, 3, 4];

/**
 * Draws what does not change between two heights of the picture: colours, grays, and what shows sharpness and shape.
 * Takes tens of milliseconds.
 */
export function drawTestPattern(pixels: Pixels, top: number, bottom: number): void {
  const { width } = pixels;
  const barHeight = Math.round((bottom - top) * 0.16);
  const grayHeight = Math.round((bottom - top) * 0.1);
  const gridTop = top + barHeight;
  const gridBottom = bottom - grayHeight;
  const gridHeight = gridBottom - gridTop;
  const middle = (gridTop + gridBottom) / 2;
  drawGrid(pixels, gridTop, gridBottom);
  const starRadius = Math.min(width * 0.1, gridHeight * 0.3);
  for (const x of [width * 0.11, width * 0.89]) drawStar(pixels, x, middle, starRadius);
  drawRing(pixels, width / 2, middle, Math.min(gridHeight * 0.48, width * 0.45), Math.max(1.5, width / 320));
  drawLines(pixels, width / 2, gridTop + gridHeight * 0.05, gridHeight * 0.08);
  drawStripes(pixels, 0, barHeight, top, BARS);
  drawStripes(pixels, 0, grayHeight, gridBottom, graySteps());
}

function drawGrid(pixels: Pixels, top: number, bottom: number): void {
  const { width } = pixels;
  const step = width / GRID_COLUMNS;
  const thickness = Math.max(1, Math.round(width / 640));
  fillRectangle(pixels, 0, top, width, bottom - top, GROUND);
  for (let x = step / 2; x < width; x += step) fillRectangle(pixels, x, top, thickness, bottom - top, GRID);
  const middle = (top + bottom) / 2;
  const rows = Math.floor((bottom - top) / 2 / step);
  for (let row = -rows; row <= rows; row += 1) {
    const y = middle + row * step;
    if (y >= top && y + thickness <= bottom) fillRectangle(pixels, 0, y, width, thickness, GRID);
  }
}

function drawStripes(pixels: Pixels, left: number, height: number, top: number, colours: readonly number[]): void {
  const width = (pixels.width - left) / colours.length;
  colours.forEach((colour, i) => {
    fillRectangle(pixels, left + i * width, top, width, height, colour);
  });
}

function graySteps(): number[] {
  return Array.from({ length: GRAYS }, (_, i) => Math.round((i * 255) / (GRAYS - 1)) * 0x010101);
}

/** Pairs of black and white lines, upright, from fine to coarse: the finest that can be told apart is the sharpness. */
function drawLines(pixels: Pixels, centre: number, top: number, height: number): void {
  const pairs = 6;
  const widths = LINE_WIDTHS.map((line) => 2 * pairs * line);
  const gap = 8;
  let left = Math.round(centre - (widths.reduce((sum, width) => sum + width, 0) + gap * (widths.length - 1)) / 2);
  LINE_WIDTHS.forEach((line, i) => {
    for (let pair = 0; pair < pairs; pair += 1) {
      fillRectangle(pixels, left + 2 * pair * line, top, line, height, 0xffffff);
      fillRectangle(pixels, left + (2 * pair + 1) * line, top, line, height, 0);
    }
    left += (widths[i] as number) + gap;
  });
}

/** Black and white rays that meet in the middle: where they run together, the picture is no sharper. */
function drawStar(pixels: Pixels, centreX: number, centreY: number, radius: number): void {
  paint(pixels, centreX, centreY, radius, (x, y, distance) => {
    const turn = (Math.atan2(y, x) / (2 * Math.PI)) * STAR_RAYS;
    // As wide as a pixel is there: rays have soft edges, and gray is what is finer than pixels.
    const softness = Math.max(1e-6, STAR_RAYS / (2 * Math.PI * Math.max(distance, 0.5)));
    const edge = (0.25 - Math.abs(turn - Math.floor(turn) - 0.5)) / softness;
    const gray = Math.round(255 * clamp(edge + 0.5));
    return { red: gray, green: gray, blue: gray, share: clamp(radius - distance + 0.5) };
  });
}

function drawRing(pixels: Pixels, centreX: number, centreY: number, radius: number, thickness: number): void {
  paint(pixels, centreX, centreY, radius + thickness, (_x, _y, distance) => {
    const share = clamp(thickness / 2 - Math.abs(distance - radius) + 0.5);
    return { red: 255, green: 255, blue: 255, share };
  });
}

/** A colour, and how much of it covers what is there: 0 to 1. */
interface Paint {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  readonly share: number;
}

/** Paints each pixel within a square around a centre, by where it lies from there. */
function paint(
  { width, height, data }: Pixels,
  centreX: number,
  centreY: number,
  reach: number,
  colourAt: (x: number, y: number, distance: number) => Paint,
): void {
  for (let y = Math.max(0, Math.floor(centreY - reach)); y < Math.min(height, centreY + reach); y += 1) {
    for (let x = Math.max(0, Math.floor(centreX - reach)); x < Math.min(width, centreX + reach); x += 1) {
      const fromX = x + 0.5 - centreX;
      const fromY = y + 0.5 - centreY;
      const { red, green, blue, share } = colourAt(fromX, fromY, Math.hypot(fromX, fromY));
      if (share === 0) continue;
      const at = (y * width + x) * BYTES_PER_PIXEL;
      data[at] = blend(data[at] as number, red, share);
      data[at + 1] = blend(data[at + 1] as number, green, share);
      data[at + 2] = blend(data[at + 2] as number, blue, share);
    }
  }
}

function blend(below: number, above: number, share: number): number {
  return Math.round(below + (above - below) * share);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
