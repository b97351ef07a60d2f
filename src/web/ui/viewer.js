// Shows one camera on a canvas: over a WebSocket, which is none of the few connections that a browser grants a host for
// requests; where something between page and station lets no WebSocket through, as a stream of JPEGs on one connection.

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** A connection that delivers nothing for so long is dead: even without a signal there is a picture a second. */
const SILENCE_MS = 8_000;
/** WebSockets that never opened, one after the other, until the other way is taken. */
const MAX_REFUSED = 3;

export class Viewer {
  #canvas;
  #image;
  #onChange;
  #camera;
  #level = 'auto';
  #isWanted = false;
  #socket;
  #refused = 0;
  #retryMs = FIRST_RETRY_MS;
  #retryTimer;
  #silenceTimer;
  #header;
  #newest;
  #isDecoding = false;
  #arrivals = [];

  /**
   * @param canvas where pictures are drawn
   * @param image takes the canvas' place where no WebSocket gets through
   * @param onChange told of each picture, and of the connection: `{ state, header, fps }`
   */
  constructor(canvas, image, onChange) {
    this.#canvas = canvas;
    this.#image = image;
    this.#onChange = onChange;
  }

  /** Watches that camera, undefined: none. What is connected already stays so. */
  watch(camera) {
    const isOther = camera !== this.#camera;
    if (this.#isWanted && camera !== undefined && !isOther) return;
    this.#disconnect();
    this.#camera = camera;
    this.#isWanted = camera !== undefined;
    if (!this.#isWanted) return;
    this.#retryMs = FIRST_RETRY_MS;
    this.#connect();
  }

  /** A level, or `auto`. */
  set level(level) {
    this.#level = level;
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify({ type: 'quality', level }));
    } else if (!this.#image.hidden) {
      this.#showStream();
    }
  }

  #connect() {
    if (this.#refused >= MAX_REFUSED) {
      this.#showStream();
      return;
    }
    const url = new URL('/camera/ws', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.searchParams.set('name', this.#camera);
    url.searchParams.set('level', this.#level);
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.binaryType = 'blob';
    let isOpen = false;
    socket.onopen = () => {
      isOpen = true;
      this.#refused = 0;
      this.#listenForSilence();
    };
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) this.#receive(data);
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      if (!isOpen) this.#refused += 1;
      this.#socket = undefined;
      this.#tell('lost');
      this.#retryTimer = setTimeout(() => this.#connect(), this.#retryMs);
      this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
    };
  }

  #receive(data) {
    this.#listenForSilence();
    if (typeof data === 'string') {
      const message = JSON.parse(data);
      if (message.sequence !== undefined) this.#header = message;
      return;
    }
    this.#retryMs = FIRST_RETRY_MS;
    // A page that is slower than the pictures come draws the newest, like everybody else.
    this.#newest = { header: this.#header, blob: data };
    if (!this.#isDecoding) void this.#draw();
  }

  async #draw() {
    this.#isDecoding = true;
    while (this.#newest !== undefined) {
      const { header, blob } = this.#newest;
      this.#newest = undefined;
      try {
        const bitmap = await createImageBitmap(blob);
        if (!this.#isWanted) return bitmap.close();
        this.#canvas.width = bitmap.width;
        this.#canvas.height = bitmap.height;
        this.#canvas.getContext('2d').drawImage(bitmap, 0, 0);
        bitmap.close();
        this.#arrivals.push(performance.now());
        this.#tell('shown', header);
      } catch {
        // A picture that cannot be decoded is followed by one that can.
      }
    }
    this.#isDecoding = false;
  }

  #showStream() {
    const url = new URL(`/camera/${encodeURIComponent(this.#camera)}.mjpg`, location.href);
    url.searchParams.set('level', this.#level);
    this.#image.hidden = false;
    this.#canvas.hidden = true;
    this.#image.onload = () => this.#tell('shown');
    this.#image.onerror = () => {
      this.#tell('lost');
      this.#retryTimer = setTimeout(() => this.#showStream(), LONGEST_RETRY_MS);
    };
    this.#image.src = url.href;
  }

  #disconnect() {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#silenceTimer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#newest = undefined;
    this.#isDecoding = false;
    this.#arrivals = [];
    this.#refused = 0;
    if (this.#image.hidden) return;
    // Only another source makes a browser let go of a stream.
    this.#image.onload = null;
    this.#image.onerror = null;
    this.#image.src = 'data:,';
    this.#image.hidden = true;
    this.#canvas.hidden = false;
  }

  #listenForSilence() {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#socket?.close(), SILENCE_MS);
  }

  #tell(state, header) {
    const now = performance.now();
    while (this.#arrivals.length > 0 && now - this.#arrivals[0] > 3_000) this.#arrivals.shift();
    const spanMs = now - (this.#arrivals[0] ?? now);
    const fps = spanMs > 0 ? ((this.#arrivals.length - 1) * 1000) / spanMs : 0;
    this.#onChange({ state, header, fps });
  }
}
