import { BufferHold, secondsAhead } from './buffer-hold.js';

/** No sound for this long, beyond what is natural, while it should play: the connection is made anew. */
const STALL_MS = 8_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 15_000;

/**
 * Plays a live stream. It is wanted or not; while it is wanted, whatever goes wrong ends in another try. It never
 * resumes: to stop is to close the connection, to play is to open a new one at the live edge.
 */
export class Player {
  #audio;
  #planOf;
  #onState;
  #isWanted = false;
  #failures = 0;
  #retryTimer;
  #watchTimer;
  #progressMs = 0;
  #lastTime = 0;
  #lastComeS = 0;
  #isWaiting = false;
  #hold;
  #holdSeconds = 0;
  #stallMs = STALL_MS;
  #mayAskForBurst = true;

  /**
   * @param audio an element without a source, and nobody else's
   * @param planOf called for each connection: `url` to play, the element's `preload`, `holdSeconds`, which it wants in
   *   hand before it goes on after it ran dry, and `blockSeconds`, in which it is natural that nothing comes
   * @param onState told a sentence for the listener, and whether it is `good` or `bad` news, or neither
   */
  constructor(audio, planOf, onState) {
    this.#audio = audio;
    this.#planOf = planOf;
    this.#onState = onState;
    this.#hold = new BufferHold(audio, () => this.#begin());
    audio.preload = 'none';
    audio.addEventListener('playing', () => this.#tellPlaying());
    audio.addEventListener('waiting', () => this.#fill());
    for (const event of ['waiting', 'stalled']) audio.addEventListener(event, () => this.#tellWaiting());
    audio.addEventListener('ended', () => this.#retry('The server has ended the stream.'));
    audio.addEventListener('error', () => void this.#explain());
    // A phone call, headphones pulled out, a key of the keyboard: to go on from here would be to play the past.
    audio.addEventListener('pause', () => {
      // By the time that it is told, a pause of our own may be over.
      if (this.#isWanted && audio.paused && !audio.ended && audio.hasAttribute('src') && !this.#hold.isOn) this.stop();
    });
    window.addEventListener('online', () => this.#retryTimer !== undefined && this.play());
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
    this.#failures = 0;
    this.#connect();
  }

  /** Ends the connection, too: a paused element would go on loading. */
  stop(text = 'Stopped', tone = '') {
    this.#isWanted = false;
    this.#disconnect();
    this.#onState(text, tone);
  }

  #connect() {
    this.#disconnect();
    this.#onState(this.#failures === 0 ? 'Connecting…' : 'Connecting again…', '');
    const { url, preload, holdSeconds, blockSeconds } = this.#planOf();
    // One that was never used before: nothing that the browser still holds of the stream is played again.
    url.searchParams.set('at', Date.now().toString(36));
    if (!this.#mayAskForBurst) url.searchParams.delete('burst');
    this.#holdSeconds = holdSeconds;
    this.#stallMs = STALL_MS + blockSeconds * 1_000;
    // Of weight from here on only: nothing is loaded before somebody wants to hear it.
    this.#audio.preload = preload;
    this.#audio.src = url.href;
    this.#progressMs = performance.now();
    this.#lastTime = 0;
    this.#lastComeS = 0;
    this.#watchTimer = setInterval(() => this.#watch(), 1_000);
    this.#begin();
  }

  #begin() {
    this.#audio.play().catch((error) => {
      // What fails to load comes as an error event; what the next try replaces is of no interest.
      if (error.name === 'NotAllowedError') {
        this.stop('The browser wants to be asked once more: press play again.', 'bad');
      }
    });
  }

  #disconnect() {
    clearInterval(this.#watchTimer);
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#hold.cancel();
    if (!this.#audio.hasAttribute('src')) return;
    this.#audio.removeAttribute('src');
    this.#audio.load();
  }

  #retry(why) {
    if (!this.#isWanted || this.#retryTimer !== undefined) return;
    this.#disconnect();
    const evenMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** this.#failures);
    // Spread, so that all the pages that lost a server do not come back to it at once.
    const waitMs = evenMs * (0.75 + Math.random() / 2);
    this.#failures += 1;
    this.#retryTimer = setTimeout(() => this.#connect(), waitMs);
    this.#onState(`${why} Trying again in ${Math.max(1, Math.round(waitMs / 1000))} s.`, 'bad');
  }

  #watch() {
    const { currentTime } = this.#audio;
    if (currentTime !== this.#lastTime) {
      this.#lastTime = currentTime;
      this.#progressMs = performance.now();
      // It has worked for a while: the next failure is a first one again.
      if (currentTime > 10) this.#failures = 0;
      // An element that stalled but had enough in hand plays on, without an event to say so.
      if (this.#isWaiting) this.#tellPlaying();
    } else if (this.#hold.isOn && this.#hold.comeS > this.#lastComeS) {
      this.#lastComeS = this.#hold.comeS;
      this.#progressMs = performance.now();
    } else if (performance.now() - this.#progressMs > this.#stallMs) {
      this.#retry('No sound is coming.');
    }
  }

  /** It has run dry. At the start it has not: what is there then is played at once. */
  #fill() {
    if (!this.#isWanted || this.#audio.currentTime === 0) return;
    this.#lastComeS = 0;
    this.#hold.begin(this.#holdSeconds);
    if (this.#hold.isOn) this.#onState('Filling the buffer…', '');
  }

  #tellPlaying() {
    this.#isWaiting = false;
    if (this.#isWanted) this.#onState('Playing', 'good');
  }

  #tellWaiting() {
    this.#isWaiting = true;
    if (this.#isWanted && !this.#hold.isOn) this.#onState('Waiting for sound…', '');
  }

  /** The element only knows that it failed; the server has a sentence for it. */
  async #explain() {
    if (!this.#isWanted || !this.#audio.hasAttribute('src')) return;
    const { src } = this.#audio;
    const controller = new AbortController();
    let why = 'The stream was interrupted.';
    try {
      const response = await fetch(src, { signal: controller.signal });
      if (!response.ok) why = (await response.text()).split('\n')[0].slice(0, 200);
      // Stations may allow less of it than was asked for.
      if (response.status === 400) this.#mayAskForBurst = false;
    } catch {
      why = 'The server does not answer.';
    }
    controller.abort();
    if (this.#audio.src === src) this.#retry(why);
  }
}
