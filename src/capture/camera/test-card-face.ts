import { CODE_COLUMNS, CODE_ROWS, drawBlockCode } from '../../picture/block-code.ts';
import { drawText, fillRectangle, textSize } from '../../picture/draw.ts';
import { newPixels, type Pixels } from '../../picture/pixels.ts';
import { wrapText } from '../../picture/wrap-text.ts';
import { drawTestPattern } from './test-card-pattern.ts';

/** What one picture of the test card shows. */
export interface TestCardMoment {
  /** Number of the picture. */
  readonly frame: number;
  /** When it was taken: microseconds of CLOCK_MONOTONIC, and the wall clock. */
  readonly ptsUs: number;
  readonly takenAt: Date;
}

const PANEL = 0x0b0f13;
const CLOCK = 0xffffff;
const FRAME = 0xffc14d;
const NOTE = 0xa9c7dd;
const TRACK = 0x0b0f13;
const RUNNER = 0xffc14d;
const TICK = 0x3d4955;

/** How long the runner takes from left to right. */
const RUN_MS = 2000;
const TICKS = 8;
/** The part of the width that the clock takes, and the letters of it. */
const CLOCK_PART = 0.54;
const CLOCK_TEXT = '00:00:00.000';
/** Of the note; more do not fit. */
const NOTE_ROWS = 3;

/** A line of text in the middle. */
interface Line {
  readonly text: string;
  readonly scale: number;
  readonly colour: number;
}

/** Draws test cards of one size: the pattern once, on it for each picture what changes. */
export class TestCardFace {
  readonly #width: number;
  readonly #height: number;
  readonly #note: string;
  #pattern: Pixels | undefined;

  constructor(width: number, height: number, note: string) {
    this.#width = width;
    this.#height = height;
    this.#note = note;
  }

  /** A new picture, or `into`, of the same size, which is painted over. */
  draw(moment: TestCardMoment, into?: Pixels): Pixels {
    const pixels = into ?? newPixels(this.#width, this.#height);
    this.#pattern ??= this.#drawPattern();
    this.#pattern.data.copy(pixels.data);
    this.#drawText(pixels, moment);
    this.#drawRunner(pixels, moment);
    drawBlockCode(pixels, { frame: moment.frame, ms: Math.floor(moment.ptsUs / 1000) });
    return pixels;
  }

  #drawPattern(): Pixels {
    const pattern = newPixels(this.#width, this.#height);
    const codeHeight = Math.round((CODE_ROWS * this.#width) / CODE_COLUMNS);
    drawTestPattern(pattern, codeHeight, this.#trackTop);
    fillRectangle(pattern, 0, this.#trackTop, this.#width, this.#height - this.#trackTop, TRACK);
    for (let i = 0; i <= TICKS; i += 1) {
      const x = ((this.#width - 2) * i) / TICKS;
      fillRectangle(pattern, x, this.#trackTop, 2, this.#height - this.#trackTop, TICK);
    }
    return pattern;
  }

  get #trackTop(): number {
    return Math.round(this.#height * 0.93);
  }

  /** What runs along the lower edge, at even speed: where it jumps, pictures are missing or late. */
  #drawRunner(pixels: Pixels, { ptsUs }: TestCardMoment): void {
    const top = this.#trackTop;
    const size = this.#height - top;
    const part = ((ptsUs / 1000) % RUN_MS) / RUN_MS;
    fillRectangle(pixels, part * (this.#width - size), top, size, size, RUNNER);
  }

  #drawText(pixels: Pixels, { frame, takenAt }: TestCardMoment): void {
    const scale = Math.max(1, Math.floor((this.#width * CLOCK_PART) / textSize(CLOCK_TEXT, 1).width));
    const lines: Line[] = [
      { text: clockTime(takenAt), scale, colour: CLOCK },
      { text: `picture ${String(frame).padStart(6, '0')}`, scale: Math.max(1, Math.floor(scale / 1.5)), colour: FRAME },
    ];
    const small = Math.max(1, Math.floor(scale / 2));
    const letters = Math.floor((CLOCK_TEXT.length * scale) / small);
    for (const text of wrapText(this.#note, letters).slice(0, NOTE_ROWS)) {
      lines.push({ text, scale: small, colour: NOTE });
    }
    const sizes = lines.map((line) => textSize(line.text, line.scale));
    const width = Math.max(...sizes.map((size) => size.width)) + 4 * scale;
    const height = sizes.reduce((sum, size) => sum + size.height, 0) + 2 * scale;
    const middle = (Math.round((CODE_ROWS * this.#width) / CODE_COLUMNS) + this.#trackTop) / 2;
    let top = Math.round(middle - height / 2);
    fillRectangle(pixels, (this.#width - width) / 2, top, width, height, PANEL);
    top += scale;
    lines.forEach(({ text, scale, colour }, i) => {
      const size = sizes[i] as { width: number; height: number };
      drawText(pixels, text, { left: (this.#width - size.width) / 2, top, scale, colour });
      top += size.height;
    });
  }
}

/** `14:05:09.123`, in the time zone of the machine. */
function clockTime(date: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
