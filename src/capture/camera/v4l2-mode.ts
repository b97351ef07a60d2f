import type { PictureMode, V4l2Settings } from '../../core/camera-settings.ts';
import type { Range, V4l2Format, V4l2Size } from './v4l2-formats.ts';

/** How a camera is opened. */
export interface V4l2Mode {
  /** As V4L2 names it; undefined where nobody could ask the camera. */
  readonly fourcc: string | undefined;
  /** As FFmpeg names it; undefined leaves the choice to FFmpeg. */
  readonly format: string | undefined;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Pictures a second; undefined leaves it to the camera. */
  readonly fps: number | undefined;
}

/*
 * How far a mode is from what is asked, in octaves: half or twice the rate, half or twice the pixels are one. Too much
 * costs less than too little, since pictures can be made smaller and left out. Shape costs most: people notice what is
 * missing at the sides before they notice that it moves slowly.
 */
const LARGER = 1;
const SMALLER = 1.5;
const SHAPE = 3;
const SLOWER = 1.5;
const FASTER = 0.1;
/**
 * Pixels have to be made into JPEGs here, and fill the USB bus; what a camera sends as JPEG is passed on. Formats are
 * given as what is tried first, so the numbers differ.
 */
const FORMAT_COST: Readonly<Record<string, number>> = {
  mjpeg: 0,
  nv12: 0.3,
  yuyv422: 0.31,
  uyvy422: 0.32,
  yuv420p: 0.33,
  bgr24: 0.5,
  rgb24: 0.5,
  gray: 1,
  // Only where there is nothing else, however far that is from what is asked: each picture has to be decoded.
  h264: 500,
};
const COMPRESSED = ['mjpeg', 'h264'];
/** What is asked for by name comes before all others. */
const OTHER_FORMAT = 1000;

/** What to open first, what next when that is refused; empty when the camera has nothing that can be read. */
export function chooseV4l2Modes(
  formats: readonly V4l2Format[],
  wanted: PictureMode,
  format: V4l2Settings['format'],
): V4l2Mode[] {
  const ranked: { mode: V4l2Mode; cost: number }[] = [];
  for (const { fourcc, name, sizes } of formats) {
    if (name === undefined) continue;
    const formatCost = (FORMAT_COST[name] ?? 2) + (format === 'auto' || format === name ? 0 : OTHER_FORMAT);
    for (const size of sizes) {
      const mode = { fourcc, format: name, ...nearestSize(size, wanted), fps: nearestRate(size.rates, wanted.fps) };
      ranked.push({ mode, cost: formatCost + sizeCost(mode, wanted) + rateCost(mode.fps ?? wanted.fps, wanted.fps) });
    }
  }
  return ranked.sort((a, b) => a.cost - b.cost).map(({ mode }) => mode);
}

/** For a camera whose modes are not known. */
export function guessedV4l2Modes({ width, height, fps }: PictureMode, format: V4l2Settings['format']): V4l2Mode[] {
  const any = { fourcc: undefined, format: undefined, width, height, fps };
  return [{ ...any, format: format === 'auto' ? 'mjpeg' : format }, any];
}

/** For log and messages. */
export function describeMode({ format = 'any format', width, height, fps }: V4l2Mode): string {
  return `${format} ${width}x${height}${fps === undefined ? '' : ` at ${Math.round(fps * 100) / 100} a second`}`;
}

/** What a mode takes of the USB bus, roughly: to compare with others of the same camera. */
export function busLoad({ format = '', width, height, fps = 30 }: V4l2Mode): number {
  return width * height * fps * (COMPRESSED.includes(format) ? 0.2 : 1);
}

function nearestSize(size: V4l2Size, wanted: PictureMode): { width: number; height: number } {
  return {
    width: nearestStep(size.width, size.stepWidth, wanted.width),
    height: nearestStep(size.height, size.stepHeight, wanted.height),
  };
}

function nearestStep({ min, max }: Range, step: number, wanted: number): number {
  const steps = Math.round((wanted - min) / step);
  return min + Math.max(0, Math.min(steps, Math.floor((max - min) / step))) * step;
}

/** The slowest that is as fast as wanted, else the fastest; undefined when nothing is known. */
function nearestRate(rates: readonly Range[], wanted: number): number | undefined {
  let best: number | undefined;
  for (const { min, max } of rates) {
    const rate = Math.max(min, Math.min(max, wanted));
    if (best === undefined || (best < wanted ? rate > best : rate >= wanted && rate < best)) best = rate;
  }
  return best;
}

function sizeCost(mode: { width: number; height: number }, wanted: PictureMode): number {
  const area = Math.log2((mode.width * mode.height) / (wanted.width * wanted.height));
  const shape = Math.abs(Math.log2((mode.width / mode.height) * (wanted.height / wanted.width)));
  return (area > 0 ? LARGER * area : -SMALLER * area) + SHAPE * shape;
}

function rateCost(fps: number, wanted: number): number {
  const octaves = Math.log2(fps / wanted);
  return octaves > 0 ? FASTER * octaves : -SLOWER * octaves;
}
