import type { Frame, Picture } from '../core/picture.ts';

interface Cost {
  readonly level: number;
  readonly width: number;
  /** Smoothed. */
  bytes: number;
  ptsUs: number;
}

/** The weight of the newest picture. */
const SMOOTHING = 1 / 5;
/** A measure older than that tells of another scene: light changes, people come and go. */
const STALE_US = 30_000_000;
/** Viewers may ask for any width; this many measures are kept. */
const MOST_COSTS = 64;
const LEVEL_SPAN = 128;

/** What a picture of each level and width takes, bytes. Measured where there are pictures, estimated elsewhere. */
export class FrameCacheCosts {
  readonly #costs = new Map<number, Cost>();
  #ownWidth = 0;
  #newestUs = Number.NEGATIVE_INFINITY;

  /** Learns from a picture of that frame. */
  add(frame: Frame, picture: Picture): void {
    const { level, width, ptsUs, data } = picture;
    this.#ownWidth = frame.width;
    this.#newestUs = Math.max(this.#newestUs, ptsUs);
    const key = width * LEVEL_SPAN + level;
    const known = this.#costs.get(key);
    if (known !== undefined && !this.#isStale(known)) {
      known.bytes += (data.length - known.bytes) * SMOOTHING;
      known.ptsUs = ptsUs;
      return;
    }
    this.#costs.delete(key);
    this.#costs.set(key, { level, width, bytes: data.length, ptsUs });
    if (this.#costs.size > MOST_COSTS) this.#forgetOldest();
  }

  /** @param width pixels; 0: the camera's own. Undefined before the first picture. */
  of(level: number, width: number): number | undefined {
    const wanted = width <= 0 ? this.#ownWidth : Math.min(width, this.#ownWidth);
    let nearest: Cost | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const cost of this.#costs.values()) {
      if (this.#isStale(cost)) continue;
      const distance = Math.abs(Math.log(ratioOf(level, wanted, cost)));
      if (distance >= least) continue;
      nearest = cost;
      least = distance;
    }
    return nearest === undefined ? undefined : nearest.bytes * ratioOf(level, wanted, nearest);
  }

  #isStale({ ptsUs }: Cost): boolean {
    return ptsUs < this.#newestUs - STALE_US;
  }

  #forgetOldest(): void {
    const [oldest] = this.#costs.keys();
    if (oldest !== undefined) this.#costs.delete(oldest);
  }
}

function ratioOf(level: number, width: number, from: Cost): number {
  return (relativeBytes(level) / relativeBytes(from.level)) * (width / from.width) ** WIDTH_POWER;
}

/** Bytes at a quality of libjpeg's scale, relative to quality 50; between the points it is a straight line. */
function relativeBytes(quality: number): number {
  let [q0, bytes0] = CURVE[0];
  for (const [q1, bytes1] of CURVE) {
    if (quality <= q1) return q1 === q0 ? bytes1 : bytes0 + ((bytes1 - bytes0) * (quality - q0)) / (q1 - q0);
    [q0, bytes0] = [q1, bytes1];
  }
  return bytes0;
}

/*
 * Measured with libjpeg-turbo at 4:2:0 on frames of a street camera, 320 to 1920 pixels wide, and a photograph: these lie
 * within 13 % of it at every quality. Strong sensor noise takes up to 16 % more from 20 to 80 and up to half as much
 * again above; a drawn test card up to a quarter less from 20 to 90. The power is that of pictures made smaller: they
 * hold more detail in a pixel.
 */
const CURVE: readonly [readonly [number, number], ...(readonly [number, number])[]] = [
  [1, 0.2],
  [10, 0.37],
  [20, 0.56],
  [30, 0.73],
  [40, 0.87],
  [50, 1],
  [60, 1.14],
  [70, 1.36],
  [80, 1.7],
  [85, 2],
  [90, 2.5],
  [95, 3.6],
  [100, 7],
];
const WIDTH_POWER = 1.7;
