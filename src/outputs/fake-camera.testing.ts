import { systemClock } from '../core/clock.ts';
import type { Picture } from '../core/picture.ts';
import type { PictureSink, ViewerWish } from '../frames/picture-sink.ts';
import { encodeJpeg } from '../picture/jpeg-turbo.ts';
import { newPixels } from '../picture/pixels.ts';
import type { Still, StillWish, ViewerInfo, WatchableCamera, WatchingViewer } from './watchable-camera.ts';

/** One who watches a FakeCamera. */
export interface FakeViewer extends WatchingViewer {
  readonly sink: PictureSink;
  readonly info: ViewerInfo;
  isFree: boolean;
  isGone: boolean;
  /** Pictures that it was not shown because its connection had not taken the one before. */
  skipped: number;
}

/** A camera that shows a real JPEG whenever a test says so, the same one each time. */
export class FakeCamera implements WatchableCamera {
  readonly name: string;
  readonly viewers: FakeViewer[] = [];
  readonly stillWishes: StillWish[] = [];
  /** What the next stills are; undefined: they take until they are not wanted any more. */
  isLive: boolean | undefined = true;
  sequence = 0;
  readonly #jpeg: Buffer;

  constructor(name: string, jpeg: Buffer) {
    this.name = name;
    this.#jpeg = jpeg;
  }

  join(sink: PictureSink, wish: ViewerWish, info: ViewerInfo): WatchingViewer {
    const viewer: FakeViewer = { sink, wish, info, isFree: true, isGone: false, skipped: 0 };
    sink.onDrain = () => {
      viewer.isFree = true;
    };
    sink.onClose = () => {
      viewer.isGone = true;
    };
    this.viewers.push(viewer);
    return viewer;
  }

  /** Shows the next picture to all whose connections have taken the one before. */
  show(): Picture {
    this.sequence += 1;
    const picture: Picture = {
      sequence: this.sequence,
      ptsUs: systemClock.nowUs(),
      width: WIDTH,
      height: HEIGHT,
      level: 70,
      data: this.#jpeg,
      encodeUs: 0,
    };
    for (const viewer of this.viewers) {
      if (viewer.isGone) continue;
      if (viewer.isFree) viewer.isFree = viewer.sink.send(picture);
      else viewer.skipped += 1;
    }
    return picture;
  }

  async still(wish: StillWish, signal: AbortSignal): Promise<Still> {
    this.stillWishes.push(wish);
    const { isLive, sequence } = this;
    if (isLive === undefined) {
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener('abort', () => reject(new Error('not wanted any more')));
      return promise;
    }
    const { level = 90, format } = wish;
    const ptsUs = systemClock.nowUs();
    return { isLive, sequence, ptsUs, level, format, data: this.#jpeg, etag: `${this.name}-${sequence}-${level}` };
  }
}

const WIDTH = 64;
const HEIGHT = 48;

/** A small picture of noise. @param scale how many times as wide and high: 10 makes some 600 kB */
export async function noiseJpeg(scale = 1): Promise<Buffer> {
  const pixels = newPixels(WIDTH * scale, HEIGHT * scale);
  let seed = 1;
  for (let i = 0; i < pixels.data.length; i += 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    pixels.data[i] = seed >>> 16;
  }
  return encodeJpeg(pixels, 90);
}
