import { extname } from 'node:path';
import type { CameraFileSettings } from '../../core/camera-settings.ts';
import type { FfmpegTarget } from '../ffmpeg-demuxer.ts';
import type { Camera, CameraContext, CapturedFrame } from './camera.ts';
import { readFfmpegVideo } from './ffmpeg-video.ts';
import { inTime, PictureSchedule } from './picture-schedule.ts';

/** Containers of pictures that cannot make FFmpeg open something else. */
const SELF_CONTAINED_FORMATS =
  'asf,avi,flv,gif,h264,hevc,jpeg_pipe,m4v,matroska,mjpeg,mov,mpeg,mpegts,mpegvideo,ogg,png_pipe,yuv4mpegpipe';

/** FFmpeg takes a name with a % in it for a pattern of many, unless it is told what the file is. */
const STILL_FORMATS: Readonly<Record<string, string>> = {
  '.jpg': 'jpeg_pipe',
  '.jpeg': 'jpeg_pipe',
  '.png': 'png_pipe',
};

/**
 * A film in real time by its own timestamps, over and over: its end and its beginning join as its pictures do. A still
 * picture comes once a second, read anew, so that it may be replaced.
 */
export class FileCamera implements Camera {
  readonly description: string;
  readonly #path: string;
  readonly #context: CameraContext;

  constructor(settings: CameraFileSettings, context: CameraContext) {
    this.description = `file ${settings.path}`;
    this.#path = settings.path;
    this.#context = context;
  }

  read(signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    return inTime(this.#rounds(signal), { clock: this.#context.clock, signal });
  }

  async *#rounds(signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    const schedule = new PictureSchedule(this.#context.clock);
    const target = targetOf(this.#path);
    const settings = { context: this.#context, name: this.#path, stamps: () => schedule };
    while (!signal.aborted) {
      for await (const frame of readFfmpegVideo(target, settings, signal)) {
        yield frame;
        // Where it is being replaced, the rest of the new one would come behind the old one.
        if (target.format !== undefined) break;
      }
      schedule.startAgain();
    }
  }
}

function targetOf(path: string): FfmpegTarget {
  const format = STILL_FORMATS[extname(path).toLowerCase()];
  return {
    // Without the protocol's name, a file called "concat:…" or "http:…" would be opened as such.
    url: `file:${path}`,
    options: { protocol_whitelist: 'file', format_whitelist: SELF_CONTAINED_FORMATS, probesize: '1000000' },
    ...(format === undefined ? {} : { format }),
  };
}
