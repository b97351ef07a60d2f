/** How often to look. */
const LOOK_MS = 100;
/** What a figure of the element must grow by to count as sound that has come. */
const GROWN_S = 0.05;

/** Seconds of sound that the element has beyond what it plays. Chromium tells of no more than about two. */
export function secondsAhead({ buffered, currentTime }) {
  for (let i = buffered.length - 1; i >= 0; i -= 1) {
    if (buffered.start(i) <= currentTime + GROWN_S) return Math.max(0, buffered.end(i) - currentTime);
  }
  return 0;
}

/**
 * Keeps an element that has run dry silent until there is enough in hand: one longer gap instead of many short ones.
 * Not in a page that nobody sees: a phone with a dark screen may not let it begin again.
 */
export class BufferHold {
  #audio;
  #onEnd;
  #timer;
  #wantedS = 0;
  #aheadS = 0;
  #comeS = 0;
  #flow;

  /** @param onEnd called when there is enough: the element may play */
  constructor(audio, onEnd) {
    this.#audio = audio;
    this.#onEnd = onEnd;
    document.addEventListener('visibilitychange', () => this.isOn && isHidden() && this.#finish());
  }

  get isOn() {
    return this.#timer !== undefined;
  }

  /** Seconds in hand, as far as can be told; grows as long as anything comes. */
  get comeS() {
    return this.#comeS;
  }

  /** Holds the element until it has so many seconds in hand. */
  begin(seconds) {
    if (this.isOn || isHidden() || !(seconds > 0)) return;
    this.#wantedS = seconds;
    this.#aheadS = secondsAhead(this.#audio);
    this.#comeS = this.#aheadS;
    this.#flow = undefined;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#audio.pause();
  }

  /** Forgets it: the element is stopped, or connected anew. */
  cancel() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look() {
    const nowMs = performance.now();
    const aheadS = secondsAhead(this.#audio);
    if (aheadS > this.#aheadS + GROWN_S) this.#flow ??= { fromMs: nowMs, fromS: this.#aheadS };
    // A live stream brings a second each second, whatever the element tells of it.
    const flowS = this.#flow === undefined ? 0 : this.#flow.fromS + (nowMs - this.#flow.fromMs) / 1000;
    this.#comeS = Math.max(aheadS, flowS);
    if (this.#comeS >= this.#wantedS) this.#finish();
  }

  #finish() {
    this.cancel();
    this.#onEnd();
  }
}

function isHidden() {
  return document.visibilityState === 'hidden';
}
