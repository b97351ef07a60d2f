import { AV_CODEC_ID_H264, AV_CODEC_ID_MJPEG, AV_CODEC_PROP_INTRA_ONLY, AV_NOPTS_VALUE } from 'node-av/constants';
import { Frame, type Packet, type Stream } from 'node-av/lib';
import type { Clock } from '../../core/clock.ts';
import type { Counter } from '../../core/counters.ts';
import { BugError, MediaError } from '../../core/errors.ts';
import { checkJpeg } from '../../picture/jpeg-info.ts';
import { FfmpegDemuxer, type FfmpegTarget } from '../ffmpeg-demuxer.ts';
import { FfmpegFailure, type MapFailure, mediaFailure, notMedia } from '../ffmpeg-failure.ts';
import { takeFfmpegLog } from '../ffmpeg-log.ts';
import type { CameraContext, CapturedFrame } from './camera.ts';
import { FfmpegFrame, FrameScaler } from './ffmpeg-frame.ts';
import { FfmpegH264Units } from './ffmpeg-h264-units.ts';
import { FfmpegPictureDecoder } from './ffmpeg-picture-decoder.ts';
import { FrameRateCap } from './frame-rate-cap.ts';
import { JpegFrame } from './jpeg-frame.ts';
import { ArrivalStamps, DeviceStamps, LiveStamps, type PictureStamps, StreamStamps } from './picture-stamps.ts';

export interface FfmpegVideoSettings {
  readonly context: CameraContext;
  /** What errors call it, without secrets. */
  readonly name: string;
  /** What FFmpeg's failures mean here; `mediaFailure(name, 'pictures')` when left out. */
  readonly mapFailure?: MapFailure;
  /**
   * Where `ptsUs` comes from. `device`: the demuxer's own stamps are microseconds of CLOCK_MONOTONIC, as V4L2's are;
   * that of arrival where they clearly are not. `arrival`: when it was read, evened out by the stream's own clock where
   * pictures are coded one from the other. `stream`: the stream's own time, from 0. A function is told FFmpeg's name of
   * the demuxer, once that is known.
   */
  readonly stamps: StampKind | ((formatName: string) => StampKind | PictureStamps);
  /** Pictures come out as soon as they can. Left out: with stamps of kind `device` and `arrival`. */
  readonly isLive?: boolean;
}

export type StampKind = 'device' | 'arrival' | 'stream';

/** Damaged packets and pictures, one after the other, until it is called no media: some seconds. */
const MAX_DAMAGED_IN_A_ROW = 100;
/** As many until the first keyframe, which some cameras send every 20 s. */
const MAX_BEFORE_KEYFRAME = 1000;

/**
 * Opens the target and yields its pictures as they come, until it ends or `signal` aborts. JPEGs are passed on as they
 * are, everything else is decoded. Pictures beyond the context's `fps` are left out: those that stand alone before they
 * cost anything, those coded one from the other when they are decoded. Damaged ones are counted and left out.
 *
 * @throws MediaError `capture.no-picture`, `capture.not-media`, `capture.no-decoder`, and whatever `settings.mapFailure`
 *   makes of FFmpeg's failures
 */
export async function* readFfmpegVideo(
  target: FfmpegTarget,
  settings: FfmpegVideoSettings,
  signal: AbortSignal,
): AsyncGenerator<CapturedFrame, void, undefined> {
  if (signal.aborted) return;
  const { context, name, mapFailure = mediaFailure(name, 'pictures') } = settings;
  takeFfmpegLog(context);
  await using demuxer = new FfmpegDemuxer(target, { clock: context.clock, signal, kind: 'pictures' });
  try {
    const stream = await demuxer.open();
    if (stream === undefined) throw noPicture(name);
    using reading = new Reading(stream, demuxer.formatName, settings);
    for (;;) {
      const packet = await demuxer.read();
      if (signal.aborted) return;
      if (packet === undefined) break;
      yield* reading.take(packet);
    }
    yield* reading.finish();
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof FfmpegFailure ? mapFailure(error) : error;
  }
}

/** From the packets of one stream to its pictures. */
class Reading implements Disposable {
  readonly #stream: Stream;
  readonly #name: string;
  readonly #context: CameraContext;
  readonly #stamps: PictureStamps;
  readonly #cap: FrameRateCap;
  readonly #damaged: Counter;
  readonly #isJpeg: boolean;
  /** No picture needs another one: what is not wanted need not be looked at. */
  readonly #isIntraOnly: boolean;
  /** Pictures lie in memory of the device, which is gone when it is closed. */
  readonly #isBorrowed: boolean;
  /** Microseconds a tick. */
  readonly #tickUs: number;
  readonly #scaler: FrameScaler;
  #decoder: FfmpegPictureDecoder | undefined;
  #units: FfmpegH264Units | undefined;
  /** Joined in between: what comes first needs pictures that were sent before. */
  #awaitsKeyframe: boolean;
  #damagedInARow = 0;
  #pictures = 0;

  constructor(stream: Stream, formatName: string, settings: FfmpegVideoSettings) {
    const { context, name, stamps } = settings;
    const { codecpar, timeBase } = stream;
    const kind = typeof stamps === 'function' ? stamps(formatName) : stamps;
    this.#stream = stream;
    this.#name = name;
    this.#context = context;
    this.#cap = new FrameRateCap(() => context.fps());
    this.#damaged = context.counters.counter(
      'capture_damaged_frames_total',
      'Damaged pictures of the camera that were left out',
    );
    this.#isJpeg = codecpar.codecId === AV_CODEC_ID_MJPEG;
    this.#isIntraOnly = codecpar.hasProperties(AV_CODEC_PROP_INTRA_ONLY);
    this.#awaitsKeyframe = !this.#isIntraOnly;
    this.#isBorrowed = kind === 'device';
    this.#tickUs = (1e6 * timeBase.num) / timeBase.den;
    this.#stamps = typeof kind === 'string' ? stampsOf(kind, context.clock, this.#isIntraOnly) : kind;
    this.#scaler = new FrameScaler(!this.#isBorrowed);
    const { isLive = kind === 'device' || kind === 'arrival' } = settings;
    if (!this.#isJpeg) this.#decoder = new FfmpegPictureDecoder(stream, isLive);
    if (codecpar.codecId === AV_CODEC_ID_H264) this.#units = new FfmpegH264Units(stream);
  }

  /** The pictures that a packet brings; null: the packet was damaged. */
  async *take(packet: Packet | null): AsyncGenerator<CapturedFrame, void, undefined> {
    if (packet === null) return this.#countDamaged();
    const { pts, dts } = packet;
    if (packet.isKeyframe) this.#awaitsKeyframe = false;
    this.#stamps.arrived(this.#toUs(dts) ?? this.#toUs(pts));
    this.#tellUnits(packet);
    if (!this.#isIntraOnly) return yield* this.#decoded(packet, undefined);
    const ptsUs = this.#stamps.stamp(this.#toUs(pts) ?? this.#toUs(dts), Number(packet.duration) * this.#tickUs);
    if (!this.#cap.admits(ptsUs)) {
      this.#pictures += 1;
    } else if (this.#isJpeg) {
      yield* this.#jpeg(packet, ptsUs);
    } else {
      yield* this.#decoded(packet, ptsUs);
    }
  }

  /** What is still under way at the end. */
  async *finish(): AsyncGenerator<CapturedFrame, void, undefined> {
    if (!this.#isIntraOnly) yield* this.#decoded(null, undefined);
    if (this.#pictures === 0) throw notMedia(this.#name, 'pictures');
  }

  [Symbol.dispose](): void {
    this.#units?.[Symbol.dispose]();
    this.#decoder?.[Symbol.dispose]();
    this.#scaler.release();
  }

  *#jpeg(packet: Packet, ptsUs: number): Generator<CapturedFrame, void, undefined> {
    // A copy that is ours: the only one on its way to the viewers.
    const { data } = packet;
    const checked = data === null ? undefined : checkJpeg(data);
    if (checked?.jpeg === undefined) return this.#countDamaged();
    this.#countGood();
    yield new JpegFrame(ptsUs, checked);
  }

  /** @param ptsUs when known already: it has been admitted then */
  async *#decoded(packet: Packet | null, ptsUs: number | undefined): AsyncGenerator<CapturedFrame, void, undefined> {
    const decoder = this.#decoder;
    if (decoder === undefined) return;
    if (!(await decoder.send(packet)) && packet !== null) this.#countDamaged();
    for (let frame = decoder.receive(); frame !== undefined; frame = decoder.receive()) {
      if (frame === null) {
        this.#countDamaged();
        continue;
      }
      this.#countGood();
      const timeUs =
        ptsUs ?? this.#stamps.stamp(this.#toUs(frame.bestEffortTimestamp), Number(frame.duration) * this.#tickUs);
      if (ptsUs === undefined && !this.#cap.admits(timeUs)) continue;
      yield new FfmpegFrame(this.#own(frame), timeUs, this.#scaler);
    }
  }

  /** A reference that is ours, or a copy of what will not last. */
  #own(frame: Frame): Frame {
    const own = new Frame();
    own.alloc();
    if (!this.#isBorrowed) {
      if (own.ref(frame) >= 0) return own;
    } else {
      own.format = frame.format;
      own.width = frame.width;
      own.height = frame.height;
      if (own.getBuffer() >= 0 && own.copy(frame) >= 0 && own.copyProps(frame) >= 0) return own;
    }
    own.free();
    throw new BugError('capture.no-frame', `no memory for a picture of ${frame.width}x${frame.height}`);
  }

  #tellUnits(packet: Packet): void {
    const { onVideoUnit } = this.#context;
    if (this.#units === undefined || onVideoUnit === undefined) return;
    this.#units.take(packet, (unit) => {
      const ptsUs = this.#stamps.timeOf(this.#toUs(unit.pts));
      const durationUs = Math.round(Number(unit.duration) * this.#tickUs) || this.#usualDurationUs;
      const { isKeyframe, data } = unit;
      this.#context.onVideoUnit?.({ codec: 'h264', ptsUs, durationUs, isKeyframe, data });
    });
  }

  get #usualDurationUs(): number {
    const { num, den } = this.#stream.avgFrameRate;
    return num > 0 ? Math.round((1e6 * den) / num) : 0;
  }

  #toUs(ticks: bigint): number | undefined {
    return ticks === AV_NOPTS_VALUE ? undefined : Number(ticks) * this.#tickUs;
  }

  #countGood(): void {
    this.#pictures += 1;
    this.#damagedInARow = 0;
  }

  #countDamaged(): void {
    if (!this.#awaitsKeyframe) this.#damaged.add();
    this.#damagedInARow += 1;
    if (this.#damagedInARow > (this.#awaitsKeyframe ? MAX_BEFORE_KEYFRAME : MAX_DAMAGED_IN_A_ROW))
      throw notMedia(this.#name, 'pictures');
  }
}

function stampsOf(kind: StampKind, clock: Clock, isIntraOnly: boolean): PictureStamps {
  if (kind === 'device') return new DeviceStamps(clock);
  if (kind === 'stream') return new StreamStamps();
  return isIntraOnly ? new ArrivalStamps(clock) : new LiveStamps(clock);
}

function noPicture(name: string): MediaError {
  return new MediaError('capture.no-picture', `${name} has no picture in it`, {
    remedy: 'Choose something that has a video track.',
  });
}
