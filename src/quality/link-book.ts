import type { Clock } from '../core/clock.ts';
import { ASSUMED_MBPS, type LinkKnowledge } from '../core/link-knowledge.ts';

/** What a test of a link brought. */
export interface LinkTest {
  readonly mbps: number;
  readonly rttMs: number | undefined;
}

export interface LinkBookOptions {
  /** So long a test answers for the next one, and everything known counts in full. */
  readonly freshMs?: number;
  /** After so long without news nothing is known any more. */
  readonly streamMs?: number;
  /** Addresses that are remembered; of more, those that nobody asked about for longest are forgotten. */
  readonly maxAddresses?: number;
}

interface Measure {
  readonly mbps: number;
  readonly atUs: number;
  readonly source: 'test' | 'stream';
  readonly isLowerBound: boolean;
}

interface Page {
  measure: Measure | undefined;
  /** The last test that brought something. */
  test: { readonly result: LinkTest; readonly atUs: number } | undefined;
  problem: { readonly sentence: string; readonly atUs: number } | undefined;
}

/** Beyond this a figure halves its weight each time: against what is assumed … */
const FADE_HALF_US = 7_200_000_000;
/** … and against the next figure, of which there may be one a second, … */
const BLEND_HALF_US = 30_000_000;
/** … but the newest always has a say. */
const MAX_PAST_WEIGHT = 0.8;
/** A dead link; rates are compared by their ratio, and 0 has none. */
const LEAST_MBPS = 0.008;
const MAX_PROBLEM_LENGTH = 300;

/**
 * What is known of the links to the addresses of clients, from tests and from what was seen while they listened. The
 * newest counts most; with age, what was measured gives way to what is assumed of any link. Blends are of ratios
 * (geometric): links differ by factors. Bounded, and in memory only.
 */
export class LinkBook {
  readonly #clock: Clock;
  readonly #freshUs: number;
  readonly #streamUs: number;
  readonly #maxAddresses: number;
  /** Longest untouched first. */
  readonly #pages = new Map<string, Page>();

  constructor(
    { clock }: { readonly clock: Clock },
    { freshMs = 300_000, streamMs = 21_600_000, maxAddresses = 1000 }: LinkBookOptions = {},
  ) {
    this.#clock = clock;
    this.#freshUs = freshMs * 1000;
    this.#streamUs = streamMs * 1000;
    this.#maxAddresses = maxAddresses;
  }

  /** Addresses that something is known of. */
  get size(): number {
    return this.#pages.size;
  }

  /** Takes what a test has measured; it replaces what was known before. */
  noteTest(address: string, { mbps, rttMs }: LinkTest): void {
    if (!isRate(mbps)) return;
    const page = this.#pageFor(address);
    const atUs = this.#clock.nowUs();
    page.test = { result: { mbps, rttMs }, atUs };
    page.measure = { mbps: Math.max(LEAST_MBPS, mbps), atUs, source: 'test', isLowerBound: false };
    page.problem = undefined;
  }

  /** A test brought nothing: the next one measures again. What was known stays. */
  noteProblem(address: string, sentence: string): void {
    const page = this.#pageFor(address);
    page.problem = { sentence: sentence.slice(0, MAX_PROBLEM_LENGTH), atUs: this.#clock.nowUs() };
  }

  /**
   * Takes what a stream has shown of the link.
   * @param isLowerBound the link was never asked for more: that can only raise what is known or assumed.
   */
  noteStream(address: string, kbps: number, isLowerBound: boolean): void {
    if (!isRate(kbps)) return;
    const atUs = this.#clock.nowUs();
    const before = this.#measureOf(this.#pages.get(address), atUs);
    const mbps = Math.max(LEAST_MBPS, kbps / 1000);
    if (isLowerBound) {
      const known = before === undefined ? ASSUMED_MBPS : this.#faded(before, atUs);
      if (mbps < known) return;
      this.#pageFor(address).measure = { mbps, atUs, source: 'stream', isLowerBound };
      return;
    }
    const past = before === undefined ? 0 : Math.min(MAX_PAST_WEIGHT, 2 ** -((atUs - before.atUs) / BLEND_HALF_US));
    const blended = before === undefined ? mbps : blend(before.mbps, mbps, past);
    this.#pageFor(address).measure = { mbps: blended, atUs, source: 'stream', isLowerBound };
  }

  /** What is known of the link to that address; where that is nothing, what is assumed. */
  of(address: string): LinkKnowledge {
    const nowUs = this.#clock.nowUs();
    const page = this.#touched(address);
    const measure = this.#measureOf(page, nowUs);
    const test = page?.test;
    const rttMs = test !== undefined && nowUs - test.atUs <= this.#streamUs ? test.result.rttMs : undefined;
    const problem = page?.problem;
    const isRemembered = problem !== undefined && nowUs - problem.atUs <= this.#streamUs;
    return {
      mbps: measure === undefined ? ASSUMED_MBPS : this.#faded(measure, nowUs),
      source: measure?.source ?? 'assumed',
      ageS: measure === undefined ? undefined : (nowUs - measure.atUs) / 1e6,
      isLowerBound: measure?.isLowerBound ?? false,
      rttMs,
      problem: isRemembered ? problem.sentence : undefined,
    };
  }

  /** The last test, while it is fresh and none has failed since. */
  freshTest(address: string): (LinkTest & { readonly ageS: number }) | undefined {
    const page = this.#touched(address);
    if (page?.test === undefined || page.problem !== undefined) return undefined;
    const ageUs = this.#clock.nowUs() - page.test.atUs;
    return ageUs <= this.#freshUs ? { ...page.test.result, ageS: ageUs / 1e6 } : undefined;
  }

  #measureOf(page: Page | undefined, nowUs: number): Measure | undefined {
    const measure = page?.measure;
    return measure !== undefined && nowUs - measure.atUs <= this.#streamUs ? measure : undefined;
  }

  #faded({ mbps, atUs }: Measure, nowUs: number): number {
    const oldUs = Math.max(0, nowUs - atUs - this.#freshUs);
    return oldUs === 0 ? mbps : blend(mbps, ASSUMED_MBPS, 2 ** -(oldUs / FADE_HALF_US));
  }

  #touched(address: string): Page | undefined {
    const page = this.#pages.get(address);
    if (page === undefined) return undefined;
    this.#pages.delete(address);
    this.#pages.set(address, page);
    return page;
  }

  #pageFor(address: string): Page {
    const known = this.#touched(address);
    if (known !== undefined) return known;
    const page: Page = { measure: undefined, test: undefined, problem: undefined };
    this.#pages.set(address, page);
    if (this.#pages.size > this.#maxAddresses) {
      const [longestUntouched] = this.#pages.keys();
      this.#pages.delete(longestUntouched as string);
    }
    return page;
  }
}

function isRate(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

/** @param weight of `a`, 0 to 1 */
function blend(a: number, b: number, weight: number): number {
  return a ** weight * b ** (1 - weight);
}
