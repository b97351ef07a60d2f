import type { Clock, Timer } from '../core/clock.ts';
import type { Rung } from '../core/rung.ts';
import type { Feed, FeedUser } from './feed.ts';

export interface SourceChainDeps {
  readonly clock: Clock;
  /** In whose name feeds are needed and released. */
  readonly user: FeedUser;
  /** Another feed, or none, is on the air from now on. */
  onActive(feed: Feed | undefined): void;
}

/** How long a source that starts is waited for before the next in the chain is turned to. */
const PATIENCE_MS = 3_000;
/** How long a source that is back must deliver before it takes over again: a loose plug must not be heard. */
const RETURN_MS = 1_000;
/** How long a fallback goes on running after it was relieved. */
const RELEASE_MS = 5_000;
const REVIEW_MS = 250;

/**
 * The sources of a mount in order of preference, and which of them is on the air: the first that is live. Those
 * after it rest. A fallback starts when none before it delivers or promises to, and rests again when one is back.
 */
export class SourceChain {
  readonly #deps: SourceChainDeps;
  readonly #feeds: readonly Feed[];
  /** Index of the mount's own source. */
  readonly #primary: number;
  readonly #needed = new Set<Feed>();
  #rungs: readonly Rung[] = [];
  #active: Feed | undefined;
  /** Since when each feed that is needed has been in its present state (live or not), microseconds. */
  readonly #since = new Map<Feed, { readonly isLive: boolean; readonly sinceUs: number }>();
  #relievedUs = 0;
  #timer: Timer | undefined;
  #isReviewing = false;
  #reviewAgain = false;
  #isClosed = false;

  /** @param primary the feed up to which all run even while one before them is on the air; the first by default */
  constructor(deps: SourceChainDeps, feeds: readonly Feed[], primary: Feed | undefined) {
    this.#deps = deps;
    this.#feeds = feeds;
    this.#primary = primary === undefined ? 0 : feeds.indexOf(primary);
  }

  get active(): Feed | undefined {
    return this.#active;
  }

  start(): void {
    this.#review();
  }

  /** The rungs that the mount wants from whoever is on the air. */
  want(rungs: readonly Rung[]): void {
    this.#rungs = rungs;
    for (const feed of this.#needed) feed.need(this.#deps.user, rungs);
  }

  /** To be called when the state of one of its feeds has changed. */
  onStatus(): void {
    this.#review();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    const needed = [...this.#needed];
    this.#needed.clear();
    await Promise.all(needed.map((feed) => feed.release(this.#deps.user)));
  }

  #review(): void {
    if (this.#isClosed) return;
    // Starting a feed changes its state, which asks for a review: one more round, not one within another.
    if (this.#isReviewing) {
      this.#reviewAgain = true;
      return;
    }
    this.#isReviewing = true;
    do {
      this.#reviewAgain = false;
      this.#reviewOnce(this.#deps.clock.nowUs());
    } while (this.#reviewAgain);
    this.#isReviewing = false;
    this.#timer?.cancel();
    this.#timer = this.#isTimeAwaited() ? this.#deps.clock.after(REVIEW_MS, () => this.#review()) : undefined;
  }

  #reviewOnce(nowUs: number): void {
    for (const feed of this.#needed) {
      if (this.#since.get(feed)?.isLive !== feed.isLive) this.#since.set(feed, { isLive: feed.isLive, sinceUs: nowUs });
    }
    this.#startNeeded(nowUs);
    this.#choose(nowUs);
    this.#releaseRelieved(nowUs);
  }

  /** Patience, dwell and rest run out with time; everything else comes as a change of state. */
  #isTimeAwaited(): boolean {
    const active = this.#active === undefined ? this.#feeds.length : this.#feeds.indexOf(this.#active);
    const lastNeeded = this.#lastNeeded;
    return this.#feeds.some((feed, i) => {
      if (!this.#needed.has(feed)) return false;
      return i > lastNeeded || (i < active && (feed.isLive || (this.#active === undefined && feed.isPromising)));
    });
  }

  /** Index of the last feed that has a reason to run. */
  get #lastNeeded(): number {
    if (this.#active === undefined) return this.#feeds.length - 1;
    return Math.max(this.#feeds.indexOf(this.#active), this.#primary);
  }

  /** Needs feeds in order, the primary at least, up to where one delivers or may still be waited for. */
  #startNeeded(nowUs: number): void {
    let isHopeful = false;
    for (const [i, feed] of this.#feeds.entries()) {
      if (!this.#needed.has(feed)) {
        this.#needed.add(feed);
        this.#since.set(feed, { isLive: false, sinceUs: nowUs });
        feed.need(this.#deps.user, this.#rungs);
      }
      const waitedUs = nowUs - (this.#since.get(feed)?.sinceUs ?? nowUs);
      isHopeful ||= feed.isLive || (feed.isPromising && waitedUs < PATIENCE_MS * 1000);
      if (isHopeful && i >= this.#primary) return;
    }
  }

  #choose(nowUs: number): void {
    const first = this.#feeds.find((feed) => feed.isLive);
    if (first === this.#active) return;
    const active = this.#active;
    // Only a change for the better waits; with nobody on the air there is nothing to wait for.
    if (first !== undefined && active?.isLive) {
      const liveUs = nowUs - (this.#since.get(first)?.sinceUs ?? nowUs);
      if (liveUs < RETURN_MS * 1000) return;
    }
    this.#active = first;
    this.#relievedUs = nowUs;
    this.#deps.onActive(first);
  }

  #releaseRelieved(nowUs: number): void {
    if (this.#active === undefined || nowUs - this.#relievedUs < RELEASE_MS * 1000) return;
    for (const feed of this.#feeds.slice(this.#lastNeeded + 1)) {
      if (!this.#needed.delete(feed)) continue;
      this.#since.delete(feed);
      void feed.release(this.#deps.user);
    }
  }
}
