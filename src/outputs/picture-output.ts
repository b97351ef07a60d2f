import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { RequestHead } from '../core/request-head.ts';
import type { ViewerWish } from '../frames/picture-sink.ts';
import { Admission } from './admission.ts';
import { answer, finish, headText } from './answer.ts';
import { addressOfSocket, type ClientAddress } from './client-address.ts';
import type { MediaHandler } from './front-door.ts';
import { MjpegParts } from './mjpeg-parts.ts';
import { MjpegSink } from './mjpeg-sink.ts';
import { stillWishOf, viewerWishOf } from './picture-wish.ts';
import { StillOutput } from './still-output.ts';
import type { TransmitQueues } from './transmit-queue.ts';
import { VIEWERS_FULL, VIEWERS_RETRY_S } from './viewers-full.ts';
import type { WatchableCamera } from './watchable-camera.ts';

export interface PictureOutputDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** How many may watch a stream. */
  readonly admission: Admission;
  /** How many stills may be in the making; 16 in all and 4 per address unless told otherwise. */
  readonly stillAdmission?: Admission;
  /** By name, in the order of the configuration: the first one is `/camera.*` as well. May be empty. */
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

const PATH = /^\/camera(?:\/([^/]+))?\.(mjpg|jpg)$/;

/**
 * Answers requests for pictures, straight on the socket: `/camera.mjpg` and `/camera/NAME.mjpg` with a stream of JPEGs
 * that goes on until one side ends it, `/camera.jpg` and `/camera/NAME.jpg` with the picture of now; HEAD too. Pages of
 * other origins may show pictures, but no CORS header lets them read what is in them: it may be a bedroom.
 */
export class PictureOutput implements MediaHandler {
  readonly #deps: PictureOutputDeps;
  readonly #parts: MjpegParts;
  readonly #stills: StillOutput;

  constructor(deps: PictureOutputDeps) {
    const { clock, log, wallTimeUs } = deps;
    this.#deps = deps;
    this.#parts = new MjpegParts(wallTimeUs);
    const admission =
      deps.stillAdmission ?? new Admission({ maxListeners: 16, maxListenersPerAddress: 4, exemptNetworks: [] });
    this.#stills = new StillOutput({ clock, log, admission, wallTimeUs, addressOf: deps.addressOf ?? addressOfSocket });
  }

  /** Whether the path would be a camera's, were there one of that name. */
  serves(path: string): boolean {
    return PATH.test(path);
  }

  handle(head: RequestHead, socket: Socket, again?: () => void): void {
    // A connection that is used again has a listener already.
    if (socket.listenerCount('error') === 0) socket.on('error', () => {});
    const [, name, extension] = PATH.exec(head.path) ?? [];
    const camera = this.#find(name);
    if (camera === undefined) return answer(socket, head, 404, [], this.#whatThereIs(name));
    if (head.method !== 'GET' && head.method !== 'HEAD') {
      return answer(socket, head, 405, ['Allow: GET, HEAD'], 'A picture can only be read.\n');
    }
    const wish = extension === 'jpg' ? stillWishOf(head.query) : viewerWishOf(head.query);
    if ('status' in wish) return answer(socket, head, wish.status, [], `${wish.reason}\n`);
    if ('format' in wish) return void this.#stills.handle(head, socket, camera, wish, again);
    if (head.method === 'HEAD') return finish(socket, this.#head(head));
    this.#watch(head, socket, camera, wish);
  }

  #find(name: string | undefined): WatchableCamera | undefined {
    const { cameras } = this.#deps;
    return name === undefined ? cameras.values().next().value : cameras.get(name);
  }

  #whatThereIs(name: string | undefined): string {
    const names = [...this.#deps.cameras.keys()];
    if (names.length === 0) return 'There is no camera in the configuration.\n';
    return `There is no camera "${(name ?? '').slice(0, 40)}". There is: ${names.join(', ')}.\n`;
  }

  #watch(head: RequestHead, socket: Socket, camera: WatchableCamera, wish: ViewerWish): void {
    const { addressOf = addressOfSocket, admission, log, nextViewerId, queues } = this.#deps;
    const address = addressOf(head, socket);
    const leave = admission.enter(address);
    if (typeof leave === 'string') {
      return answer(socket, head, 503, [`Retry-After: ${VIEWERS_RETRY_S}`], VIEWERS_FULL[leave]);
    }
    socket.once('close', leave);
    socket.write(`${this.#head(head)}${this.#parts.opening}`, 'latin1');
    const userAgent = (head.headers.get('user-agent') ?? '').slice(0, 200);
    const info = { id: nextViewerId(), address, userAgent, transport: 'mjpeg' } as const;
    camera.join(new MjpegSink(socket, this.#parts, queues), wish, info);
    log.debug(`${address} watches ${camera.name}`, { id: info.id });
  }

  #head(head: RequestHead): string {
    return headText(head, 200, [
      `Content-Type: ${this.#parts.contentType}`,
      'Cache-Control: no-store',
      'Connection: close',
      'X-Content-Type-Options: nosniff',
    ]);
  }
}
