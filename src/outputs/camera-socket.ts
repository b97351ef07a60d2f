import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock, Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { RequestHead } from '../core/request-head.ts';
import { sayGoodbye } from '../core/web-socket-farewell.ts';
import type { Admission } from './admission.ts';
import { answer, finish, type Refusal } from './answer.ts';
import { CameraSocketSink } from './camera-socket-sink.ts';
import { CameraSocketViewer } from './camera-socket-viewer.ts';
import { addressOfSocket, type ClientAddress } from './client-address.ts';
import { viewerWishOf } from './picture-wish.ts';
import { requestHeadOf } from './request-head-of.ts';
import type { TransmitQueues } from './transmit-queue.ts';
import { VIEWERS_FULL, VIEWERS_RETRY_S } from './viewers-full.ts';
import type { WatchableCamera } from './watchable-camera.ts';

export interface CameraSocketDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** How many may watch. */
  readonly admission: Admission;
  /** By name, in the order of the configuration: the first one is meant where no name is given. */
  readonly cameras: ReadonlyMap<string, WatchableCamera>;
  /** A moment of CLOCK_MONOTONIC in microseconds since 1970. */
  readonly wallTimeUs: (ptsUs: number) => number;
  /** A number that no viewer has had before, over all ways to watch. */
  readonly nextViewerId: () => number;
  /** Without it nobody knows what has arrived of what was sent. */
  readonly queues?: TransmitQueues;
  /** Absent: of the other end of the connection. */
  readonly addressOf?: ClientAddress;
}

export interface CameraSocketOptions {
  /** How often each viewer is asked for a sign of life; without two of them in a row it is taken for dead. */
  readonly keepAliveMs: number;
}

const PATH = '/camera/ws';
/** All that anybody has to say here fits into less. */
const MAX_MESSAGE_BYTES = 4096;
/** What goodbyes may take at the end. */
const GOODBYE_MS = 500;

/**
 * Pictures over a WebSocket (RFC 6455), at `/camera/ws?name=NAME`, with `level`, `fps` and `width` as a stream has them.
 * Only pages of this station may open one, and programs that are no browser: to a WebSocket, the rule that keeps pages
 * of other origins out does not apply by itself.
 */
export class CameraSocket {
  readonly #deps: CameraSocketDeps;
  readonly #options: CameraSocketOptions;
  readonly #server: WebSocketServer;
  readonly #viewers = new Map<WebSocket, CameraSocketViewer>();
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(deps: CameraSocketDeps, options: CameraSocketOptions = { keepAliveMs: 20_000 }) {
    this.#deps = deps;
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      // A JPEG does not get smaller.
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
    });
  }

  /** Whether the request would become a WebSocket here: what Node's HTTP server should know before it upgrades it. */
  serves(request: IncomingMessage): boolean {
    return request.headers.upgrade?.toLowerCase() === 'websocket' && requestHeadOf(request)?.path === PATH;
  }

  /** Takes the connection over, for a listener of the HTTP server's `upgrade` event. */
  handleUpgrade(request: IncomingMessage, duplex: Duplex, rest: Buffer): void {
    const socket = duplex as Socket;
    socket.on('error', () => {});
    const head = requestHeadOf(request);
    if (head === undefined) return finish(socket, 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    const found = this.#find(head);
    if (!('join' in found)) return answer(socket, head, found.status, [], `${found.reason}\n`);
    const wish = viewerWishOf(head.query);
    if ('status' in wish) return answer(socket, head, wish.status, [], `${wish.reason}\n`);
    const { addressOf = addressOfSocket, admission } = this.#deps;
    const address = addressOf(head, socket);
    const leave = admission.enter(address);
    if (typeof leave === 'string') {
      return answer(socket, head, 503, [`Retry-After: ${VIEWERS_RETRY_S}`], VIEWERS_FULL[leave]);
    }
    socket.once('close', leave);
    this.#server.handleUpgrade(request, socket, rest, (webSocket) => {
      const { clock, log, nextViewerId, queues, wallTimeUs } = this.#deps;
      const sink = new CameraSocketSink(webSocket, socket, clock, queues);
      const userAgent = (head.headers.get('user-agent') ?? '').slice(0, 200);
      const info = { id: nextViewerId(), address, userAgent, transport: 'ws' } as const;
      const watching = found.join(sink, wish, info);
      this.#attend(webSocket, sink, new CameraSocketViewer(clock, sink, watching, wallTimeUs));
      log.debug(`${address} watches ${found.name} over a WebSocket`, { id: info.id });
    });
  }

  /** Says goodbye to everybody and lets nobody in any more; who does not answer is cut off. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await sayGoodbye(this.#deps.clock, this.#viewers.keys(), GOODBYE_MS);
  }

  /** The camera that is meant, for somebody who may see it. */
  #find({ headers, query }: RequestHead): WatchableCamera | Refusal {
    const { cameras } = this.#deps;
    if (this.#isStopped) return { status: 503, reason: 'Pipit is about to stop.' };
    const origin = headers.get('origin');
    if (origin !== undefined && !isSameHost(origin, headers.get('host') ?? '')) {
      return { status: 403, reason: 'Pages of other origins may not open this.' };
    }
    const name = query.get('name') ?? '';
    const camera = name === '' ? cameras.values().next().value : cameras.get(name);
    if (camera !== undefined) return camera;
    const names = [...cameras.keys()].join(', ') || 'none';
    return { status: 404, reason: `There is no camera "${name.slice(0, 40)}". There is: ${names}.` };
  }

  #attend(webSocket: WebSocket, sink: CameraSocketSink, viewer: CameraSocketViewer): void {
    this.#viewers.set(webSocket, viewer);
    webSocket.on('message', (data, isBinary) => viewer.receive(isBinary ? undefined : String(data)));
    webSocket.on('ping', () => viewer.isTolerable());
    webSocket.on('pong', () => viewer.isAlive());
    // 'close' follows, with the code that fits.
    webSocket.on('error', () => {});
    webSocket.once('close', () => {
      this.#viewers.delete(webSocket);
      if (this.#viewers.size === 0) this.#timer?.cancel();
      sink.ended();
    });
    if (this.#viewers.size === 1) this.#lookAfterAll();
  }

  #lookAfterAll(): void {
    this.#timer = this.#deps.clock.after(this.#options.keepAliveMs, () => {
      this.#lookAfterAll();
      for (const [webSocket, viewer] of this.#viewers) {
        if (!viewer.mayLive()) webSocket.terminate();
        else if (webSocket.readyState === webSocket.OPEN) webSocket.ping();
      }
    });
  }
}

/** Whether a page's origin is what the request went to. Both may leave out the port that is usual for the scheme. */
function isSameHost(origin: string, host: string): boolean {
  try {
    const page = new URL(origin);
    return /^https?:$/.test(page.protocol) && new URL(`${page.protocol}//${host}`).host === page.host;
  } catch {
    return false;
  }
}
