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

/**
 * The sources of a mount in order of preference, and which of them is on the air: the first that is live. Those
 * after it rest. A fallback starts when none before it delivers or promises to, and rests again when one is back.
 */
export class SourceChain {
  readonly #deps: SourceChainDeps;
  readonly #feeds: readonly Feed[];
  readonly #needed = new Set<Feed>();
  #rungs: readonly Rung[] = [];
  #active: Feed | undefined;
  /** Since when each feed that is needed has been in its present state (live or not), microseconds. */
  readonly #since = new Map<Feed, { readonly isLive: boolean; readonly sinceUs: number }>();
  #relievedUs = 0;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(deps: SourceChainDeps, feeds: readonly Feed[]) {
    this.#deps = deps;
    this.#feeds = feeds;
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
    const nowUs = this.#deps.clock.nowUs();
    for (const feed of this.#needed) {
      if (this.#since.get(feed)?.isLive !== feed.isLive) this.#since.set(feed, { isLive: feed.isLive, sinceUs: nowUs });
    }
    this.#startNeeded(nowUs);
    this.#choose(nowUs);
    this.#releaseRelieved(nowUs);
    // Patience, dwell and rest run out with time, not with events.
    this.#timer?.cancel();
    this.#timer = this.#active === this.#feeds[0] && this.#needed.size === 1 ? undefined : this.#reviewLater();
  }

  #reviewLater(): Timer {
    return this.#deps.clock.after(250, () => this.#review());
  }

  /** Needs feeds in order, up to the first that delivers or may still be waited for. */
  #startNeeded(nowUs: number): void {
    for (const feed of this.#feeds) {
      if (!this.#needed.has(feed)) {
        this.#needed.add(feed);
        this.#since.set(feed, { isLive: false, sinceUs: nowUs });
        feed.need(this.#deps.user, this.#rungs);
      }
      const waitedUs = nowUs - (this.#since.get(feed)?.sinceUs ?? nowUs);
      if (feed.isLive || (feed.isPromising && waitedUs < PATIENCE_MS * 1000)) return;
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
    const active = this.#active;
    if (active === undefined || nowUs - this.#relievedUs < RELEASE_MS * 1000) return;
    for (const feed of this.#feeds.slice(this.#feeds.indexOf(active) + 1)) {
      if (!this.#needed.delete(feed)) continue;
      this.#since.delete(feed);
      void feed.release(this.#deps.user);
    }
  }
}
