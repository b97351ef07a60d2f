// Pictures of one camera as a stream of JPEGs on one request, for where something between page and station lets no
// WebSocket through. Read here and not by an <img>, which tells neither that a stream has died nor why it was refused.

import { PictureParts } from './picture-parts.js';

/** To its user the same as a PictureSocket. */
export class PictureStream {
  closed;
  #camera;
  #onPicture;
  #end;
  #request;
  #hasOpened = false;

  constructor(camera, level, onPicture) {
    this.#camera = camera;
    this.#onPicture = onPicture;
    this.closed = new Promise((resolve) => {
      this.#end = (why = '') => resolve({ hasOpened: this.#hasOpened, why });
    });
    this.level = level;
  }

  /** Another level is another request. */
  set level(level) {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    const read = this.#read(level, request.signal).catch(() => '');
    void read.then((why) => {
      if (this.#request === request) this.close(why);
    });
  }

  close(why) {
    this.#request.abort();
    this.#end(why);
  }

  /** Resolves with a sentence about the end; rejects when the connection broke or delivers something else. */
  async #read(level, signal) {
    const url = new URL(`/camera/${encodeURIComponent(this.#camera)}.mjpg`, location.href);
    url.searchParams.set('level', level);
    const response = await fetch(url, { signal, cache: 'no-store' });
    if (!response.ok) return (await response.text()).split('\n')[0].slice(0, 200);
    this.#hasOpened = true;
    const parts = new PictureParts();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return '';
      for (const { header, jpeg } of parts.take(value)) this.#onPicture(header, new Blob([jpeg]));
    }
  }
}
