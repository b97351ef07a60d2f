import type { Socket } from 'node:net';
import type { Broadcaster } from '../broadcast/broadcaster.ts';
import { IcySink, type IcyTitle } from '../broadcast/icy-sink.ts';
import type { Log } from '../core/log.ts';
import type { RequestHead } from '../core/request-head.ts';
import type { Codec } from '../core/rung.ts';
import { type Admission, plainAddress } from './admission.ts';
import { answer, finish, headText, preflight } from './answer.ts';
import { addressOfSocket, type ClientAddress } from './client-address.ts';
import { MEDIA_TYPES, negotiate } from './negotiate.ts';
import { m3u, pls } from './playlist-file.ts';
import type { ListeningStart, QualityChoice } from './quality-choice.ts';
import { SocketSink } from './socket-sink.ts';

/** What the output needs to know of a mount. */
export interface AudibleMount {
  readonly path: string;
  readonly broadcaster: Broadcaster;
  readonly icyTitle: IcyTitle;
}

/** All of them may change while it runs. */
export interface AudioOutputOptions {
  readonly maxBurstSeconds: number;
  readonly stationName: string;
  readonly stationDescription: string;
  readonly stationGenre: string;
  readonly stationUrl: string;
  readonly enableIcy: boolean;
  readonly icyMetaintBytes: number;
}

export interface AudioOutputDeps {
  readonly log: Log;
  readonly admission: Admission;
  /** By path. */
  readonly mounts: ReadonlyMap<string, AudibleMount>;
  readonly quality: QualityChoice;
  readonly options: () => AudioOutputOptions;
  /** Absent: of the other end of the connection. */
  readonly addressOf?: ClientAddress;
  /** Whether the client came over https. Absent: nobody did. */
  readonly isSecure?: (head: RequestHead, socket: Socket) => boolean;
}

const EXTENSION = /^(.+)\.(mp3|aac|opus|flac|m3u|pls)$/;
/** Seconds after which a client that was turned away may try again. */
const RETRY_AFTER_S = 30;

const CORS: readonly string[] = [
  'Access-Control-Allow-Origin: *',
  'Access-Control-Expose-Headers: icy-name, icy-description, icy-genre, icy-url, icy-br, icy-metaint',
];

/**
 * Answers requests for a mount: the stream itself, its playlist files, HEAD and CORS preflight. It writes its
 * answer straight to the socket, which from then on belongs to the listener: there is no framework between the
 * ring and the network.
 *
 * A Range is answered with the whole stream and 200, as RFC 9110 (14.2) allows. Players on iOS ask for the first two
 * bytes; after a 206 they leave `Icy-MetaData` out of the request that follows, after a 200 they keep it.
 */
export class AudioOutput {
  readonly #deps: AudioOutputDeps;
  #ids = 0;

  constructor(deps: AudioOutputDeps) {
    this.#deps = deps;
  }

  /** Whether the path is a mount's or one of its files'. */
  serves(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** Answers the request and takes the socket over. Nothing may have been written to it. */
  handle(head: RequestHead, socket: Socket): void {
    socket.on('error', () => {});
    const found = this.#find(head.path);
    if (found === undefined) return answer(socket, head, 404, [], `There is nothing at ${head.path}.\n`);
    if (head.method === 'OPTIONS') return preflight(socket, head, CORS, 'Icy-MetaData, Range, Accept');
    if (head.method !== 'GET' && head.method !== 'HEAD') {
      return answer(socket, head, 405, ['Allow: GET, HEAD, OPTIONS'], 'A stream can only be read.\n');
    }
    const { mount, extension } = found;
    if (extension === 'm3u' || extension === 'pls') return this.#playlist(head, socket, mount, extension);
    const wish = negotiate(head, extension, this.#deps.options().maxBurstSeconds);
    if ('status' in wish) return answer(socket, head, wish.status, CORS, `${wish.reason}\n`);
    const address = (this.#deps.addressOf ?? addressOfSocket)(head, socket);
    const start = this.#deps.quality.startOf({ head, address, ...wish });
    if (head.method === 'HEAD') return finish(socket, this.#head(head, start, false));
    this.#listen(head, socket, mount, start, address);
  }

  #find(path: string): { mount: AudibleMount; extension: Codec | 'm3u' | 'pls' | undefined } | undefined {
    const { mounts } = this.#deps;
    const mount = mounts.get(path);
    if (mount !== undefined) return { mount, extension: undefined };
    const [, stem = '', extension] = EXTENSION.exec(path) ?? [];
    const stemMount = mounts.get(stem);
    return stemMount && { mount: stemMount, extension: extension as Codec | 'm3u' | 'pls' };
  }

  #listen(head: RequestHead, socket: Socket, mount: AudibleMount, start: ListeningStart, address: string): void {
    const { admission, log, options } = this.#deps;
    const leave = admission.enter(address);
    if (typeof leave === 'string') {
      const reason =
        leave === 'full'
          ? 'All places are taken (advanced.max_listeners). Try again in a moment.\n'
          : 'There are enough listeners from your address (advanced.max_listeners_per_address).\n';
      return answer(socket, head, 503, [`Retry-After: ${RETRY_AFTER_S}`, ...CORS], reason);
    }
    socket.once('close', leave);
    const { rung, quality, burstSeconds, allowanceBytes } = start;
    const withIcy = options().enableIcy && head.headers.get('icy-metadata') === '1' && canCarryIcy(rung.codec);
    socket.write(this.#head(head, start, withIcy));
    const joined = this.#deps.quality.follow(socket, start);
    const connection = new SocketSink(socket);
    const sink = withIcy ? new IcySink(connection, mount.icyTitle, options().icyMetaintBytes) : connection;
    const userAgent = (head.headers.get('user-agent') ?? '').slice(0, 200);
    const info = { id: ++this.#ids, quality, address, userAgent };
    const { broadcaster } = mount;
    joined(broadcaster.join({ info, sink, rung, burstSeconds, allowanceBytes }), broadcaster);
    log.debug(`${address} listens to ${mount.path} at ${rung.name}`, { id: info.id });
  }

  #head(head: RequestHead, { rung }: ListeningStart, withIcy: boolean): string {
    const { stationName, stationDescription, stationGenre, stationUrl, icyMetaintBytes } = this.#deps.options();
    const lines = [
      `Content-Type: ${MEDIA_TYPES[rung.codec]}`,
      'Cache-Control: no-cache, no-store',
      'Accept-Ranges: none',
      'Vary: Accept',
      'Connection: close',
      ...CORS,
      `icy-name: ${headerText(stationName)}`,
      'icy-pub: 0',
    ];
    if (stationDescription !== '') lines.push(`icy-description: ${headerText(stationDescription)}`);
    if (stationGenre !== '') lines.push(`icy-genre: ${headerText(stationGenre)}`);
    if (stationUrl !== '') lines.push(`icy-url: ${headerText(stationUrl)}`);
    if (rung.bitrateKbps > 0) lines.push(`icy-br: ${rung.bitrateKbps}`);
    if (withIcy) lines.push(`icy-metaint: ${icyMetaintBytes}`);
    return headText(head, 200, lines);
  }

  #playlist(head: RequestHead, socket: Socket, mount: AudibleMount, kind: 'm3u' | 'pls'): void {
    const host = head.headers.get('host') ?? `${plainAddress(socket.localAddress)}:${socket.localPort}`;
    // The player that opens the file keeps the quality that was asked for it, and the token that lets it in.
    const query = head.query.size > 0 ? `?${head.query}` : '';
    const scheme = this.#deps.isSecure?.(head, socket) === true ? 'https' : 'http';
    const url = `${scheme}://${host.replace(/[^\w.:[\]-]/g, '')}${encodeURI(mount.path)}${query}`;
    const title = this.#deps.options().stationName.replace(/[\r\n]/g, ' ');
    const [type, text] = kind === 'm3u' ? ['audio/x-mpegurl', m3u(title, url)] : ['audio/x-scpls', pls(title, url)];
    answer(socket, head, 200, [`Content-Disposition: inline; filename="pipit.${kind}"`, ...CORS], text, type);
  }
}

/** Metadata blocks belong between the frames of MP3 and AAC; the other codecs carry their own tags. */
function canCarryIcy(codec: Codec): boolean {
  return codec === 'mp3' || codec === 'aac';
}

/** Header values are Latin-1 by RFC 9110, but players read UTF-8 here; what could end the line is taken out. */
function headerText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not get through
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ').slice(0, 200);
}
