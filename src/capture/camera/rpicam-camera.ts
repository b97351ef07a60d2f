import type { RpicamSettings } from '../../core/camera-settings.ts';
import { DeviceError, MediaError } from '../../core/errors.ts';
import { checkJpeg } from '../../picture/jpeg-info.ts';
import type { ByteReader } from '../byte-input.ts';
import { fewLines } from '../few-lines.ts';
import { Program } from '../program.ts';
import type { Camera, CameraContext, CapturedFrame } from './camera.ts';
import { readFfmpegVideo } from './ffmpeg-video.ts';
import { FrameRateCap } from './frame-rate-cap.ts';
import { JpegFrame } from './jpeg-frame.ts';
import { JpegSplitter } from './jpeg-splitter.ts';
import { LiveBytes } from './live-bytes.ts';
import { RpicamWords, rpicamHangs } from './rpicam-failure.ts';

/** Its present name, and that until Debian 12. */
const PROGRAMS: readonly string[] = ['rpicam-vid', 'libcamera-vid'];
const READ_BYTES = 128 * 1024;
const MAX_LINES_A_SECOND = 5;
/** As good as the best level that viewers usually get, so that it is passed on as it is. libjpeg's scale. */
const JPEG_QUALITY = 90;
/**
 * Rows of YUV420 are written as they lie in memory, where each begins at a multiple of 64 bytes, those of colour too,
 * which are half as long. A width that is a multiple of twice that has no gaps.
 */
const YUV_WIDTH_STEP = 128;

/**
 * A CSI camera of a Raspberry Pi through `rpicam-vid`, which has what libcamera knows of sensors: exposure, white
 * balance, lens shading. It writes JPEGs, or pixels, to its standard output until it is ended.
 */
export class RpicamCamera implements Camera {
  readonly description: string;
  readonly #settings: RpicamSettings;
  readonly #context: CameraContext;
  readonly #programs: readonly string[];

  /** @param programs names of the program, the first that is installed is taken; other than the default in tests */
  constructor(settings: RpicamSettings, context: CameraContext, programs: readonly string[] = PROGRAMS) {
    this.#settings = settings;
    this.#context = context;
    this.#programs = programs;
    const { width, height } = sizeOf(settings);
    this.description = `CSI camera ${settings.index}, ${settings.codec} ${width}x${height} at ${settings.fps} a second`;
  }

  async *read(signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    for (const name of this.#programs) {
      if (signal.aborted) return;
      const words = new RpicamWords();
      await using program = new Program([name, ...argumentsFor(this.#settings)], {
        clock: this.#context.clock,
        onLine: this.#listener(name, words),
      });
      using output = new LiveBytes(program.output, this.#context.clock, () => void program[Symbol.asyncDispose]());
      let hasBegun = false;
      try {
        for await (const frame of this.#framesOf(output, name, signal)) {
          hasBegun = true;
          yield frame;
        }
      } catch (error) {
        // Why a program ended says more than what is wrong with the little it wrote.
        if (!(error instanceof MediaError) || !program.isOutputOver) throw error;
      }
      if (signal.aborted) return;
      const end = await program.ended;
      if (output.isSilent) throw rpicamHangs(this.description);
      if (!end.isMissing)
        throw words.failure(hasBegun ? this.description : `CSI camera ${this.#settings.index}`, name, end);
    }
    throw notInstalled(this.#programs);
  }

  #framesOf(output: ByteReader, name: string, signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    if (this.#settings.codec === 'mjpeg') return this.#jpegsOf(output, signal);
    const { width, height } = sizeOf(this.#settings);
    // Sycc of libcamera: BT.601 over the full range, as in JPEG.
    const options = {
      pixel_format: 'yuvj420p',
      video_size: `${width}x${height}`,
      framerate: String(this.#settings.fps),
    };
    return readFfmpegVideo(
      { bytes: output, format: 'rawvideo', options },
      { context: this.#context, name: `what ${name} writes`, stamps: 'arrival' },
      signal,
    );
  }

  async *#jpegsOf(output: ByteReader, signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    const { clock, counters, fps } = this.#context;
    const damaged = counters.counter('capture_damaged_frames_total', 'Damaged pictures of the camera, left out');
    const splitter = new JpegSplitter({ onDamaged: () => damaged.add() });
    const cap = new FrameRateCap(fps);
    for (;;) {
      const bytes = await output.read(READ_BYTES, signal);
      if (bytes === undefined) return;
      for (const picture of splitter.push(bytes)) {
        const nowUs = clock.nowUs();
        if (!cap.admits(nowUs)) continue;
        const checked = checkJpeg(picture);
        if (checked.jpeg === undefined) damaged.add();
        else yield new JpegFrame(nowUs, checked);
      }
    }
  }

  #listener(name: string, words: RpicamWords): (line: string) => void {
    const { clock, log } = this.#context;
    const say = fewLines(clock, MAX_LINES_A_SECOND, (line) => log.debug(`${name}: ${line}`));
    return (line) => {
      words.hear(line);
      say(line);
    };
  }
}

function argumentsFor(settings: RpicamSettings): string[] {
  const { width, height } = sizeOf(settings);
  const { index, codec, fps, sensorRotation, lowLatency } = settings;
  return [
    ...['--timeout', '0', '--nopreview', '--output', '-', '--flush'],
    ...['--camera', String(index), '--width', String(width), '--height', String(height), '--framerate', String(fps)],
    ...(codec === 'mjpeg' ? ['--codec', 'mjpeg', '--quality', String(JPEG_QUALITY)] : ['--codec', 'yuv420']),
    ...(sensorRotation === 180 ? ['--rotation', '180'] : []),
    ...(lowLatency ? ['--low-latency'] : []),
  ];
}

/** Pixels are asked for in a width without gaps, the shape staying; JPEG takes any even size. */
function sizeOf({ codec, width, height }: RpicamSettings): { width: number; height: number } {
  const step = codec === 'yuv420' ? YUV_WIDTH_STEP : 2;
  const fitting = Math.max(step, Math.round(width / step) * step);
  return { width: fitting, height: Math.max(2, Math.round((height * fitting) / width / 2) * 2) };
}

function notInstalled(programs: readonly string[]): DeviceError {
  return new DeviceError('capture.no-program', `${programs.join(' and ')} can't be started: not installed`, {
    remedy: 'Install the package rpicam-apps-lite; on another computer than a Raspberry Pi use type = "v4l2".',
  });
}
