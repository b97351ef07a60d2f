/** May change while viewers watch. */
export interface QualityOptions {
  /** False: everybody gets the highest level. */
  readonly isAdaptive: boolean;
  /** JPEG qualities, highest first. */
  readonly levels: readonly number[];
  /** One more level below those, for need only. */
  readonly minQuality: number;
  /** Levels above it are not used. */
  readonly maxQuality: number;
  /** The most that one viewer is sent, kbit/s. */
  readonly targetKbps: number;
}

/** What is known of a viewer at one moment. */
export interface QualityFigures {
  readonly nowUs: number;
  /** What its link carries; undefined: unknown, and so no limit. */
  readonly linkKbps: number | undefined;
  /** Frames a second that it would get from a link that carries everything; Infinity: unknown yet. */
  readonly fps: number;
  /** Frames were left out since the last time because its connection was not free. */
  readonly isSkipping: boolean;
  readonly wish: number | 'auto';
  /** What the box can afford. */
  readonly maxLevel: number;
  /** Bytes of a picture; undefined when unknown. */
  costOf(level: number): number | undefined;
}

/**
 * Why the level is what it is:
 * start, nothing is known yet; link, that is what the link carries; target, it is what one viewer is sent at most;
 * room, there was room for more; probe, to see whether the link carries more; box, the box can afford no more; wish, it
 * was asked for; fixed, nothing adapts.
 */
export type LevelReason = 'start' | 'link' | 'target' | 'room' | 'probe' | 'box' | 'wish' | 'fixed';

/** Of the budget, what a higher level may come to, and what a lowered frame rate is let come to. */
const RISE_SHARE = 0.9;
const RATE_SHARE = 0.92;
/** The share of the newest ratio, where it is not far too high. */
const SMOOTHING = 0.4;
/** The lowest frame rate, and by how much it comes back at a time. */
const LEAST_FPS = 1;
const RATE_RISE = 1.2;
/** Between any change of level and the next rise. */
const RISE_WAIT_US = 4_000_000;
/** A rise that is taken back within this time was a mistake … */
const MISTAKE_US = 60_000_000;
/** … after which the next one waits this long, twice as long each time … */
const FIRST_PENALTY_US = 60_000_000;
const MAX_PENALTY_US = 300_000_000;
/** … until none was made for so long. */
const FORGIVE_US = 600_000_000;

/**
 * Chooses one viewer's level, and below the lowest its frame rate, from what its link carries. To be asked twice a
 * second. An inner quality moves by fixed steps, a long one where the pictures cost far more than the budget, and snaps
 * to a level. Falls follow the link; a rise has to fit with room to spare, has to wait, and waits longer each time it
 * turns out to have been a mistake: that keeps levels still on a link that does not change.
 */
export class ViewerQuality {
  readonly #options: () => QualityOptions;
  #quality: number;
  #level: number;
  #fps = Number.POSITIVE_INFINITY;
  #reason: LevelReason = 'start';
  #ratio: number | undefined;
  #changedUs: number | undefined;
  #roseUs = Number.NEGATIVE_INFINITY;
  #mistakeUs = Number.NEGATIVE_INFINITY;
  #waitUs = RISE_WAIT_US;

  /** Begins in the middle. */
  constructor(options: () => QualityOptions) {
    this.#options = options;
    const levels = ladderOf(options(), Number.POSITIVE_INFINITY);
    this.#level = levels[(levels.length - 1) >> 1] as number;
    this.#quality = this.#level;
  }

  get level(): number {
    return this.#level;
  }

  /** Frames a second; Infinity: as many as it likes. */
  get fps(): number {
    return this.#fps;
  }

  /** Why the level last changed. */
  get reason(): LevelReason {
    return this.#reason;
  }

  /** Applies what needs no figures: a level that is wished or fixed, and the box's cap. True when it settles the level. */
  settle(wish: number | 'auto', maxLevel: number): boolean {
    const options = this.#options();
    const levels = ladderOf(options, maxLevel);
    if (wish === 'auto' && options.isAdaptive) {
      if (this.#reason === 'wish') this.#reason = 'start';
      if (!levels.includes(this.#level))
        this.#put(nearest(levels, this.#level), this.#level > maxLevel ? 'box' : 'fixed');
      return false;
    }
    const wanted = wish === 'auto' ? options.maxQuality : wish;
    const isCapped = nearest(ladderOf(options, Number.POSITIVE_INFINITY), wanted) > maxLevel;
    this.#put(nearest(levels, wanted), isCapped ? 'box' : wish === 'auto' ? 'fixed' : 'wish');
    this.#fps = Number.POSITIVE_INFINITY;
    return true;
  }

  /** Looks at the figures of now; true when the level has changed. */
  evaluate(figures: QualityFigures): boolean {
    const before = this.#level;
    this.#changedUs ??= figures.nowUs;
    const isFixed = this.settle(figures.wish, figures.maxLevel);
    if (!isFixed) this.#adapt(figures);
    if (this.#level === before) return false;
    this.#changedUs = figures.nowUs;
    this.#ratio = undefined;
    return true;
  }

  #put(level: number, reason: LevelReason): void {
    this.#level = level;
    this.#quality = level;
    this.#reason = reason;
  }

  #adapt(figures: QualityFigures): void {
    const { linkKbps = Number.POSITIVE_INFINITY } = figures;
    const options = this.#options();
    const levels = ladderOf(options, figures.maxLevel);
    const budgetKbps = Math.min(options.targetKbps, linkKbps);
    const costKbps = kbpsOf(figures.costOf(this.#level), figures.fps);
    if (costKbps === undefined) return;
    const lowest = levels.at(-1) as number;
    // A link that has stopped costs no more than one that is far too slow: it would take long to get over the figure.
    const ratio = Math.min(costKbps / budgetKbps, MOST_RATIO);
    const limit = linkKbps < options.targetKbps ? 'link' : 'target';
    const step = stepOf(this.#smooth(ratio));
    if (this.#level === lowest) this.#limitRate(figures, ratio);
    else this.#raiseRate(figures);
    const mayRise = !figures.isSkipping && this.#fps === Number.POSITIVE_INFINITY;
    if (step > 0 && !mayRise) return;
    this.#quality = Math.min(Math.max(this.#quality + step, lowest), Math.max(lowest, options.maxQuality));
    const wanted = nearest(levels, this.#quality);
    if (wanted < this.#level) this.#fall(wanted, limit, figures.nowUs);
    else if (wanted > this.#level) this.#tryRise(figures, levels, budgetKbps);
  }

  #smooth(ratio: number): number {
    const before = Math.min(this.#ratio ?? ratio, 2 * FAR);
    this.#ratio = ratio > FAR ? ratio : before + SMOOTHING * (ratio - before);
    return this.#ratio;
  }

  #fall(level: number, reason: LevelReason, nowUs: number): void {
    this.#level = level;
    this.#reason = reason;
    if (nowUs - this.#roseUs > MISTAKE_US) return;
    this.#waitUs = Math.min(MAX_PENALTY_US, Math.max(FIRST_PENALTY_US, this.#waitUs * 2));
    this.#mistakeUs = nowUs;
    this.#roseUs = Number.NEGATIVE_INFINITY;
  }

  #tryRise(figures: QualityFigures, levels: readonly number[], budgetKbps: number): void {
    const { nowUs, linkKbps, fps, costOf } = figures;
    const next = levels[levels.indexOf(this.#level) - 1] as number;
    if (nowUs - this.#mistakeUs > FORGIVE_US) this.#waitUs = RISE_WAIT_US;
    const costKbps = kbpsOf(costOf(next), fps);
    const fits = costKbps !== undefined && costKbps <= budgetKbps * RISE_SHARE;
    if (!fits || nowUs - (this.#changedUs as number) < this.#waitUs) {
      // As far up as it gets without being snapped to the next one.
      this.#quality = (this.#level + next) / 2;
      return;
    }
    this.#level = next;
    this.#quality = next;
    this.#reason = linkKbps === undefined ? 'probe' : 'room';
    this.#roseUs = nowUs;
  }

  /** What does not fit at the lowest level comes less often. */
  #limitRate(figures: QualityFigures, ratio: number): void {
    const fittingFps = (figures.fps * RATE_SHARE) / ratio;
    const isLimited = this.#fps !== Number.POSITIVE_INFINITY;
    if (!isLimited && ratio <= TOO_MUCH) return;
    if (fittingFps < this.#fps) this.#fps = Math.max(LEAST_FPS, fittingFps);
    else this.#raiseRate(figures, fittingFps);
  }

  #raiseRate({ fps, isSkipping }: QualityFigures, atMost = Number.POSITIVE_INFINITY): void {
    if (isSkipping) return;
    this.#fps = Math.max(this.#fps, Math.min(this.#fps * RATE_RISE, atMost));
    if (this.#fps >= fps) this.#fps = Number.POSITIVE_INFINITY;
  }
}

/** Ratios of cost to budget. */
const FAR = 1.2;
const TOO_MUCH = 1.05;
const MOST_RATIO = 100;

function stepOf(ratio: number): number {
  if (ratio > FAR) return -15;
  if (ratio > TOO_MUCH) return -5;
  if (ratio < 0.8) return 10;
  return ratio < 0.95 ? 5 : 0;
}

/** The levels that may be used, highest first; never empty. */
function ladderOf({ levels, minQuality, maxQuality }: QualityOptions, maxLevel: number): readonly number[] {
  const used = levels.filter((level) => level > minQuality && level <= maxQuality && level <= maxLevel);
  used.push(minQuality);
  return used;
}

/** Of two as near, the lower. */
function nearest(levels: readonly number[], quality: number): number {
  return levels.reduce((best, level) => (Math.abs(level - quality) <= Math.abs(best - quality) ? level : best));
}

function kbpsOf(bytes: number | undefined, fps: number): number | undefined {
  return bytes === undefined || fps === Number.POSITIVE_INFINITY ? undefined : (bytes * fps * 8) / 1000;
}
