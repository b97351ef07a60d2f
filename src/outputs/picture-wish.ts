import { STILL_FORMATS, type StillFormat } from '../core/picture.ts';
import type { ViewerWish } from '../frames/picture-sink.ts';
import type { Refusal } from './answer.ts';
import type { StillWish } from './watchable-camera.ts';

/** Every width is an encode of its own, so there are only so many of them: the multiples of this. */
const WIDTH_STEP = 80;
const MIN_WIDTH = 16;
const MAX_WIDTH = 8192;

/** What each parameter takes, for the person who got it wrong. */
const TAKES = {
  level: 'a JPEG quality from 1 to 100, or auto',
  fps: 'pictures a second, from 0.1 to 120',
  width: `pixels, from ${MIN_WIDTH} to ${MAX_WIDTH}, or 0 for the camera's own`,
  format: `one of ${STILL_FORMATS.join(', ')}`,
} as const;
type Parameter = keyof typeof TAKES;

const NUMBER = /^\d{1,6}(?:\.\d{1,20})?$/;

/** What a viewer of a stream asks for in its query: `level`, `fps` and `width`. Other names are nobody's business. */
export function viewerWishOf(query: URLSearchParams): ViewerWish | Refusal {
  const level = read(query, 'level', levelOf) ?? 'auto';
  const fps = read(query, 'fps', fpsOf) ?? Number.POSITIVE_INFINITY;
  const width = read(query, 'width', widthOf) ?? 0;
  const format = read(query, 'format', (text) => (text === 'jpeg' ? text : undefined));
  if (level === WRONG) return refusal('level');
  if (fps === WRONG) return refusal('fps');
  if (width === WRONG) return refusal('width');
  if (format === WRONG) return refused('format: a stream is always jpeg; other formats are for stills.');
  return { level, fps, width };
}

/** What somebody asks for who wants one picture: `level`, `width` and `format`. */
export function stillWishOf(query: URLSearchParams): StillWish | Refusal {
  const level = read(query, 'level', levelOf) ?? 'auto';
  const width = read(query, 'width', widthOf) ?? 0;
  const format = read(query, 'format', formatOf) ?? 'jpeg';
  if (level === WRONG) return refusal('level');
  if (width === WRONG) return refusal('width');
  if (format === WRONG) return refusal('format');
  if (query.getAll('fps').some((text) => text !== '')) return refused('fps: a still is one picture and has no rate.');
  return { level: level === 'auto' ? undefined : level, width, format };
}

/**
 * The wish after one wish more, as a message states it (`{"type":"level","value":70}`), or the sentence that says why
 * not. Numbers are numbers there, never text.
 */
export function changedWish(wish: ViewerWish, name: 'level' | 'fps' | 'width', value: unknown): ViewerWish | string {
  if (typeof value === 'number' || value === 'auto') {
    const text = String(value);
    const changed = name === 'level' ? levelOf(text) : name === 'fps' ? fpsOf(text) : widthOf(text);
    if (changed !== undefined) return { ...wish, [name]: changed };
  }
  return sentenceOf(name);
}

/** A parameter that is there and is not what it should be. */
const WRONG = Symbol('wrong');

/** Undefined when the parameter is absent or, as forms send it, empty. */
function read<T>(query: URLSearchParams, name: Parameter, parse: (text: string) => T | undefined) {
  const values = query.getAll(name);
  if (values.length > 1) return WRONG;
  const [text = ''] = values;
  return text === '' ? undefined : (parse(text) ?? WRONG);
}

function levelOf(text: string): number | 'auto' | undefined {
  return text === 'auto' ? text : numberOf(text, 1, 100, true);
}

function fpsOf(text: string): number | undefined {
  return numberOf(text, 0.1, 120, false);
}

/** Never narrower than wished, but for the last step below the maximum. */
function widthOf(text: string): number | undefined {
  if (text === '0') return 0;
  const width = numberOf(text, MIN_WIDTH, MAX_WIDTH, true);
  return width === undefined
    ? undefined
    : Math.min(Math.ceil(width / WIDTH_STEP), Math.floor(MAX_WIDTH / WIDTH_STEP)) * WIDTH_STEP;
}

function formatOf(text: string): StillFormat | undefined {
  return STILL_FORMATS.find((format) => format === text);
}

function numberOf(text: string, from: number, to: number, isWhole: boolean): number | undefined {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  return number >= from && number <= to && (!isWhole || Number.isInteger(number)) ? number : undefined;
}

function refusal(name: Parameter): Refusal {
  return refused(sentenceOf(name));
}

function sentenceOf(name: Parameter): string {
  return `${name} takes ${TAKES[name]}.`;
}

function refused(reason: string): Refusal {
  return { status: 400, reason };
}
