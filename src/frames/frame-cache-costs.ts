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

const WIDTH_POWER = 1.7;

/** Bytes at a quality, relative to quality 50. */
function relativeBytes(quality: number): number {
  return quality / 50;
}
