// What changes by itself, as the server tells it: one WebSocket for the whole page, while somebody wants to know.

import { Store } from './store.js';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** A view that is left for another which wants the same does not cost a connection. */
const LINGER_MS = 1_000;

class Live {
  /** The socket is open: what it does not tell has not happened. */
  isOpen = new Store(false);
  #watchers = new Map();
  #socket;
  #failures = 0;
  #timer;
  #lingerTimer;

  /**
   * Calls `callback(data)` with what is told of a topic: levels, figures, events, log, sessions.
   * Returns how to end that.
   */
  watch(topic, callback) {
    const callbacks = this.#watchers.get(topic) ?? new Set();
    this.#watchers.set(topic, callbacks);
    callbacks.add(callback);
    if (callbacks.size === 1) this.#tellTopics();
    return () => {
      callbacks.delete(callback);
      if (callbacks.size > 0) return;
      this.#watchers.delete(topic);
      this.#tellTopics();
    };
  }

  /** Follows the page: one that nobody sees asks for nothing. */
  follow() {
    clearTimeout(this.#lingerTimer);
    const isWanted = this.#watchers.size > 0 && document.visibilityState === 'visible';
    if (isWanted) {
      if (this.#socket === undefined && this.#timer === undefined) this.#connect();
    } else this.#lingerTimer = setTimeout(() => this.#disconnect(), LINGER_MS);
  }

  /** There is a network again, or another one: whatever was waited for is tried at once. */
  hurry() {
    if (this.#timer === undefined) return;
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.follow();
  }

  /** Connects anew: who has signed in or out is somebody else to the station. */
  again() {
    this.#disconnect();
    this.#failures = 0;
    this.follow();
  }

  #tellTopics() {
    if (this.isOpen.value && this.#watchers.size > 0) {
      this.#socket.send(JSON.stringify({ watch: [...this.#watchers.keys()] }));
    }
    this.follow();
  }

  #connect() {
    const url = new URL('/api/live', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      if (socket !== this.#socket) return;
      this.isOpen.set(true);
      this.#tellTopics();
    });
    socket.addEventListener('message', ({ data }) => socket === this.#socket && this.#receive(data));
    socket.addEventListener('close', () => socket === this.#socket && this.#retryLater());
  }

  #receive(text) {
    this.#failures = 0;
    const { topic, data } = JSON.parse(text);
    for (const callback of [...(this.#watchers.get(topic) ?? [])]) callback(data);
  }

  #disconnect() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    this.isOpen.set(false);
    socket?.close();
  }

  #retryLater() {
    this.#disconnect();
    const evenMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
    this.#failures += 1;
    // Spread, so that all the pages that lost a station do not come back to it at once.
    const waitMs = evenMs * (0.75 + Math.random() / 2);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.follow();
    }, waitMs);
  }
}

export const live = new Live();

document.addEventListener('visibilitychange', () => live.follow());
window.addEventListener('online', () => live.hurry());
