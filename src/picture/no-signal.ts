import { drawText, fillRectangle, textSize } from './draw.ts';
import { newPixels, type Pixels } from './pixels.ts';
import { wrapText } from './wrap-text.ts';

export interface NoSignalPicture {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** What is the matter, in a word or three. */
  readonly heading: string;
  /** More of it; the first one, which camera it is, stands out. */
  readonly lines: readonly string[];
}

const BACKGROUND = 0x10161c;
const HEADING = 0xf4f6f7;
const FIRST_LINE = 0xc9d3da;
const LINE = 0x8596a3;
const RULE = 0xd49a3a;

/** How many letters of heading and of text would fill a row. */
const HEADING_LETTERS = 22;
const LINE_LETTERS = 42;
/** Between rows, dots. */
const LEADING = 2;
/** The part of width and height that text may take. */
const ROOM = 0.88;

/** Sizes in pixels, all of them multiples of the dots that letters are made of. */
interface Layout {
  readonly headingScale: number;
  readonly lineScale: number;
  readonly heading: readonly string[];
  /** Each with whether it belongs to the first line. */
  readonly rows: readonly { readonly text: string; readonly isFirst: boolean }[];
  readonly height: number;
}

/** What viewers see while there is no picture: a calm dark one that says why, in letters that grow with it. */
export function drawNoSignal(picture: NoSignalPicture): Pixels {
  const { width, height } = picture;
  const pixels = newPixels(width, height);
  fillRectangle(pixels, 0, 0, width, height, BACKGROUND);
  const { headingScale, lineScale, heading, rows, height: needed } = fittingLayout(picture);
  let top = Math.round((height - needed) / 2);
  for (const row of heading) top += drawCentred(pixels, row, top, headingScale, HEADING);
  const ruleWidth = 24 * headingScale;
  fillRectangle(pixels, (width - ruleWidth) / 2, top + headingScale, ruleWidth, Math.max(1, headingScale / 2), RULE);
  top += ruleHeight(headingScale);
  for (const { text, isFirst } of rows) top += drawCentred(pixels, text, top, lineScale, isFirst ? FIRST_LINE : LINE);
  return pixels;
}

/** The largest layout that fits; where not even the smallest does, as many rows of it as there is room for. */
function fittingLayout(picture: NoSignalPicture): Layout {
  const room = picture.height * ROOM;
  let headingScale = scaleFor(picture.width, HEADING_LETTERS);
  let lineScale = scaleFor(picture.width, LINE_LETTERS);
  for (;;) {
    const layout = layoutOf(picture, headingScale, lineScale);
    if (layout.height <= room) return layout;
    if (headingScale === 1 && lineScale === 1) {
      const tooMany = Math.ceil((layout.height - room) / rowHeight(lineScale));
      const rows = layout.rows.slice(0, Math.max(0, layout.rows.length - tooMany));
      return { ...layout, rows, height: heightOf(layout.heading.length, headingScale, rows.length, lineScale) };
    }
    if (headingScale > lineScale) headingScale -= 1;
    else lineScale -= 1;
  }
}

function layoutOf({ width, heading, lines }: NoSignalPicture, headingScale: number, lineScale: number): Layout {
  const headingRows = wrapText(heading, lettersIn(width, headingScale));
  const letters = lettersIn(width, lineScale);
  const rows = lines.flatMap((line, i) => wrapText(line, letters).map((text) => ({ text, isFirst: i === 0 })));
  const height = heightOf(headingRows.length, headingScale, rows.length, lineScale);
  return { headingScale, lineScale, heading: headingRows, rows, height };
}

function heightOf(headingRows: number, headingScale: number, rows: number, lineScale: number): number {
  return headingRows * rowHeight(headingScale) + ruleHeight(headingScale) + rows * rowHeight(lineScale);
}

function rowHeight(scale: number): number {
  return textSize('', scale).height + LEADING * scale;
}

/** Of the rule below the heading, with the room around it. */
function ruleHeight(headingScale: number): number {
  return 4 * headingScale;
}

function scaleFor(width: number, letters: number): number {
  return Math.max(1, Math.floor((width * ROOM) / textSize('x'.repeat(letters), 1).width));
}

function lettersIn(width: number, scale: number): number {
  const pitch = textSize('xx', scale).width - textSize('x', scale).width;
  return Math.max(1, Math.floor((width * ROOM) / pitch));
}

/** Returns how far below the next row goes. */
function drawCentred(pixels: Pixels, text: string, top: number, scale: number, colour: number): number {
  drawText(pixels, text, { left: (pixels.width - textSize(text, scale).width) / 2, top, scale, colour });
  return rowHeight(scale);
}
