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
import { v4l2Failure } from './v4l2-failure.ts';

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
const errno = (stage: 'open' | 'read', name: keyof typeof ERRNO): FfmpegFailure =>
  new FfmpegFailure(stage, -ERRNO[name], name, false);
const ERRNO = { EACCES: 13, EBUSY: 16, EINVAL: 22, EIO: 5, ENODEV: 19, ENOENT: 2, ENOSPC: 28 };

/** Stands for FFmpeg and a camera behind it: each opening does what comes next in `script`. */
class FakeVideo {
  readonly targets: FfmpegTarget[] = [];
  readonly #script: (FfmpegFailure | 'end')[];

  constructor(...script: (FfmpegFailure | 'end')[]) {
    this.#script = script;
  }

  readonly read = async function* (
    this: FakeVideo,
    target: FfmpegTarget,
    { mapFailure }: FfmpegVideoSettings,
  ): AsyncGenerator<CapturedFrame, void, undefined> {
    this.targets.push(target);
    const next = this.#script.shift() ?? 'end';
    if (next !== 'end' && next.stage === 'open') throw mapFailure?.(next);
    yield FRAME;
    if (next !== 'end') throw mapFailure?.(next);
  }.bind(this);

  /** How it was opened, in FFmpeg's words. */
  get openings(): string[] {
    return this.targets.map(
      ({ options = {} }) => `${options['input_format']} ${options['video_size']} ${options['framerate']}`,
    );
  }
}

function camera(fake: FakeCameras, more: Partial<V4l2Settings> = {}, video?: FakeVideo, roots = fake.roots) {
  const log = new RecordingLog();
  const context = { clock: systemClock, log, counters: new CounterSet(), fps: () => Number.POSITIVE_INFINITY };
  const options = { roots, ...(video === undefined ? {} : { readVideo: video.read }) };
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

test('a camera is opened in the mode that is nearest to what is asked, with the stamps of its driver', async () => {
  using fake = new FakeCameras({ 0: WEBCAM, 1: WEBCAM_METADATA });
  const video = new FakeVideo();
  const { camera: webcam } = camera(fake, { device: 'usb-path:1-1.2' }, video);
  assert.is(webcam.description, 'camera usb-path:1-1.2');
  const { value } = await webcam.read(signal).next();
  assert.is(value, FRAME);
  assert.equal(video.targets, [
    {
      url: `${fake.roots.devRoot}/video0`,
      format: 'video4linux2',
      options: { input_format: 'mjpeg', framerate: '30', video_size: '1280x720', timestamps: 'default' },
    },
  ]);
  assert.is(webcam.description, 'camera HD Pro Webcam C920 (usb-path:1-1.2), mjpeg 1280x720 at 30 a second');
});

test('its end in mid-stream, with an error or without, is an unplugged camera', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  for (const end of ['end', errno('read', 'ENODEV'), errno('read', 'EIO')] as const) {
    const error = await failureOf(camera(fake, {}, new FakeVideo(end)).camera.read(signal));
    assert.is(error.code, 'capture.unplugged');
    assert.is(error.frames, 1);
  }
});

test('a mode that is listed but not delivered is left for the next, and not tried again', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const video = new FakeVideo(errno('open', 'EINVAL'), 'end', 'end');
  const { camera: webcam, log } = camera(fake, {}, video);
  assert.is((await failureOf(webcam.read(signal))).code, 'capture.unplugged');
  assert.is((await failureOf(webcam.read(signal))).code, 'capture.unplugged');
  assert.equal(video.openings, ['mjpeg 1280x720 30', 'mjpeg 1920x1080 30', 'mjpeg 1920x1080 30']);
  assert.is(log.messages('warning').length, 1);
  assert.match(log.messages('warning')[0] ?? '', 'does not deliver mjpeg 1280x720');
});

test('where the USB bus is full a smaller mode comes next', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const video = new FakeVideo(errno('open', 'ENOSPC'));
  const { camera: webcam, log } = camera(fake, {}, video);
  assert.is((await webcam.read(signal).next()).value, FRAME);
  assert.equal(video.openings, ['mjpeg 1280x720 30', 'mjpeg 640x480 30']);
  assert.match(log.messages('warning')[0] ?? '', 'the USB bus has no room for mjpeg 1280x720');
});

test('a camera that refuses everything is told of, and asked again from the beginning', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const video = new FakeVideo(...Array.from({ length: 6 }, () => errno('open', 'EINVAL')));
  const { camera: webcam } = camera(fake, {}, video);
  assert.is((await failureOf(webcam.read(signal))).code, 'capture.unsupported');
  assert.is((await failureOf(webcam.read(signal))).code, 'capture.unsupported');
  assert.is(video.openings.length, 6);
  assert.is(video.openings[3], 'mjpeg 1280x720 30');
});

test('trouble that no other mode would mend is not met by trying them', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  for (const [name, code] of [
    ['EBUSY', 'capture.busy'],
    ['EACCES', 'capture.denied'],
    ['ENODEV', 'capture.no-device'],
  ] as const) {
    const video = new FakeVideo(errno('open', name));
    assert.is((await failureOf(camera(fake, {}, video).camera.read(signal))).code, code);
    assert.is(video.targets.length, 1);
  }
});

test('who holds a busy camera is said where the system tells', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  fake.open(4711, 0);
  const error = await failureOf(camera(fake, {}, new FakeVideo(errno('open', 'EBUSY'))).camera.read(signal));
  assert.match(error.message, 'HD Pro Webcam C920 (usb-path:1-1.2) is held by process 4711');
});

test('a format that the camera does not have is told once, and another one taken', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const video = new FakeVideo();
  const { camera: webcam, log } = camera(fake, { format: 'nv12' }, video);
  for (let i = 0; i < 2; i += 1) await failureOf(webcam.read(signal));
  assert.is(video.openings[0], 'mjpeg 1280x720 30');
  assert.equal(log.messages('warning'), ['HD Pro Webcam C920 (usb-path:1-1.2) does not deliver nv12']);
});

test('controls are set before it is opened, and one that fails is told without harm', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const controls = ['exposure_time_absolute=200', 'auto_exposure=1', 'zoom_absolute=200', 'sharpening=1'];
  const { camera: webcam, log } = camera(fake, { controls }, new FakeVideo());
  assert.is((await webcam.read(signal).next()).value, FRAME);
  assert.equal(fake.changes, ['auto_exposure=1', 'exposure_time_absolute=200']);
  const [unknown = '', failed = ''] = log.messages('warning');
  assert.match(unknown, /no control "sharpening".*brightness/);
  assert.match(failed, 'zoom_absolute could not be set to 200: VIDIOC_S_EXT_CTRLS: failed: Input/output error');
});

test('without v4l2-ctl it is opened all the same, for JPEG and then for anything', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const video = new FakeVideo(errno('open', 'EINVAL'));
  const { camera: webcam, log } = camera(fake, {}, video, fake.withoutV4l2Ctl);
  assert.is((await webcam.read(signal).next()).value, FRAME);
  assert.equal(video.openings, ['mjpeg 1280x720 30', 'undefined 1280x720 30']);
  assert.match(log.messages('warning')[0] ?? '', 'is not installed');
});

test('a link to a node in /dev is as good as its name', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const link = `${fake.roots.devRoot}/by-id`;
  writeFileSync(`${fake.roots.devRoot}/video0`, '');
  symlinkSync('video0', link);
  assert.is((await camera(fake, { device: link }, new FakeVideo()).camera.read(signal).next()).value, FRAME);
});

test('the camera is looked for at each read', async () => {
  using fake = new FakeCameras({});
  const { camera: webcam } = camera(fake, { device: 'usb-path:1-1.2' }, new FakeVideo());
  assert.is((await failureOf(webcam.read(signal))).code, 'capture.no-device');
  fake.plug({ 3: WEBCAM });
  assert.is((await webcam.read(signal).next()).value, FRAME);
});

test('the real FFmpeg answers that a camera is not there, or is none, with a device error', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const gone = await failureOf(camera(fake).camera.read(signal));
  assert.is(gone.code, 'capture.no-device', gone.message);
  writeFileSync(`${fake.roots.devRoot}/video0`, 'a file');
  const none = await failureOf(camera(fake).camera.read(signal));
  assert.is(none.code, 'capture.unsupported', none.message);
});

test('every way to fail has its code', () => {
  const codeOf = (failure: FfmpegFailure): string => v4l2Failure('camera', 'mjpeg', failure).code;
  assert.is(codeOf(errno('open', 'ENOENT')), 'capture.no-device');
  assert.is(codeOf(errno('open', 'EIO')), 'capture.unsupported');
  assert.is(codeOf(errno('read', 'EINVAL')), 'capture.unplugged');
  assert.match(v4l2Failure('camera', 'mjpeg', errno('open', 'EACCES')).remedy, 'group video');
});

test('aborted before it begins, it ends in order', async () => {
  using fake = new FakeCameras({});
  for await (const _ of camera(fake).camera.read(AbortSignal.abort())) assert.unreachable();
});

test.run();
