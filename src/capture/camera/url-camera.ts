import type { CameraUrlSettings } from '../../core/camera-settings.ts';
import { NetworkError } from '../../core/errors.ts';
import { withoutUrlSecrets } from '../clean-url.ts';
import { networkFailure } from '../ffmpeg-failure.ts';
import type { Camera, CameraContext, CapturedFrame } from './camera.ts';
import { readFfmpegVideo } from './ffmpeg-video.ts';
import { inTime, PictureSchedule } from './picture-schedule.ts';

/** Microseconds without a byte until a connection counts as dead. */
const STALL_US = 10_000_000;

/** No `file`: a playlist from the network must not reach the disk of this machine. */
const PROTOCOLS = 'http,https,httpproxy,tls,tcp,udp,rtp,srtp,rtsp,rtsps,srt,hls,crypto,data';

/** What comes over HTTP without a clock of its own. */
const CLOCKLESS_FORMATS: readonly string[] = ['mpjpeg', 'mjpeg', 'jpeg_pipe'];

/**
 * A camera on the network: RTSP, HTTP MJPEG, HLS. It has no end of its own: one that ends is lost, and is opened again.
 *
 * What is live (RTSP, SRT, RTP, MJPEG) is handed on as it comes: of a burst of old pictures at the beginning the newest
 * wins. What comes over HTTP with a clock of its own (HLS, MP4, MPEG-TS) comes in segments, and is handed on in time,
 * from its first picture on.
 */
export class UrlCamera implements Camera {
  readonly description: string;
  readonly #url: string;
  readonly #context: CameraContext;

  constructor(settings: CameraUrlSettings, context: CameraContext) {
    this.description = withoutUrlSecrets(settings.url);
    this.#url = settings.url;
    this.#context = context;
  }

  read(signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    return inTime(this.#stream(signal), { clock: this.#context.clock, signal });
  }

  async *#stream(signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    const context = this.#context;
    const name = this.description;
    const isHttp = /^https?:/i.test(this.#url);
    yield* readFfmpegVideo(
      { url: this.#url, options: optionsFor(this.#url) },
      {
        context,
        name,
        mapFailure: networkFailure(name, 'pictures'),
        stamps: (format) =>
          isHttp && !CLOCKLESS_FORMATS.includes(format) ? new PictureSchedule(context.clock) : 'arrival',
      },
      signal,
    );
    if (signal.aborted) return;
    throw new NetworkError('capture.stream-ended', `${name} has ended its stream`, {
      remedy: 'It is opened again; if that happens often, see whether the camera restarts or its network is bad.',
    });
  }
}

function optionsFor(url: string): Record<string, string> {
  const common = {
    protocol_whitelist: PROTOCOLS,
    // Enough for the first keyframe of a large picture. What was read to find out is not lost, so that the first picture
    // need not wait for the next keyframe.
    probesize: '2000000',
    analyzeduration: '3000000',
    // The frame rate is of no interest, and finding it out takes seconds.
    fpsprobesize: '0',
    // HLS: one segment behind the newest, so that a late one does not stop the picture.
    live_start_index: '-2',
    user_agent: 'Pipit',
  };
  if (/^rtsps?:/i.test(url)) {
    return { ...common, timeout: String(STALL_US), rtsp_transport: 'tcp', allowed_media_types: 'video' };
  }
  return { ...common, rw_timeout: String(STALL_US) };
}
