import { symlinkSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { V4l2Settings } from '../../core/camera-settings.ts';
import { systemClock } from '../../core/clock.ts';
import { CounterSet } from '../../core/counters.ts';
import { DeviceError } from '../../core/errors.ts';
import { RecordingLog } from '../../testkit/recording-log.ts';
import type { FfmpegTarget } from '../ffmpeg-demuxer.ts';
import { FfmpegFailure } from '../ffmpeg-failure.ts';
import type { CapturedFrame } from './camera.ts';
import type { FfmpegVideoSettings } from './ffmpeg-video.ts';
import { V4l2Camera } from './v4l2-camera.ts';
import { FakeCameras, WEBCAM, WEBCAM_METADATA } from './v4l2-devices.testing.ts';
import { troubleIn, v4l2Failure } from './v4l2-failure.ts';
import { describeMode, type V4l2Mode } from './v4l2-mode.ts';
import type { V4l2StreamSettings } from './v4l2-stream.ts';

const test = suite('v4l2-camera');
const signal = new AbortController().signal;
// The system clock's timers do not keep a process alive; a worker has its link for that.
const alive = setInterval(() => {}, 1000);
test.after(() => clearInterval(alive));

const SETTINGS: V4l2Settings = {
  type: 'v4l2',
  device: 'auto',
  format: 'auto',
  controls: [],
  width: 1280,
  height: 720,
  fps: 30,
};
const FRAME: CapturedFrame = {
  ptsUs: 1,
  width: 1280,
  height: 720,
  jpeg: Buffer.of(1),
  toPixels: () => {
    throw new Error('it has a JPEG');
  },
  [Symbol.dispose]() {},
};
type Trouble = readonly [stage: 'open' | 'read', words: string];
const opens = (words: string): Trouble => ['open', words];

/** Stands for the reading of a camera: each opening does what comes next in `script`. */
class FakeStream {
  readonly modes: V4l2Mode[] = [];
  readonly paths: string[] = [];
  readonly #script: (Trouble | 'end')[];

  constructor(...script: (Trouble | 'end')[]) {
    this.#script = script;
  }

  readonly read = async function* (
    this: FakeStream,
    { path, name, mode, onMode }: V4l2StreamSettings,
  ): AsyncGenerator<CapturedFrame, void, undefined> {
    this.modes.push(mode);
    this.paths.push(path);
    const next = this.#script.shift() ?? (['read', 'VIDIOC_DQBUF: failed: No such device'] as const);
    const failure = next === 'end' ? undefined : v4l2Failure(name, describeMode(mode), troubleIn(next[1], next[0]));
    if (next[0] === 'open') throw failure;
    onMode?.({ ...mode, fps: 24 });
    yield FRAME;
    if (failure !== undefined) throw failure;
  }.bind(this);

  /** How it was opened. */
  get openings(): string[] {
    return this.modes.map(({ fourcc, width, height, fps }) => `${fourcc} ${width}x${height} ${fps}`);
  }
}

/** Stands for FFmpeg, and a camera behind it that delivers one picture. */
class FakeVideo {
  readonly targets: FfmpegTarget[] = [];
  readonly #fails: boolean[];

  constructor(...fails: boolean[]) {
    this.#fails = fails;
  }

  readonly read = async function* (
    this: FakeVideo,
    target: FfmpegTarget,
    { mapFailure }: FfmpegVideoSettings,
  ): AsyncGenerator<CapturedFrame, void, undefined> {
    this.targets.push(target);
    if (this.#fails.shift()) throw mapFailure?.(new FfmpegFailure('open', -22, 'Invalid argument', false));
    yield FRAME;
  }.bind(this);
}

function camera(fake: FakeCameras, more: Partial<V4l2Settings> = {}, stream?: FakeStream, video?: FakeVideo) {
  const log = new RecordingLog();
  const context = { clock: systemClock, log, counters: new CounterSet(), fps: () => Number.POSITIVE_INFINITY };
  const options = {
    roots: video === undefined ? fake.roots : fake.withoutV4l2Ctl,
    ...(stream === undefined ? {} : { readStream: stream.read }),
    ...(video === undefined ? {} : { readVideo: video.read }),
  };
  return { camera: new V4l2Camera({ ...SETTINGS, ...more }, context, options), log };
}

async function failureOf(frames: AsyncIterable<CapturedFrame>): Promise<DeviceError & { frames: number }> {
  let count = 0;
  try {
    for await (const _ of frames) count += 1;
  } catch (error) {
    assert.instance(error, DeviceError);
    return Object.assign(error as DeviceError, { frames: count });
  }
  throw new Error('it ended in order');
}

test('a camera is opened in the mode that is nearest to what is asked, and told with what it delivers', async () => {
  using fake = new FakeCameras({ 0: WEBCAM, 1: WEBCAM_METADATA });
  const stream = new FakeStream();
  const { camera: webcam } = camera(fake, { device: 'usb-path:1-1.2' }, stream);
  assert.is(webcam.description, 'camera usb-path:1-1.2');
  const { value } = await webcam.read(signal).next();
  assert.is(value, FRAME);
  assert.equal(stream.openings, ['MJPG 1280x720 30']);
  assert.equal(stream.paths, [`${fake.roots.devRoot}/video0`]);
  assert.is(webcam.description, 'camera HD Pro Webcam C920 (usb-path:1-1.2), mjpeg 1280x720 at 24 a second');
});

test('its end in mid-stream is an unplugged camera, whatever the reason, if its node has gone', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  for (const words of ['No such device', 'Invalid argument', 'Input/output error']) {
    const error = await failureOf(camera(fake, {}, new FakeStream(['read', words])).camera.read(signal));
    assert.is(error.code, 'capture.unplugged');
    assert.is(error.message, 'HD Pro Webcam C920 (usb-path:1-1.2) was unplugged');
    assert.is(error.frames, 1);
  }
});

test('as long as its node is there, why it ended is told', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  writeFileSync(`${fake.roots.devRoot}/video0`, '');
  const error = await failureOf(camera(fake, {}, new FakeStream(['read', 'Input/output error'])).camera.read(signal));
  assert.is(error.code, 'capture.unplugged');
  assert.match(error.message, 'stopped delivering pictures: Input/output error');
});

test('a mode that is listed but not delivered is left for the next, and not tried again', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const video = new FakeStream(opens('Invalid argument'));
  const { camera: webcam, log } = camera(fake, {}, video);
  assert.is((await failureOf(webcam.read(signal))).code, 'capture.unplugged');
  assert.is((await failureOf(webcam.read(signal))).code, 'capture.unplugged');
  assert.equal(video.openings, ['MJPG 1280x720 30', 'MJPG 1920x1080 30', 'MJPG 1920x1080 30']);
  assert.is(log.messages('warning').length, 1);
  assert.match(log.messages('warning')[0] ?? '', 'does not deliver mjpeg 1280x720');
});

test('where the USB bus is full a smaller mode comes next', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const video = new FakeStream(opens('VIDIOC_STREAMON returned -1 (No space left on device)'));
  const { camera: webcam, log } = camera(fake, {}, video);
  assert.is((await webcam.read(signal).next()).value, FRAME);
  assert.equal(video.openings, ['MJPG 1280x720 30', 'MJPG 640x480 30']);
  assert.match(log.messages('warning')[0] ?? '', 'the USB bus has no room for mjpeg 1280x720');
});

test('a camera that refuses everything is told of, and asked again from the beginning', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const video = new FakeStream(...Array.from({ length: 6 }, () => opens('Invalid argument')));
  const { camera: webcam } = camera(fake, {}, video);
  assert.is((await failureOf(webcam.read(signal))).code, 'capture.unsupported');
  assert.is((await failureOf(webcam.read(signal))).code, 'capture.unsupported');
  assert.is(video.openings.length, 6);
  assert.is(video.openings[3], 'MJPG 1280x720 30');
});

test('trouble that no other mode would mend is not met by trying them', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  for (const [words, code] of [
    ['VIDIOC_S_FMT: failed: Device or resource busy', 'capture.busy'],
    ['Failed to open /dev/video0: Permission denied', 'capture.denied'],
    ['Cannot open device /dev/video0, exiting.', 'capture.no-device'],
  ] as const) {
    const stream = new FakeStream(opens(words));
    assert.is((await failureOf(camera(fake, {}, stream).camera.read(signal))).code, code);
    assert.is(stream.modes.length, 1);
  }
});

test('who holds a busy camera is said where the system tells', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  fake.open(4711, 0);
  const error = await failureOf(camera(fake, {}, new FakeStream(opens('Device or resource busy'))).camera.read(signal));
  assert.match(error.message, 'HD Pro Webcam C920 (usb-path:1-1.2) is held by process 4711');
});

test('a format that the camera does not have is told once, and another one taken', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const video = new FakeStream();
  const { camera: webcam, log } = camera(fake, { format: 'nv12' }, video);
  for (let i = 0; i < 2; i += 1) await failureOf(webcam.read(signal));
  assert.is(video.openings[0], 'MJPG 1280x720 30');
  assert.equal(log.messages('warning'), ['HD Pro Webcam C920 (usb-path:1-1.2) does not deliver nv12']);
});

test('controls are set before it is opened, and one that fails is told without harm', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const controls = ['exposure_time_absolute=200', 'auto_exposure=1', 'zoom_absolute=200', 'sharpening=1'];
  const { camera: webcam, log } = camera(fake, { controls }, new FakeStream());
  assert.is((await webcam.read(signal).next()).value, FRAME);
  assert.equal(fake.changes, ['auto_exposure=1', 'exposure_time_absolute=200']);
  const [unknown = '', failed = ''] = log.messages('warning');
  assert.match(unknown, /no control "sharpening".*brightness/);
  assert.match(failed, 'zoom_absolute could not be set to 200: VIDIOC_S_EXT_CTRLS: failed: Input/output error');
});

test('without v4l2-ctl FFmpeg reads it, for JPEG and then for anything; what that costs is told', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const video = new FakeVideo(true);
  const { camera: webcam, log } = camera(fake, {}, undefined, video);
  assert.is((await webcam.read(signal).next()).value, FRAME);
  const options = { framerate: '30', video_size: '1280x720', timestamps: 'default' };
  const target = { url: `${fake.roots.devRoot}/video0`, format: 'video4linux2' };
  assert.equal(video.targets, [
    { ...target, options: { input_format: 'mjpeg', ...options } },
    { ...target, options },
  ]);
  assert.match(log.messages('warning')[0] ?? '', /is not installed.*130 MB.*install the package v4l-utils/);
});

test('a link to a node in /dev is as good as its name', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const link = `${fake.roots.devRoot}/by-id`;
  writeFileSync(`${fake.roots.devRoot}/video0`, '');
  symlinkSync('video0', link);
  assert.is((await camera(fake, { device: link }, new FakeStream()).camera.read(signal).next()).value, FRAME);
});

test('the camera is looked for at each read', async () => {
  using fake = new FakeCameras({});
  const { camera: webcam } = camera(fake, { device: 'usb-path:1-1.2' }, new FakeStream());
  assert.is((await failureOf(webcam.read(signal))).code, 'capture.no-device');
  fake.plug({ 3: WEBCAM });
  assert.is((await webcam.read(signal).next()).value, FRAME);
});

test('the real FFmpeg answers that a camera is not there, or is none, with a device error', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const context = { clock: systemClock, log: new RecordingLog(), counters: new CounterSet(), fps: () => 30 };
  const read = () => new V4l2Camera(SETTINGS, context, { roots: fake.withoutV4l2Ctl }).read(signal);
  const gone = await failureOf(read());
  assert.is(gone.code, 'capture.no-device', gone.message);
  writeFileSync(`${fake.roots.devRoot}/video0`, 'a file');
  const none = await failureOf(read());
  assert.is(none.code, 'capture.unsupported', none.message);
});

test('every way to fail has its code', () => {
  const codeOf = (words: string, stage: 'open' | 'read' = 'open') =>
    v4l2Failure('camera', 'mjpeg', troubleIn(words, stage)).code;
  assert.is(codeOf('Cannot open device /dev/video9, exiting.'), 'capture.no-device');
  assert.is(codeOf('Failed to open /dev/video0: No such file or directory'), 'capture.no-device');
  assert.is(codeOf('VIDIOC_S_FMT: failed: Input/output error'), 'capture.unsupported');
  assert.is(codeOf('VIDIOC_REQBUFS returned -1 (Device or resource busy)'), 'capture.busy');
  assert.is(codeOf('VIDIOC_STREAMON returned -1 (No space left on device)'), 'capture.no-bandwidth');
  assert.is(codeOf('VIDIOC_DQBUF: failed: Invalid argument', 'read'), 'capture.unplugged');
  assert.match(v4l2Failure('camera', 'mjpeg', troubleIn('Operation not permitted')).remedy, 'group video');
});

test('aborted before it begins, it ends in order', async () => {
  using fake = new FakeCameras({});
  for await (const _ of camera(fake).camera.read(AbortSignal.abort())) assert.unreachable();
});

test.run();
