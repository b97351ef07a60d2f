import type { Counter } from '../../core/counters.ts';
import { checkJpeg } from '../../picture/jpeg-info.ts';
import { ByteInput, type ByteReader } from '../byte-input.ts';
import { fewLines } from '../few-lines.ts';
import { Program, type ProgramEnd } from '../program.ts';
import type { CameraContext, CapturedFrame } from './camera.ts';
import { isRawFormat, RawPictures } from './ffmpeg-raw-pictures.ts';
import { readFfmpegVideo } from './ffmpeg-video.ts';
import { FrameRateCap } from './frame-rate-cap.ts';
import { JpegFrame } from './jpeg-frame.ts';
import { LiveBytes } from './live-bytes.ts';
import { ArrivalStamps } from './picture-stamps.ts';
import { runV4l2Ctl } from './v4l2-ctl.ts';
import { troubleIn, v4l2Failure, v4l2Unplugged } from './v4l2-failure.ts';
import { V4l2FrameSplitter } from './v4l2-frame-splitter.ts';
import { describeMode, type V4l2Mode } from './v4l2-mode.ts';
import { setUpV4l2, type V4l2Setup } from './v4l2-setup.ts';

/** The driver fills one while another is written out; the rest is for a moment in which nobody comes round to that. */
const BUFFERS = 4;
const READ_BYTES = 128 * 1024;
const MAX_LINES_A_SECOND = 5;
/** An access unit delimiter: with it FFmpeg knows that the picture before is whole, and need not wait for the next. */
const DELIMITER = Buffer.of(0, 0, 0, 1, 0x09, 0xf0);
/** A mark for each picture, and once a second how many there were. */
const TALLY = /^[<KPB]*(?:\s*[\d.]+ fps(?:, dropped buffers: (\d+))?)?$/;

/** What is read and with what. */
export interface V4l2StreamSettings {
  readonly context: CameraContext;
  /** `v4l2-ctl`, or what stands for it in tests. */
  readonly v4l2Ctl: string;
  readonly path: string;
  /** The camera as messages call it. */
  readonly name: string;
  /** One that has a fourcc, as `chooseV4l2Modes` gives it. */
  readonly mode: V4l2Mode;
  /** What the camera delivers in truth, before the first picture. */
  onMode?(mode: V4l2Mode): void;
}

/**
 * Sets the camera to the mode and yields its pictures until `signal` aborts, with the times at which they arrived. Reads
 * by `v4l2-ctl`, since that takes four buffers of the kernel's memory, where FFmpeg's reader takes all there are.
 *
 * @throws DeviceError as `v4l2Failure` tells
 */
export async function* readV4l2Stream(
  settings: V4l2StreamSettings,
  signal: AbortSignal,
): AsyncGenerator<CapturedFrame, void, undefined> {
  if (signal.aborted) return;
  const { context, v4l2Ctl, path, name, mode } = settings;
  const setup = await setUpV4l2(v4l2Ctl, path, mode, signal);
  if (signal.aborted) return;
  if (typeof setup === 'string') throw v4l2Failure(name, describeMode(mode), troubleIn(setup));
  settings.onMode?.({ ...mode, width: setup.width, height: setup.height, fps: setup.fps ?? mode.fps });
  const command = [v4l2Ctl, '-d', path, `--stream-mmap=${BUFFERS}`, '--stream-to-hdr=-'];
  // It does not flush what it writes: without stdbuf the end of each picture waits for the next one. A system that has
  // no stdbuf is none with glibc, and its standard output does not hold back.
  for (const words of [['stdbuf', '-o0', ...command], command]) {
    await using program = new Program(words, { clock: context.clock, onLine: listenerOf(context) });
    using output = new LiveBytes(program.output, context.clock, () => void program[Symbol.asyncDispose]());
    const reading = new V4l2Reading(output, settings, setup);
    yield* reading.frames(signal);
    if (signal.aborted) return;
    const end = await program.ended;
    if (output.isSilent) throw v4l2Unplugged(name, troubleIn('it hangs', 'read'));
    if (end.isMissing && words !== command) continue;
    throw reading.hasBegun
      ? v4l2Unplugged(name, troubleIn(wordsOf(end), 'read'))
      : v4l2Failure(name, describeMode(mode), troubleIn(await whyNot(settings, end, signal)));
  }
}

/** From what the program writes to pictures. */
class V4l2Reading {
  readonly #output: ByteReader;
  readonly #context: CameraContext;
  readonly #name: string;
  readonly #format: string;
  readonly #setup: V4l2Setup;
  readonly #cap: FrameRateCap;
  readonly #damaged: Counter;
  #hasBegun = false;

  constructor(output: ByteReader, { context, name, mode }: V4l2StreamSettings, setup: V4l2Setup) {
    this.#output = output;
    this.#context = context;
    this.#name = name;
    this.#format = mode.format ?? '';
    this.#setup = setup;
    this.#cap = new FrameRateCap(context.fps);
    this.#damaged = context.counters.counter(
      'capture_damaged_frames_total',
      'Damaged pictures of the camera that were left out',
    );
  }

  /** Something came, be it damaged. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  frames(signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    if (this.#format === 'h264') return this.#h264(signal);
    return isRawFormat(this.#format) ? this.#pixels(signal) : this.#jpegs(signal);
  }

  async *#jpegs(signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    const splitter = new V4l2FrameSplitter({ wants: (atUs) => this.#wants(atUs) });
    for (;;) {
      const bytes = await this.#output.read(READ_BYTES, signal);
      if (bytes === undefined) return;
      for (const { data, atUs } of splitter.push(bytes, this.#context.clock.nowUs())) {
        const checked = checkJpeg(data);
        if (checked.jpeg === undefined) this.#damaged.add();
        else yield new JpegFrame(atUs, checked);
      }
    }
  }

  async *#pixels(signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    using pictures = new RawPictures({ ...this.#setup, format: this.#format });
    const wants = (atUs: number, bytes: number): boolean => {
      if (bytes >= pictures.bytes) return this.#wants(atUs);
      this.#hasBegun = true;
      this.#damaged.add();
      return false;
    };
    const splitter = new V4l2FrameSplitter({ wants });
    for (;;) {
      const bytes = await this.#output.read(READ_BYTES, signal);
      if (bytes === undefined) return;
      for (const { data, atUs } of splitter.push(bytes, this.#context.clock.nowUs())) {
        yield pictures.picture(data, atUs);
      }
    }
  }

  /** Each picture needs those before it, so all of them go to the decoder. */
  #h264(signal: AbortSignal): AsyncGenerator<CapturedFrame, void, undefined> {
    const { clock } = this.#context;
    const splitter = new V4l2FrameSplitter({
      wants: () => {
        this.#hasBegun = true;
        return true;
      },
    });
    const whole = new ByteInput();
    const read = async (maxBytes: number, until: AbortSignal): Promise<Uint8Array | undefined> => {
      while (whole.queuedBytes === 0) {
        const bytes = await this.#output.read(READ_BYTES, until);
        if (bytes === undefined) return undefined;
        for (const { data } of splitter.push(bytes, clock.nowUs())) {
          whole.push(data);
          whole.push(DELIMITER);
        }
      }
      return whole.read(maxBytes, until);
    };
    // How fast it runs is known already, and probing would hold back the first second.
    const options = { framerate: String(this.#setup.fps ?? 30), analyzeduration: '1' };
    return readFfmpegVideo(
      { bytes: { read }, format: 'h264', options },
      // Cameras slow down in the dark: what FFmpeg counts off by the rate is not when they came.
      { context: this.#context, name: this.#name, stamps: () => new ArrivalStamps(clock), isLive: true },
      signal,
    );
  }

  #wants(atUs: number): boolean {
    this.#hasBegun = true;
    return this.#cap.admits(atUs);
  }
}

/** Why it ended before the first picture: `v4l2-ctl` does not say so as long as it writes pictures to its output. */
async function whyNot({ v4l2Ctl, path }: V4l2StreamSettings, end: ProgramEnd, signal: AbortSignal): Promise<string> {
  const { remarks } = await runV4l2Ctl(v4l2Ctl, ['-d', path, `--stream-mmap=${BUFFERS}`, '--stream-count=1'], signal);
  return /VIDIOC_\w+ returned -1 .*/.exec(remarks)?.[0] ?? wordsOf(end);
}

function wordsOf({ how, lastLine }: ProgramEnd): string {
  return /VIDIOC_.*/.exec(lastLine)?.[0] ?? (TALLY.test(lastLine) ? `v4l2-ctl ended with ${how}` : lastLine);
}

/** Counts what the driver lost; everything else that it says goes to the log of developers. */
function listenerOf({ clock, counters, log }: CameraContext): (line: string) => void {
  const dropped = counters.counter(
    'capture_dropped_frames_total',
    "Pictures that the camera's driver lost: broken on their way, or no room for them",
  );
  const say = fewLines(clock, MAX_LINES_A_SECOND, (line) => log.debug(`v4l2-ctl: ${line}`));
  return (line) => {
    const tally = TALLY.exec(line);
    if (tally === null) say(line);
    else dropped.add(Number(tally[1] ?? 0));
  };
}
