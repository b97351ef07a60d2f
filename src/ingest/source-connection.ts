import type { Socket } from 'node:net';
import type { Clock, Timer } from '../core/clock.ts';
import type { Counter } from '../core/counters.ts';
import { PipitError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { parseRequestHead, type RequestHead } from '../core/request-head.ts';
import { type Answer, refusal, refusalOf, renderAnswer } from './answer.ts';
import { type BodyDecoder, bodyDecoderFor } from './body-decoder.ts';
import { readMetadataUpdate } from './metadata-update.ts';
import type { PasswordDoor } from './password-door.ts';
import { describeClient, mayBeAudio } from './source-client.ts';
import type { SourceClient, SourceMounts } from './source-mounts.ts';
import { SourceStream, type StreamEnd } from './source-stream.ts';

const METHODS = 'SOURCE, PUT, GET, OPTIONS';
const METADATA_PATH = '/admin/metadata';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
/** Answers at once to clients that send until they close; they look at this line only. */
const GO_AHEAD = 'HTTP/1.0 200 OK\r\n\r\n';
/** How long, and for how many bytes, a client that was answered is read on, so that it gets to see the answer. */
const LINGER_MS = 1_000;
const LINGER_BYTES = 4 << 20;

const METADATA_SET: Answer = {
  status: 200,
  body:
    '<?xml version="1.0"?>\n' +
    '<iceresponse><message>Metadata update successful</message><return>1</return></iceresponse>\n',
  headers: { 'Content-Type': 'text/xml; charset=utf-8' },
};
const LISTEN = 'Listeners use the other port, server.listen_port.';

/** What of the source port's settings may change while it runs. */
export interface SourcePortSettings {
  /** Empty: nobody may send. */
  readonly password: string;
  /** From connecting to the end of the request's head. */
  readonly headerTimeoutMs: number;
  /** Without a byte of media. */
  readonly idleTimeoutMs: number;
}

export interface SourceCounters {
  readonly refusals: Counter;
  readonly receivedBytes: Counter;
}

export interface SourceConnectionParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly mounts: SourceMounts;
  readonly door: PasswordDoor;
  readonly counters: SourceCounters;
  settings(): SourcePortSettings;
  /** Whether one more source client may send. */
  hasRoom(): boolean;
}

/** One connection to the source port: a request, its answer, and between them perhaps a stream. */
export class SourceConnection {
  readonly address: string;
  readonly #parts: SourceConnectionParts;
  readonly #socket: Socket;
  readonly #onData = (bytes: Buffer): void => this.#takeHead(bytes);
  /** For what the connection waits: the head, the time of an answer that is held back, the end of lingering. */
  #timer: Timer | undefined;
  #headBytes: Buffer = Buffer.alloc(0);
  #stream: SourceStream | undefined;
  #client: SourceClient | undefined;
  #mount = '';
  #version: 'HTTP/1.0' | 'HTTP/1.1' = 'HTTP/1.0';
  #isAnswered = false;
  #isClosing = false;

  constructor(parts: SourceConnectionParts, socket: Socket) {
    this.#parts = parts;
    this.#socket = socket;
    this.address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  }

  start(): void {
    const { clock, settings } = this.#parts;
    const limitMs = settings().headerTimeoutMs;
    this.#timer = clock.after(limitMs, () => {
      this.#answer(refusal(408, `No complete request came within ${limitMs / 1000} s`, 'Send the request in one go.'));
    });
    // What went wrong shows in `close`, which always follows.
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.#timer?.cancel());
    this.#socket.on('end', () => {
      if (this.#stream === undefined && !this.#isClosing) this.#socket.destroy();
    });
    this.#socket.on('data', this.#onData);
  }

  /** Set while the client is sending. */
  get sending(): { readonly mount: string; readonly client: SourceClient; readonly receivedBytes: number } | undefined {
    if (this.#stream === undefined || this.#client === undefined) return undefined;
    return { mount: this.#mount, client: this.#client, receivedBytes: this.#stream.receivedBytes };
  }

  /** Ends the connection at once. */
  stop(reason: string): void {
    this.#stream?.stop(reason);
    this.#socket.destroy();
  }

  #takeHead(bytes: Buffer): void {
    this.#headBytes = this.#headBytes.length === 0 ? bytes : Buffer.concat([this.#headBytes, bytes]);
    try {
      const head = parseRequestHead(this.#headBytes);
      if (head === undefined) return;
      const rest = this.#headBytes.subarray(head.headBytes);
      this.#headBytes = Buffer.alloc(0);
      this.#timer?.cancel();
      this.#socket.off('data', this.#onData);
      this.#socket.pause();
      const answer = this.#route(head, rest);
      if (answer !== undefined) this.#answerInTime(answer);
    } catch (error) {
      if (!(error instanceof PipitError)) throw error;
      this.#answer(refusalOf(error));
    }
  }

  /** The answer, unless a stream has begun. */
  #route(head: RequestHead, rest: Buffer): Answer | undefined {
    const { method, path } = head;
    const { door } = this.#parts;
    if (head.version === 'HTTP/1.1') this.#version = 'HTTP/1.1';
    if (method === 'SOURCE' || method === 'PUT') return door.refuse(head, this.address) ?? this.#open(head, rest);
    if (method === 'GET' && path === METADATA_PATH) return door.refuse(head, this.address) ?? this.#setMetadata(head);
    if (method === 'GET') return refusal(404, 'Source clients send here; there is nothing to get', LISTEN);
    if (method === 'OPTIONS') return { status: 200, body: '', headers: { Allow: METHODS } };
    return refusal(405, 'This method means nothing here', `Use one of ${METHODS}.`, { Allow: METHODS });
  }

  #setMetadata(head: RequestHead): Answer {
    const { mount, metadata } = readMetadataUpdate(head);
    if (!this.#parts.mounts.setMetadata(mount, metadata)) return this.#noSuchMount();
    return METADATA_SET;
  }

  #open(head: RequestHead, rest: Buffer): Answer | undefined {
    const { mounts, hasRoom, log, clock, counters, settings } = this.#parts;
    const client = describeClient(head, this.address);
    if (!mayBeAudio(client.contentType)) {
      return refusal(
        415,
        `${client.contentType} is not sound`,
        'Send MP3, AAC, Ogg or FLAC, with a Content-Type that says so.',
      );
    }
    const expect = head.headers.get('expect')?.toLowerCase();
    if (expect !== undefined && expect !== '100-continue') {
      return refusal(417, 'The header Expect may only be 100-continue', 'Leave it out.');
    }
    const decoder = bodyDecoderFor(head);
    if (!hasRoom()) return refusal(503, 'Too many source clients', 'Disconnect one first.', { 'Retry-After': '30' });
    const input = mounts.openInput(head.path, client);
    if (input === 'unknown') return this.#noSuchMount();
    if (input === 'taken') return refusal(409, 'This mount has a source client', 'Stop it, or use another mount.');

    this.#client = client;
    this.#mount = head.path;
    log.info(`source client ${this.address} sends to ${head.path}`, { ...client, mount: head.path });
    this.#goAhead(head, decoder, expect !== undefined);
    const idleTimeoutMs = (): number => settings().idleTimeoutMs;
    const parts = { clock, socket: this.#socket, decoder, input, received: counters.receivedBytes, idleTimeoutMs };
    this.#stream = new SourceStream(parts, (end) => this.#ended(end));
    this.#stream.start(rest);
    return undefined;
  }

  /** Tells the client to send, in the way that it waits for. */
  #goAhead(head: RequestHead, decoder: BodyDecoder, expectsContinue: boolean): void {
    if (expectsContinue) {
      this.#socket.write(CONTINUE);
    } else if (decoder.endsByClose || head.method === 'SOURCE') {
      this.#isAnswered = true;
      this.#socket.write(GO_AHEAD);
    }
  }

  #ended(end: StreamEnd): void {
    const bytes = this.#stream?.receivedBytes ?? 0;
    this.#stream = undefined;
    const reason = end.how === 'refused' ? end.error.message : end.how === 'lost' ? end.reason : 'it ended';
    this.#parts.log.info(`source client ${this.address} no longer sends to ${this.#mount}: ${reason}`, { bytes });
    if (end.how === 'ended') this.#answer({ status: 200, body: `Received ${bytes} bytes.\n` });
    else if (end.how === 'lost') this.#socket.destroy();
    else this.#answer(refusalOf(end.error));
  }

  #noSuchMount(): Answer {
    const { paths } = this.#parts.mounts;
    const there = paths.length > 0 ? `There is: ${paths.join(', ')}.` : 'None takes source clients at present.';
    return refusal(404, 'No mount of this path takes source clients', there);
  }

  #answerInTime(answer: Answer): void {
    if (answer.delayMs === undefined) this.#answer(answer);
    else this.#timer = this.#parts.clock.after(answer.delayMs, () => this.#answer(answer));
  }

  /** Answers, unless the client was answered already, and closes. */
  #answer(answer: Answer): void {
    const socket = this.#socket;
    this.#isClosing = true;
    this.#timer?.cancel();
    if (answer.status >= 400) this.#parts.counters.refusals.add();
    socket.off('data', this.#onData);
    if (this.#isAnswered) socket.end();
    else socket.end(renderAnswer(answer, this.#version));
    // Closing while bytes are unread would reset the connection, and the client might lose the answer.
    let unread = 0;
    socket.on('data', (bytes) => {
      unread += bytes.length;
      if (unread > LINGER_BYTES) socket.destroy();
    });
    socket.resume();
    this.#timer = this.#parts.clock.after(LINGER_MS, () => socket.destroy());
  }
}
