import type { Clock } from '../../core/clock.ts';

/** Tells when pictures were taken from what their stream says of them. All times are microseconds. */
export interface PictureStamps {
  /** A packet has just been read; `streamUs` is when it is to be decoded, undefined where the stream does not say. */
  arrived(streamUs: number | undefined): void;
  /** The time of the next picture, in the order in which pictures are shown. */
  stamp(streamUs: number | undefined, durationUs: number): number;
  /** As `stamp` would say, for what is not the next picture: of coded ones, in the order of decoding. */
  timeOf(streamUs: number | undefined): number;
}

/** A stamp that is farther from now than this is not of our clock. */
const MAX_DEVICE_AGE_US = 2e6;
/** Farther off than this, a stream's clock has been set anew. */
const MAX_JUMP_US = 1e6;
/** How fast a live stream's clock may run away from ours, as part of what a picture is late. */
const CREEP = 1 / 512;

/** When it was read: for what has no clock of its own. */
export class ArrivalStamps implements PictureStamps {
  readonly #clock: Clock;
  #arrivedUs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  arrived(): void {
    this.#arrivedUs = this.#clock.nowUs();
  }

  stamp(): number {
    return this.#arrivedUs;
  }

  timeOf(): number {
    return this.#arrivedUs;
  }
}

/** The device's own stamps, which are CLOCK_MONOTONIC; arrival where they clearly are not. */
export class DeviceStamps implements PictureStamps {
  readonly #clock: Clock;
  #arrivedUs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  arrived(): void {
    this.#arrivedUs = this.#clock.nowUs();
  }

  stamp(streamUs: number | undefined): number {
    return this.timeOf(streamUs);
  }

  timeOf(streamUs: number | undefined): number {
    if (streamUs === undefined || Math.abs(this.#arrivedUs - streamUs) > MAX_DEVICE_AGE_US) return this.#arrivedUs;
    return Math.min(streamUs, this.#arrivedUs);
  }
}

/**
 * A live stream's own time, laid so that no picture is from the future: the one that was least under way counts as
 * taken when it came. Evens out the network's jitter. It follows a clock that runs differently, and one that is set
 * anew; of a burst of old pictures, the newest is now.
 */
export class LiveStamps implements PictureStamps {
  readonly #clock: Clock;
  #offsetUs: number | undefined;
  #arrivedUs = 0;
  #lastUs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  arrived(streamUs: number | undefined): void {
    this.#arrivedUs = this.#clock.nowUs();
    if (streamUs === undefined) return;
    this.#offsetUs ??= this.#arrivedUs - streamUs;
    const lateUs = this.#arrivedUs - (streamUs + this.#offsetUs);
    this.#offsetUs += lateUs < 0 || lateUs > MAX_JUMP_US ? lateUs : lateUs * CREEP;
  }

  stamp(streamUs: number | undefined): number {
    this.#lastUs = Math.max(this.#lastUs, Math.min(this.timeOf(streamUs), this.#arrivedUs));
    return this.#lastUs;
  }

  timeOf(streamUs: number | undefined): number {
    if (streamUs === undefined || this.#offsetUs === undefined) return this.#arrivedUs;
    return Math.round(streamUs + this.#offsetUs);
  }
}

/** The stream's own time, from 0. */
export class StreamStamps implements PictureStamps {
  #firstUs: number | undefined;
  #nextUs = 0;

  arrived(): void {}

  stamp(streamUs: number | undefined, durationUs: number): number {
    const timeUs = this.timeOf(streamUs);
    this.#nextUs = timeUs + durationUs;
    return timeUs;
  }

  timeOf(streamUs: number | undefined): number {
    if (streamUs === undefined) return this.#nextUs;
    this.#firstUs ??= streamUs;
    return Math.round(streamUs - this.#firstUs);
  }
}
