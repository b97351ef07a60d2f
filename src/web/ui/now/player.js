import { BufferHold, secondsAhead } from './buffer-hold.js';

/** No sound for this long, beyond what is natural, while it should play: the connection is made anew. */
const STALL_MS = 8_000;
/** So much more of the clock than of the sound has gone by at once: the device has slept. */
const SLEPT_MS = 2_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 15_000;
/** Whoever was interrupted by the system may be let go on by it; until then the connection waits. */
const KEEP_INTERRUPTED_MS = 60_000;

/**
 * Plays a live stream. It is wanted or not; while it is wanted, whatever goes wrong ends in another try. It never
 * resumes: to stop is to close the connection, to play is to open a new one at the live edge.
 *
 * It may have to go on in a page that nobody sees, on a phone with a dark screen, where timers come late or never: there
 * it acts on the element's own events, at once and without letting go of the element, which alone may make a sound.
 */
export class Player {
  #audio;
  #planOf;
  #onState;
  #isWanted = false;
  #isInterrupted = false;
  #failures = 0;
  #retryTimer;
  #watchTimer;
  #interruptTimer;
  #progressMs = 0;
  #lastTime = 0;
  #lastComeS = 0;
  #isWaiting = false;
  #wasOffline = false;
  #hold;
  #holdSeconds = 0;
  #stallMs = STALL_MS;
  #mayAskForBurst = true;

  /**
   * @param audio an element without a source, and nobody else's
   * @param planOf called for each connection: `url` to play, the element's `preload`, `holdSeconds`, which it wants in
   *   hand before it goes on after it ran dry, and `blockSeconds`, in which it is natural that nothing comes
   * @param onState told what it does: `code` is connecting, again, playing, waiting, filling, retrying, interrupted,
   *   refused or stopped; `tone` whether that is `good` or `bad` news, or neither. With retrying comes `why`, a code
   *   (ended, silent, broken, gone) or, as `sentence`, the server's own words, and `seconds`
   */
  constructor(audio, planOf, onState) {
    this.#audio = audio;
    this.#planOf = planOf;
    this.#onState = onState;
    this.#hold = new BufferHold(audio, () => this.#begin());
    audio.preload = 'none';
    audio.addEventListener('playing', () => this.#tellPlaying());
    audio.addEventListener('timeupdate', () => this.#noteProgress());
    audio.addEventListener('waiting', () => this.#fill());
    for (const event of ['waiting', 'stalled']) audio.addEventListener(event, () => this.#tellWaiting());
    audio.addEventListener('stalled', () => this.#noteStalled());
    audio.addEventListener('ended', () => this.#retry({ why: 'ended' }));
    audio.addEventListener('error', () => void this.#explain());
    audio.addEventListener('pause', () => this.#notePause());
    audio.addEventListener('play', () => this.#isInterrupted && this.play());
    window.addEventListener('offline', () => {
      this.#wasOffline = true;
    });
    window.addEventListener('online', () => this.#wake());
    window.addEventListener('pageshow', () => this.#wake());
    document.addEventListener('resume', () => this.#wake());
    document.addEventListener('visibilitychange', () => !isHidden() && this.#wake());
  }

  get isWanted() {
    return this.#isWanted;
  }

  /** Sound that is in hand, by what the browser tells, in seconds. */
  get secondsAhead() {
    return this.#isWanted ? secondsAhead(this.#audio) : 0;
  }

  /** Plays what is live now, also when it plays already. */
  play() {
    this.#isWanted = true;
    this.#isInterrupted = false;
    this.#failures = 0;
    this.#connect();
  }

  /** Ends the connection, too: a paused element would go on loading. */
  stop(code = 'stopped', tone = '') {
    this.#isWanted = false;
    this.#isInterrupted = false;
    this.#disconnect();
    this.#onState({ code, tone });
  }

  #connect() {
    this.#rest();
    this.#onState({ code: this.#failures === 0 ? 'connecting' : 'again', tone: '' });
    const { url, preload, holdSeconds, blockSeconds } = this.#planOf();
    // One that was never used before: nothing that the browser still holds of the stream is played again.
    url.searchParams.set('at', Date.now().toString(36));
    if (!this.#mayAskForBurst) url.searchParams.delete('burst');
    this.#holdSeconds = holdSeconds;
    this.#stallMs = STALL_MS + blockSeconds * 1_000;
    // Of weight from here on only: nothing is loaded before somebody wants to hear it.
    this.#audio.preload = preload;
    this.#audio.src = url.href;
    // The clock on the wall goes on while a device sleeps; the others may not.
    this.#progressMs = Date.now();
    this.#lastTime = 0;
    this.#lastComeS = 0;
    this.#wasOffline = false;
    this.#watchTimer = setInterval(() => this.#watch(), 1_000);
    this.#begin();
  }

  #begin() {
    this.#audio.play().catch((error) => {
      // What fails to load comes as an error event; what the next try replaces is of no interest.
      if (error.name === 'NotAllowedError' && this.#isWanted) this.stop('refused', 'bad');
    });
  }

  /** Ends whatever was waited for. */
  #rest() {
    clearInterval(this.#watchTimer);
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#interruptTimer);
    this.#retryTimer = undefined;
    this.#hold.cancel();
  }

  #disconnect() {
    this.#rest();
    if (!this.#audio.hasAttribute('src')) return;
    this.#audio.removeAttribute('src');
    this.#audio.load();
  }

  #retry(why) {
    if (!this.#isWanted || this.#retryTimer !== undefined) return;
    if (isHidden() && this.#failures === 0) {
      this.#failures = 1;
      this.#connect();
      return;
    }
    if (isHidden()) this.#rest();
    else this.#disconnect();
    const evenMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** this.#failures);
    // Spread, so that all the pages that lost a server do not come back to it at once.
    const waitMs = evenMs * (0.75 + Math.random() / 2);
    this.#failures += 1;
    this.#retryTimer = setTimeout(() => this.#connect(), waitMs);
    this.#onState({ code: 'retrying', tone: 'bad', seconds: Math.max(1, Math.round(waitMs / 1000)), ...why });
  }

  /** The page is seen again, or there is a network again: nothing is waited for, and nothing of the past is played. */
  #wake() {
    if (!this.#isWanted) return;
    if (this.#retryTimer !== undefined || this.#wasOffline) {
      // Without a network there is nothing to try yet.
      if (this.#wasOffline && navigator.onLine === false) return;
      this.#failures = 0;
      this.#connect();
    } else this.#watch();
  }

  #watch() {
    this.#noteProgress();
    const { isOn, comeS } = this.#hold;
    if (isOn && comeS > this.#lastComeS) {
      this.#lastComeS = comeS;
      this.#progressMs = Date.now();
    } else if (Date.now() - this.#progressMs > this.#stallMs) this.#retry({ why: 'silent' });
  }

  #noteProgress() {
    const { currentTime } = this.#audio;
    if (!this.#isWanted || this.#retryTimer !== undefined || currentTime === this.#lastTime) return;
    const nowMs = Date.now();
    const lostMs = nowMs - this.#progressMs - (currentTime - this.#lastTime) * 1_000;
    this.#lastTime = currentTime;
    this.#progressMs = nowMs;
    // A stall as long would have ended in another try: the device has slept, and what is in hand is of before.
    if (lostMs > this.#stallMs + SLEPT_MS) {
      this.#failures = 0;
      this.#connect();
      return;
    }
    // It has worked for a while: the next failure is a first one again.
    if (currentTime > 10) this.#failures = 0;
    // An element that stalled but had enough in hand plays on, without an event to say so.
    if (this.#isWaiting && !this.#audio.paused) this.#tellPlaying();
  }

  /** Nothing has come for some seconds. Where no timer can be relied on, that is the last word. */
  #noteStalled() {
    if (isHidden() && this.#isWanted && this.#audio.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) {
      this.#retry({ why: 'silent' });
    }
  }

  /** A phone call, headphones pulled out: the system has paused it, and may let it go on. That is at the live edge, too. */
  #notePause() {
    const { paused, ended, error } = this.#audio;
    // By the time that it is told, a pause of our own may be over; what has failed is paused, too.
    if (!this.#isWanted || !paused || ended || error !== null || !this.#audio.hasAttribute('src') || this.#hold.isOn)
      return;
    this.#rest();
    this.#isWanted = false;
    this.#isInterrupted = true;
    this.#interruptTimer = setTimeout(() => {
      this.#isInterrupted = false;
      this.#disconnect();
    }, KEEP_INTERRUPTED_MS);
    this.#onState({ code: 'interrupted', tone: '' });
  }

  /** It has run dry. At the start it has not: what is there then is played at once. */
  #fill() {
    if (!this.#isWanted || this.#audio.currentTime === 0) return;
    this.#lastComeS = 0;
    this.#hold.begin(this.#holdSeconds);
    if (this.#hold.isOn) this.#onState({ code: 'filling', tone: '' });
  }

  #tellPlaying() {
    this.#isWaiting = false;
    if (this.#isWanted) this.#onState({ code: 'playing', tone: 'good' });
  }

  #tellWaiting() {
    this.#isWaiting = true;
    if (this.#isWanted && !this.#hold.isOn) this.#onState({ code: 'waiting', tone: '' });
  }

  /** The element only knows that it failed; the server has a sentence for it. */
  async #explain() {
    if (!this.#isWanted || !this.#audio.hasAttribute('src')) return;
    if (isHidden()) {
      this.#retry({ why: 'broken' });
      return;
    }
    const { src } = this.#audio;
    const controller = new AbortController();
    let why = { why: 'broken' };
    try {
      const response = await fetch(src, { signal: controller.signal });
      if (!response.ok) why = { why: 'told', sentence: (await response.text()).split('\n')[0].slice(0, 200) };
      // Stations may allow less of it than was asked for.
      if (response.status === 400) this.#mayAskForBurst = false;
    } catch {
      why = { why: 'gone' };
    }
    controller.abort();
    if (this.#audio.src === src) this.#retry(why);
  }
}

function isHidden() {
  return document.visibilityState === 'hidden';
}
