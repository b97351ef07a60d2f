/** From the least to the most; both the same where there is one value alone. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Sizes that a camera has in one format, and what rates with them. */
export interface V4l2Size {
  /** Pixels. */
  readonly width: Range;
  readonly height: Range;
  /** From one size of a range to the next, pixels. */
  readonly stepWidth: number;
  readonly stepHeight: number;
  /** Pictures a second; empty where the camera does not tell. */
  readonly rates: readonly Range[];
}

/** A format of a camera. */
export interface V4l2Format {
  /** Four characters, as V4L2 names it. */
  readonly fourcc: string;
  /** As FFmpeg names it; undefined where it can't be read. */
  readonly name: string | undefined;
  readonly sizes: readonly V4l2Size[];
}

/** What can be read, by FFmpeg's names. */
const NAMES: Readonly<Record<string, string>> = {
  MJPG: 'mjpeg',
  JPEG: 'mjpeg',
  H264: 'h264',
  NV12: 'nv12',
  YUYV: 'yuyv422',
  UYVY: 'uyvy422',
  YU12: 'yuv420p',
  RGB3: 'rgb24',
  BGR3: 'bgr24',
  GREY: 'gray',
};

/** `[0]: 'MJPG' (Motion-JPEG, compressed)`, and how it was written before version 1.16. */
const FORMAT = /^\s*(?:\[\d+\]|Pixel Format\s*): '(.{4})/;
const DISCRETE_SIZE = /^\s*Size: Discrete (\d+)x(\d+)/;
const SIZE_RANGE = /^\s*Size: (?:Stepwise|Continuous) (\d+)x(\d+) - (\d+)x(\d+)(?: with step (\d+)\/(\d+))?/;
/** Of a range the rates stand at the end, in brackets. */
const INTERVAL = /^\s*Interval: .*\((\d+(?:\.\d+)?)(?:\s*-\s*(\d+(?:\.\d+)?))? fps\)/;

/** Reads what `v4l2-ctl --list-formats-ext` writes; lines that it does not understand are passed over. */
export function parseV4l2Formats(text: string): V4l2Format[] {
  const formats: { fourcc: string; name: string | undefined; sizes: (V4l2Size & { rates: Range[] })[] }[] = [];
  for (const line of text.split('\n')) {
    const fourcc = FORMAT.exec(line)?.[1];
    const format = formats.at(-1);
    if (fourcc !== undefined) formats.push({ fourcc, name: NAMES[fourcc], sizes: [] });
    else if (format !== undefined) {
      const size = parseSize(line);
      const rate = parseRate(line);
      if (size !== undefined) format.sizes.push(size);
      else if (rate !== undefined) format.sizes.at(-1)?.rates.push(rate);
    }
  }
  return formats;
}

function parseSize(line: string): (V4l2Size & { rates: Range[] }) | undefined {
  const discrete = DISCRETE_SIZE.exec(line)?.slice(1).map(Number);
  const [minWidth = 0, minHeight = 0, maxWidth = minWidth, maxHeight = minHeight, stepWidth = 1, stepHeight = 1] =
    discrete ??
    SIZE_RANGE.exec(line)
      ?.slice(1)
      .map((text) => Number(text ?? 1)) ??
    [];
  if (minWidth < 1 || minHeight < 1 || maxWidth < minWidth || maxHeight < minHeight) return undefined;
  return {
    width: { min: minWidth, max: maxWidth },
    height: { min: minHeight, max: maxHeight },
    stepWidth: Math.max(1, stepWidth),
    stepHeight: Math.max(1, stepHeight),
    rates: [],
  };
}

function parseRate(line: string): Range | undefined {
  const match = INTERVAL.exec(line);
  if (match === null) return undefined;
  const rates = [Number(match[1]), Number(match[2] ?? match[1])];
  const range = { min: Math.min(...rates), max: Math.max(...rates) };
  return range.max > 0 ? range : undefined;
}
