import type { Clock } from '../core/clock.ts';
import type { Frame, Picture, PictureWish, StillFormat } from '../core/picture.ts';

export interface StillWish {
  /** Undefined: the highest level. */
  readonly level: number | undefined;
  /** Pixels; 0 is the camera's own. */
  readonly width: number;
  readonly format: StillFormat;
}

/** What a still is taken from. */
export interface StillSource {
  /** Undefined while there is no signal. */
  readonly newest: Frame | undefined;
  /** No frame is to be expected soon: the camera fails, or is muted. */
  readonly isHopeless: boolean;
}

export interface StillTakerDeps {
  readonly clock: Clock;
  readonly source: StillSource;
  /** JPEGs come out of the cache that viewers share. */
  readonly cache: {
    levelFor(quality: number): number;
    encodeFrame(frame: Frame, quality: number, clientId: undefined, width: number): Promise<Picture | undefined>;
  };
  /** Makes pictures in the other formats. */
  encodeStill(frame: Frame, wish: PictureWish, format: StillFormat): Promise<Picture | undefined>;
}

/** A camera that was closed needs as long for its first picture; one that is open, less. */
const FIRST_MS = 8_000;
const NEXT_MS = 3_000;
/** A frame may be damaged, or gone while it was asked for; then the next one will do. */
const ATTEMPTS = 2;

/** Takes stills: of the newest frame if that is of now, or else of the next one. */
export class StillTaker {
  readonly #deps: StillTakerDeps;
  readonly #intervalUs: number;
  readonly #waiting = new Set<(frame: Frame | undefined) => void>();
  /** Pictures of one frame in other formats than JPEG, by level, width and format; made once for all who ask. */
  #kept = new Map<string, Promise<Picture | undefined>>();
  #keptSequence = 0;

  /** @param intervalUs between two frames of the camera: no still is older */
  constructor(deps: StillTakerDeps, intervalUs: number) {
    this.#deps = deps;
    this.#intervalUs = intervalUs;
  }

  /** The camera has delivered a frame. */
  onFrame(frame: Frame): void {
    for (const resolve of this.#waiting) resolve(frame);
  }

  /** No frame is to be expected soon: whoever waits learns it at once. */
  onHopeless(): void {
    for (const resolve of this.#waiting) resolve(undefined);
    this.#kept = new Map();
  }

  /** Undefined when there is nothing to take a picture of. Rejects when `signal` aborts. */
  async take(wish: StillWish, signal: AbortSignal): Promise<Picture | undefined> {
    const { source } = this.#deps;
    let frame: Frame | undefined;
    for (let attempt = 0; attempt < ATTEMPTS && !source.isHopeless; attempt += 1) {
      frame = await this.#freshFrame(frame?.sequence ?? 0, signal);
      if (frame === undefined) return undefined;
      const picture = await this.#encode(frame, wish);
      signal.throwIfAborted();
      if (picture !== undefined && !source.isHopeless) return picture;
    }
    return undefined;
  }

  #encode(frame: Frame, { level = 100, width, format }: StillWish): Promise<Picture | undefined> {
    const { cache, encodeStill } = this.#deps;
    const ownWidth = width === 0 || width >= frame.width ? 0 : width;
    if (format === 'jpeg') return cache.encodeFrame(frame, level, undefined, ownWidth);
    if (frame.sequence !== this.#keptSequence) this.#kept = new Map();
    this.#keptSequence = frame.sequence;
    const wish = { level: cache.levelFor(level), width: ownWidth };
    const key = `${wish.level} ${wish.width} ${format}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const made = encodeStill(frame, wish, format);
    this.#kept.set(key, made);
    return made;
  }

  /** The newest frame if it is of now and later than that one, or else the next; undefined when none comes. */
  #freshFrame(after: number, signal: AbortSignal): Promise<Frame | undefined> {
    const { clock, source } = this.#deps;
    const { newest } = source;
    const isFresh = newest !== undefined && clock.nowUs() - newest.ptsUs <= this.#intervalUs;
    if (isFresh && newest.sequence > after) return Promise.resolve(newest);
    const { promise, resolve, reject } = Promise.withResolvers<Frame | undefined>();
    const onAbort = (): void => reject(signal.reason as Error);
    const timer = clock.after(newest === undefined ? FIRST_MS : NEXT_MS, () => resolve(undefined));
    this.#waiting.add(resolve);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    return promise.finally(() => {
      timer.cancel();
      this.#waiting.delete(resolve);
      signal.removeEventListener('abort', onAbort);
    });
  }
}
