import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { PipitError, sentencesOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { StillFormat } from '../core/picture.ts';
import type { RequestHead } from '../core/request-head.ts';
import type { Admission } from './admission.ts';
import { answer, headText } from './answer.ts';
import { addressOfSocket, type ClientAddress } from './client-address.ts';
import type { Still, StillWish, WatchableCamera } from './watchable-camera.ts';

export interface StillOutputDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** How many stills may be in the making, in all and per address. */
  readonly admission: Admission;
  /** A moment of CLOCK_MONOTONIC in microseconds since 1970. */
  readonly wallTimeUs: (ptsUs: number) => number;
  /** Absent: of the other end of the connection. */
  readonly addressOf?: ClientAddress;
}

const MEDIA_TYPES: Readonly<Record<StillFormat, string>> = {
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  avif: 'image/avif',
};
/** Seconds after which to ask again: while there is no signal, and when too many ask at once. */
const NO_SIGNAL_RETRY_S = 5;
const FULL_RETRY_S = 1;
/** A camera that is closed takes some seconds to open; AVIF takes some on a slow Pi. */
const LIMIT_MS = 15_000;

/**
 * Answers with one picture. While there is no signal that is a picture that says so, with 503, so that no program takes
 * it for the view.
 *
 * The connection stays for the next request where the client can do that: who polls a still every second would
 * otherwise open a connection a second.
 */
export class StillOutput {
  readonly #deps: StillOutputDeps;

  constructor(deps: StillOutputDeps) {
    this.#deps = deps;
  }

  /**
   * Never rejects.
   * @param again gives the connection back for its next request; without it, the connection ends with the answer
   */
  async handle(
    head: RequestHead,
    socket: Socket,
    camera: WatchableCamera,
    wish: StillWish,
    again?: () => void,
  ): Promise<void> {
    const { addressOf = addressOfSocket, admission } = this.#deps;
    const leave = admission.enter(addressOf(head, socket));
    if (typeof leave === 'string') {
      return answer(
        socket,
        head,
        503,
        [`Retry-After: ${FULL_RETRY_S}`],
        'Too many ask for stills at once. Try again in a second.\n',
      );
    }
    const client = new WaitingClient(socket);
    const timer = this.#deps.clock.after(LIMIT_MS, client.giveUp);
    const still = await camera.still(wish, client.signal).catch((error: unknown) => this.#reasonOf(camera, error));
    timer.cancel();
    client.stop();
    if (client.hasLeft) {
      leave();
      socket.destroy();
    } else if (typeof still === 'string') {
      leave();
      answer(socket, head, 503, [`Retry-After: ${NO_SIGNAL_RETRY_S}`], `${still}\n`);
    } else {
      // What came before the answer is a second request. RFC 9112 (9.3) lets a server close the connection instead of
      // answering that too; the client asks again.
      const mayStay = again !== undefined && !client.hasSaidMore && wantsToStay(head);
      this.#send(head, socket, still, mayStay, leave);
      if (mayStay) again();
      else socket.destroySoon();
    }
  }

  #reasonOf(camera: WatchableCamera, error: unknown): string {
    const reason = error instanceof PipitError ? sentencesOf(error) : 'There is no picture at present.';
    this.#deps.log.debug(`camera ${camera.name}: no still: ${error instanceof Error ? error.message : error}`);
    return reason;
  }

  /** @param taken called once when the network has taken the answer, or never will */
  #send(head: RequestHead, socket: Socket, still: Still, mayStay: boolean, taken: () => void): void {
    const etag = `"${still.etag}"`;
    const isKnown = still.isLive && matches(head.headers.get('if-none-match'), etag);
    const status = isKnown ? 304 : still.isLive ? 200 : 503;
    const lines = [
      `Connection: ${mayStay ? 'keep-alive' : 'close'}`,
      // It may be kept, but must be asked about each time.
      'Cache-Control: no-cache',
      `ETag: ${etag}`,
      `Last-Modified: ${new Date(this.#deps.wallTimeUs(still.ptsUs) / 1000).toUTCString()}`,
      'X-Content-Type-Options: nosniff',
    ];
    if (!still.isLive) lines.push(`Retry-After: ${NO_SIGNAL_RETRY_S}`);
    if (!isKnown) {
      lines.push(
        `Content-Type: ${MEDIA_TYPES[still.format]}`,
        `Content-Length: ${still.data.length}`,
        `X-Pipit-Sequence: ${still.sequence}`,
        `X-Pipit-Level: ${still.level}`,
      );
    }
    const isWithoutBody = isKnown || head.method === 'HEAD';
    socket.cork();
    socket.write(headText(head, status, lines), 'latin1');
    socket.write(isWithoutBody ? NOTHING : still.data, taken);
    socket.uncork();
  }
}

const NOTHING = new Uint8Array(0);

/** Whoever waits for a still may hang up meanwhile; then nobody needs it. */
class WaitingClient {
  hasLeft = false;
  hasSaidMore = false;
  readonly #socket: Socket;
  readonly #abort = new AbortController();
  readonly #left = (): void => {
    this.hasLeft = true;
    this.#abort.abort();
  };
  readonly #said = (): void => {
    this.hasSaidMore = true;
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('close', this.#left).on('end', this.#left).on('data', this.#said);
    socket.resume();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  readonly giveUp = (): void => this.#abort.abort();

  stop(): void {
    this.#socket.off('close', this.#left).off('end', this.#left).off('data', this.#said);
  }
}

/** Connections stay by default in HTTP/1.1; who speaks 1.0 and would stay has always been the exception. */
function wantsToStay(head: RequestHead): boolean {
  return head.version === 'HTTP/1.1' && !/(?:^|,)\s*close\s*(?:,|$)/i.test(head.headers.get('connection') ?? '');
}

/** Whether the list of `If-None-Match` has the tag in it (RFC 9110, 13.1.2: weak tags count too). */
function matches(list: string | undefined, etag: string): boolean {
  if (list === undefined) return false;
  return list.trim() === '*' || list.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
