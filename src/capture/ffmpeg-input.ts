import {
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_FLAC,
  AV_CODEC_ID_MP3,
  AV_CODEC_ID_OPUS,
  type AVCodecID,
} from 'node-av/constants';
import type { Packet, Stream } from 'node-av/lib';
import { NO_METADATA, type TrackMetadata } from '../core/access-unit.ts';
import { MediaError } from '../core/errors.ts';
import { type PcmBlock, SAMPLE_RATE } from '../core/pcm.ts';
import type { Codec } from '../core/rung.ts';
import { FfmpegDecoder } from './ffmpeg-decoder.ts';
import { FfmpegDemuxer, type FfmpegTarget } from './ffmpeg-demuxer.ts';
import { FfmpegFailure, type MapFailure, mediaFailure, notMedia } from './ffmpeg-failure.ts';
import { takeFfmpegLog } from './ffmpeg-log.ts';
import { PcmGather } from './pcm-gather.ts';
import type { SourceContext } from './source.ts';
import { metadataOf } from './track-tags.ts';

export type { FfmpegTarget } from './ffmpeg-demuxer.ts';

export interface FfmpegSettings {
  readonly context: SourceContext;
  /** What errors call it; without secrets. */
  readonly name: string;
  /** What FFmpeg's failures mean here; `mediaFailure(name)` when left out. */
  readonly mapFailure?: MapFailure;
  /** What a block has at least, in milliseconds; 20 when left out. More costs less, and delays. */
  readonly blockMs?: number;
}

/** Packets that decode to nothing, one after the other, until it is called no media. */
const MAX_DAMAGED_IN_A_ROW = 200;
/** Tags and codec parameters are looked at once in so much sound. */
const LOOK_FRAMES = SAMPLE_RATE / 2;

const CODECS: ReadonlyMap<AVCodecID, Codec> = new Map([
  [AV_CODEC_ID_MP3, 'mp3'],
  [AV_CODEC_ID_AAC, 'aac'],
  [AV_CODEC_ID_OPUS, 'opus'],
  [AV_CODEC_ID_FLAC, 'flac'],
]);

/** Containers that a file or a byte stream may be: those that can make FFmpeg open something else are not among them. */
export const SELF_CONTAINED_FORMATS =
  'aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,eac3,flac,flv,matroska,mov,mp3,mpc,mpegts,ogg,tta,w64,wav,wv';

/**
 * Opens the target and yields its sound as fast as it is asked for, until it ends or `signal` aborts. The context
 * is told the tags, when they are known and when they change, and each compressed frame before the block that
 * holds its first sample. Damaged frames are counted and skipped.
 *
 * @throws MediaError `capture.no-audio`, `capture.not-media`, `capture.no-decoder`, and whatever
 *   `settings.mapFailure` makes of FFmpeg's failures
 */
export async function* openFfmpegInput(
  target: FfmpegTarget,
  settings: FfmpegSettings,
  signal: AbortSignal,
): AsyncGenerator<PcmBlock, void, undefined> {
  if (signal.aborted) return;
  const { context, name, mapFailure = mediaFailure(name), blockMs = 20 } = settings;
  const { clock, channels, counters } = context;
  takeFfmpegLog(context);
  const damaged = counters.counter('capture_decode_errors_total', 'Damaged frames of the source that were skipped');
  await using demuxer = new FfmpegDemuxer(target, { clock, signal });
  try {
    const stream = await demuxer.open();
    if (stream === undefined) throw noAudio(name);
    using decoder = new FfmpegDecoder(stream, channels);
    const tags = new TagWatch(context);
    const packets = new PacketTap(stream, context);
    const gather = new PcmGather({ channels, minFrames: (blockMs * SAMPLE_RATE) / 1000 });
    let decodedSamples = 0;
    let damagedInARow = 0;
    let nextLook = 0;
    const onSamples = (samples: Int16Array): void => {
      decodedSamples += samples.length;
      damagedInARow = 0;
      gather.append(samples);
    };
    for (;;) {
      const packet = await demuxer.read();
      if (signal.aborted) return;
      if (packet === undefined) break;
      if (decodedSamples >= nextLook) {
        nextLook = decodedSamples + LOOK_FRAMES * channels;
        tags.look(demuxer.tags());
      }
      if (packet !== null) packets.tell(packet);
      if (packet === null || !decoder.decode(packet, onSamples)) {
        damaged.add();
        damagedInARow += 1;
        if (damagedInARow > MAX_DAMAGED_IN_A_ROW) throw notMedia(name);
      }
      for (let block = gather.take(); block !== undefined; block = gather.take()) yield block;
    }
    decoder.decode(null, onSamples);
    if (decodedSamples === 0) throw notMedia(name);
    for (let block = gather.takeRest(); block !== undefined; block = gather.takeRest()) yield block;
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof FfmpegFailure ? mapFailure(error) : error;
  }
}

/**
 * The sound of a file, as fast as it is asked for; see `openFfmpegInput`. What it tells the context can be left
 * out or taken elsewhere by giving another one: `{ ...context, onMetadata }`.
 *
 * @throws MediaError `capture.no-file`, `capture.unreadable` and those of `openFfmpegInput`
 */
export function decodeFile(
  path: string,
  context: SourceContext,
  signal: AbortSignal,
  options: { readonly onMetadata?: (metadata: TrackMetadata) => void; readonly blockMs?: number } = {},
): AsyncGenerator<PcmBlock, void, undefined> {
  const { onMetadata = (metadata) => context.onMetadata(metadata), blockMs = 80 } = options;
  const onPacket = context.onPacket?.bind(context);
  const { clock, log, counters, channels } = context;
  return openFfmpegInput(
    // Without the protocol's name, a file called "concat:…" or "http:…" would be opened as such.
    { url: `file:${path}`, options: { protocol_whitelist: 'file', format_whitelist: SELF_CONTAINED_FORMATS } },
    {
      context: { clock, log, counters, channels, onMetadata, ...(onPacket === undefined ? {} : { onPacket }) },
      name: path,
      blockMs,
    },
    signal,
  );
}

/** Tells title and artist when they change. */
class TagWatch {
  readonly #context: SourceContext;
  #last: TrackMetadata = NO_METADATA;

  constructor(context: SourceContext) {
    this.#context = context;
  }

  look(tags: Record<string, string>): void {
    const metadata = metadataOf(tags);
    if (metadata.title === this.#last.title && metadata.artist === this.#last.artist) return;
    this.#last = metadata;
    this.#context.onMetadata(metadata);
  }
}

/** Tells each compressed frame of a codec that the ladder knows. */
class PacketTap {
  readonly #context: SourceContext;
  readonly #codec: Codec | undefined;
  readonly #sampleRate: number;
  readonly #channels: number;
  /** Samples per unit of the stream's time base. */
  readonly #samplesPerTick: number;

  constructor(stream: Stream, context: SourceContext) {
    const { codecpar, timeBase } = stream;
    this.#context = context;
    this.#codec = context.onPacket === undefined ? undefined : CODECS.get(codecpar.codecId);
    this.#sampleRate = codecpar.sampleRate;
    this.#channels = codecpar.channels;
    this.#samplesPerTick = (timeBase.num * codecpar.sampleRate) / timeBase.den;
  }

  tell(packet: Packet): void {
    if (this.#codec === undefined) return;
    const { data } = packet;
    if (data === null) return;
    this.#context.onPacket?.({
      codec: this.#codec,
      sampleRate: this.#sampleRate,
      channels: this.#channels,
      data,
      durationSamples: Math.round(Number(packet.duration) * this.#samplesPerTick),
    });
  }
}

function noAudio(name: string): MediaError {
  return new MediaError('capture.no-audio', `${name} has no sound in it`, {
    remedy: 'Choose something that has an audio track.',
  });
}
