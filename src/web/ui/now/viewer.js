// Shows one camera on a canvas, and goes on trying for as long as it is wanted.

import { words } from '../language.js';
import { PictureSocket } from './picture-socket.js';
import { PictureStream } from './picture-stream.js';
import { WORDS } from './words.js';

const t = words(WORDS);
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** A connection that delivers nothing for so long is dead: even without a signal there is a picture a second. */
const SILENCE_MS = 15_000;
/** WebSockets that never opened, one after the other, until the other way is tried … */
const MAX_REFUSED = 2;
/** … and for how long that is remembered. */
const REMEMBER_REFUSED_MS = 300_000;
/** Frames a second are of so long. */
const SPAN_MS = 3_000;

export class Viewer {
  #canvas;
  #onChange;
  #camera;
  #level = 'auto';
  #connection;
  #failures = 0;
  #refused = 0;
  #refusedMs = 0;
  #retryTimer;
  #silenceTimer;
  #newest;
  #isDecoding = false;
  #shownMs = [];
  #hurry = () => this.#retryTimer !== undefined && this.#connect();

  /**
   * @param canvas where pictures are drawn
   * @param onChange called with `shown`, the header of the picture (`sequence` 0: it says why there is none) and its
   *   width and height, and frames a second; or with `lost` and, where there is one, a sentence that says why
   */
  constructor(canvas, onChange) {
    this.#canvas = canvas;
    this.#onChange = onChange;
    window.addEventListener('online', this.#hurry);
  }

  /** Lets go of everything; it is not used again. */
  close() {
    this.watch(undefined);
    window.removeEventListener('online', this.#hurry);
  }

  /** Which one is watched, undefined: none. */
  get camera() {
    return this.#camera;
  }

  /** Watches that camera, undefined: none. What is watched already stays connected. */
  watch(camera) {
    if (camera === this.#camera) return;
    this.#camera = camera;
    this.#disconnect();
    this.#failures = 0;
    if (performance.now() - this.#refusedMs > REMEMBER_REFUSED_MS) this.#refused = 0;
    if (camera !== undefined) this.#connect();
  }

  /** A JPEG quality, or `auto`. */
  set level(level) {
    if (level === this.#level) return;
    this.#level = level;
    if (this.#connection !== undefined) this.#connection.level = level;
  }

  /** An empty canvas of those proportions, until there is a picture of the camera that is watched. */
  clear(width, height) {
    this.#canvas.width = width;
    this.#canvas.height = height;
  }

  #connect() {
    this.#disconnect();
    const Way = this.#refused < MAX_REFUSED ? PictureSocket : PictureStream;
    const connection = new Way(this.#camera, this.#level, (header, jpeg) => {
      if (connection === this.#connection) this.#receive({ connection, header, jpeg });
    });
    this.#connection = connection;
    this.#listenForSilence();
    void connection.closed.then(({ hasOpened, why }) => {
      if (connection !== this.#connection) return;
      if (hasOpened) {
        if (Way === PictureSocket) this.#refused = 0;
      } else if (Way === PictureSocket) {
        this.#refused += 1;
        this.#refusedMs = performance.now();
      } else {
        // It is not the WebSocket that does not get through: nothing does.
        this.#refused = 0;
      }
      this.#retryLater(why);
    });
  }

  #disconnect() {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#silenceTimer);
    this.#retryTimer = undefined;
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
    this.#newest = undefined;
    this.#shownMs = [];
  }

  #retryLater(why) {
    this.#disconnect();
    const evenMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
    this.#failures += 1;
    // Spread, so that all the pages that lost a station do not come back to it at once.
    this.#retryTimer = setTimeout(() => this.#connect(), evenMs * (0.75 + Math.random() / 2));
    this.#onChange('lost', { why });
  }

  #listenForSilence() {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#connection.close(t.noPicture), SILENCE_MS);
  }

  #receive(picture) {
    this.#failures = 0;
    this.#listenForSilence();
    // A page that is slower than the pictures come draws the newest, like everybody else.
    this.#newest = picture;
    if (!this.#isDecoding) void this.#draw();
  }

  async #draw() {
    this.#isDecoding = true;
    while (this.#newest !== undefined) {
      const { connection, header, jpeg } = this.#newest;
      this.#newest = undefined;
      // One that cannot be decoded is followed by one that can.
      const bitmap = await createImageBitmap(jpeg).catch(() => undefined);
      // While it was decoded another camera may have been chosen.
      if (bitmap !== undefined && connection === this.#connection) this.#show(bitmap, header);
      bitmap?.close();
    }
    this.#isDecoding = false;
  }

  #show(bitmap, header) {
    const { width, height } = bitmap;
    const canvas = this.#canvas;
    // Setting a size empties the canvas, even if it is the same.
    if (canvas.width !== width || canvas.height !== height) this.clear(width, height);
    canvas.getContext('2d', { alpha: false }).drawImage(bitmap, 0, 0);
    const nowMs = performance.now();
    this.#shownMs.push(nowMs);
    while (nowMs - this.#shownMs[0] > SPAN_MS) this.#shownMs.shift();
    const spanMs = nowMs - this.#shownMs[0];
    const fps = spanMs === 0 ? undefined : ((this.#shownMs.length - 1) * 1000) / spanMs;
    this.#onChange('shown', { ...header, width, height, fps });
  }
}
