// Pictures of one camera over a WebSocket, which is none of the few connections that a browser grants a host for
// requests. What is said on it: ../../outputs/camera-socket.ts.

export class PictureSocket {
  /** Resolves, never rejects, when it is over: whether it ever was open, and a sentence about the end where there is one. */
  closed;
  #socket;
  #end;
  #level;
  #hasOpened = false;

  /**
   * @param camera its name
   * @param level a JPEG quality, or `auto`
   * @param onPicture called with what the station says of each picture, and the JPEG as a Blob
   */
  constructor(camera, level, onPicture) {
    this.#level = level;
    this.closed = new Promise((resolve) => {
      this.#end = (why = '') => resolve({ hasOpened: this.#hasOpened, why });
    });
    const url = new URL('/camera/ws', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.searchParams.set('name', camera);
    url.searchParams.set('level', level);
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.binaryType = 'blob';
    socket.onopen = () => {
      this.#hasOpened = true;
      if (this.#level !== level) this.level = this.#level;
    };
    let header;
    socket.onmessage = ({ data }) => {
      if (typeof data !== 'string') {
        if (header !== undefined) onPicture(header, data);
        return;
      }
      const message = JSON.parse(data);
      if (message.sequence !== undefined) header = message;
    };
    socket.onclose = () => this.#end();
  }

  set level(level) {
    this.#level = level;
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify({ type: 'quality', level }));
  }

  /** Ends it at once: a connection that is dead would not answer a goodbye for long. */
  close(why) {
    const socket = this.#socket;
    socket.onmessage = null;
    socket.onclose = null;
    // One that is closed while it connects is a complaint in the browser's log.
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
    this.#end(why);
  }
}
