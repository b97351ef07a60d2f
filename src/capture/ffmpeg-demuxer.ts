import {
  AVDISCARD_ALL,
  AVERROR_DEMUXER_NOT_FOUND,
  AVERROR_EINVAL,
  AVERROR_EIO,
  AVERROR_EOF,
  AVERROR_EXIT,
  AVERROR_INVALIDDATA,
  AVERROR_PATCHWELCOME,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  type AVMediaType,
} from 'node-av/constants';
import { Dictionary, FFmpegError, FormatContext, InputFormat, IOContext, Packet, type Stream } from 'node-av/lib';
import { type Clock, sleep } from '../core/clock.ts';
import { BugError } from '../core/errors.ts';
import type { ByteReader } from './byte-input.ts';
import { FfmpegFailure, type MediaKind } from './ffmpeg-failure.ts';

/** What is opened: a URL as FFmpeg knows them (`file:…`, `http:…`, a device), or bytes that somebody delivers. */
export interface FfmpegTarget {
  readonly url?: string;
  /** Instead of `url`. */
  readonly bytes?: ByteReader;
  /** FFmpeg's name of the demuxer; probed when left out. */
  readonly format?: string;
  /** Options of demuxer and protocol, by FFmpeg's names. */
  readonly options?: Readonly<Record<string, string>>;
}

const IO_BUFFER_BYTES = 16 * 1024;
/** How long whoever aborts waits for FFmpeg to let go; what hangs for longer is closed when it comes back. */
const LET_GO_MS = 800;
/** Enough to tell what sound it is. More would delay streams: they are probed in real time. */
const PROBING = { probesize: '262144', analyzeduration: '1000000' };
const NOT_MEDIA: readonly number[] = [
  AVERROR_INVALIDDATA,
  AVERROR_EOF,
  AVERROR_DEMUXER_NOT_FOUND,
  AVERROR_PATCHWELCOME,
];

export interface FfmpegDemuxerDeps {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What is read; sound when left out. */
  readonly kind?: MediaKind;
}

/**
 * Opens a target and reads the packets of its best stream. Everything that waits does so in FFmpeg's thread and ends soon
 * after `signal` aborts, even where FFmpeg itself does not come back.
 */
export class FfmpegDemuxer implements AsyncDisposable {
  readonly #target: FfmpegTarget;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #mediaType: AVMediaType;
  readonly #format = new FormatContext();
  readonly #packet = new Packet();
  readonly #onAbort = (): void => this.#interrupt();
  #io: IOContext | undefined;
  #stream: Stream | undefined;
  #busy: Promise<unknown> = Promise.resolve();
  #letGo: (() => void) | undefined;

  constructor(target: FfmpegTarget, deps: FfmpegDemuxerDeps) {
    this.#target = target;
    this.#clock = deps.clock;
    this.#signal = deps.signal;
    this.#mediaType = deps.kind === 'pictures' ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
    this.#format.allocContext();
    this.#packet.alloc();
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /**
   * @returns the best stream of the kind, undefined when there is none
   * @throws FfmpegFailure
   */
  async open(): Promise<Stream | undefined> {
    const { url = '', bytes, format, options } = this.#target;
    if (bytes !== undefined) this.#format.pb = this.#readFrom(bytes);
    const given = Dictionary.fromObject({ ...PROBING, ...options });
    const opening = this.#format.openInput(url, inputFormat(format), given).finally(() => given.free());
    this.#check('open', await this.#waitFor(opening));
    this.#check('open', await this.#waitFor(this.#format.findStreamInfo()));
    const { streams } = this.#format;
    const best = this.#format.findBestStream(this.#mediaType);
    for (const stream of streams) {
      if (stream.index === best) this.#stream = stream;
      else stream.discard = AVDISCARD_ALL;
    }
    // Some demuxers take anything, and find nothing in it, or what they call sound of no rate and no channels.
    const hasOther = streams.some((stream) => stream.codecpar.codecType !== this.#mediaType);
    if (this.#stream === undefined && !hasOther) this.#check('open', AVERROR_INVALIDDATA);
    return this.#stream;
  }

  /**
   * The next packet of the stream, valid until the next call; undefined at the end. A damaged one is null.
   * @throws FfmpegFailure
   */
  async read(): Promise<Packet | null | undefined> {
    for (;;) {
      this.#packet.unref();
      const result = await this.#waitFor(this.#format.readFrame(this.#packet));
      if (result === AVERROR_EOF) return undefined;
      if (result === AVERROR_INVALIDDATA) return null;
      this.#check('read', result);
      if (this.#packet.streamIndex === this.#stream?.index) return this.#packet;
    }
  }

  /** FFmpeg's name of the demuxer, once it is open. */
  get formatName(): string {
    return this.#format.iformat?.name ?? '';
  }

  /** The tags of container and stream as they are now; the stream's win. */
  tags(): Record<string, string> {
    return { ...this.#format.metadata?.getAll(), ...this.#stream?.metadata?.getAll() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#onAbort);
    const closed = this.#busy.catch(() => {}).then(() => this.#close());
    const patience = new AbortController();
    await Promise.race([closed, sleep(this.#clock, LET_GO_MS, patience.signal)]);
    patience.abort();
  }

  async #close(): Promise<void> {
    this.#stream = undefined;
    this.#packet.free();
    await this.#format.closeInput();
    this.#io?.freeContext();
  }

  #readFrom(bytes: ByteReader): IOContext {
    const io = new IOContext();
    const signal = this.#signal;
    io.allocContextWithCallbacks(IO_BUFFER_BYTES, 0, async (size) => {
      try {
        const chunk = await bytes.read(size, signal);
        if (chunk !== undefined) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
        return signal.aborted ? AVERROR_EXIT : AVERROR_EOF;
      } catch {
        return AVERROR_EIO;
      }
    });
    this.#io = io;
    return io;
  }

  /** As `call`, or AVERROR_EXIT when it does not come back after an abort. */
  #waitFor(call: Promise<number>): Promise<number> {
    this.#busy = call;
    // Not Promise.race: its other side would have to live as long as this, and gather a reaction for each packet.
    return new Promise((resolve, reject) => {
      this.#letGo = () => resolve(AVERROR_EXIT);
      call.then(resolve, reject);
    });
  }

  #interrupt(): void {
    this.#format.interrupt();
    this.#clock.after(LET_GO_MS, () => this.#letGo?.());
  }

  #check(stage: FfmpegFailure['stage'], result: number): void {
    if (result >= 0) return;
    // How FFmpeg says that a format is not among those allowed.
    const isRefused = result === AVERROR_EINVAL && this.#target.options?.['format_whitelist'] !== undefined;
    throw new FfmpegFailure(stage, result, FFmpegError.strerror(result), isRefused || NOT_MEDIA.includes(result));
  }
}

function inputFormat(name: string | undefined): InputFormat | null {
  if (name === undefined) return null;
  const format = InputFormat.findInputFormat(name);
  if (format === null) throw new BugError('capture.no-demuxer', `this FFmpeg has no demuxer ${name}`);
  return format;
}
