import { chmodSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../core/clock.ts';
import { CounterSet } from '../../core/counters.ts';
import { DeviceError } from '../../core/errors.ts';
import { FakeClock } from '../../testkit/fake-clock.ts';
import { RecordingLog } from '../../testkit/recording-log.ts';
import { tempDir } from '../capture.testing.ts';
import { AutoCamera, type AutoCameraOptions } from './auto-camera.ts';
import type { CapturedFrame } from './camera.ts';
import { TWO_SENSORS } from './rpicam-devices.testing.ts';
import { CODEC, FakeCameras, WEBCAM } from './v4l2-devices.testing.ts';
import { v4l2Unplugged } from './v4l2-failure.ts';

const test = suite('auto-camera');
const never = new AbortController().signal;
// The system clock's timers do not keep a process alive; a worker has its link for that.
const alive = setInterval(() => {}, 1000);
test.after(() => clearInterval(alive));

/** What V4L2 delivers here: one picture, and then it is unplugged. */
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
async function* oneFrame(): AsyncGenerator<CapturedFrame, void, undefined> {
  yield FRAME;
  throw v4l2Unplugged('camera');
}

function auto(fake: FakeCameras, more: Partial<AutoCameraOptions> = {}, clock: typeof systemClock = systemClock) {
  const log = new RecordingLog();
  const context = { clock, log, counters: new CounterSet(), fps: () => Number.POSITIVE_INFINITY };
  const none = ['/nowhere/rpicam'];
  const options = {
    v4l2: { roots: fake.roots, readStream: oneFrame },
    listPrograms: none,
    readPrograms: none,
    ...more,
  };
  return { camera: new AutoCamera({ type: 'auto', width: 320, height: 240, fps: 30 }, context, options), log };
}

function script(path: string, text: string): string {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function codeOf(next: Promise<unknown>): Promise<string> {
  try {
    await next;
  } catch (error) {
    if (error instanceof DeviceError) return error.code;
  }
  throw new Error('it did not fail');
}

test('a USB camera is taken, and its failure is the end', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const { camera } = auto(fake);
  assert.is(camera.description, 'the first camera that is found');
  const frames = camera.read(never);
  assert.is((await frames.next()).value, FRAME);
  assert.match(camera.description, 'HD Pro Webcam C920 (usb-path:1-1.2), mjpeg 640x480');
  assert.is(await codeOf(frames.next()), 'capture.unplugged');
});

test('without one, a CSI camera is taken', async () => {
  using fake = new FakeCameras({ 10: CODEC });
  using dir = tempDir();
  const listPrograms = [script(dir.file('hello'), `cat <<'END'\n${TWO_SENSORS}END`)];
  const readPrograms = [script(dir.file('vid'), `echo 'ERROR: *** no cameras available ***' >&2; exit 255`)];
  const { camera } = auto(fake, { listPrograms, readPrograms });
  assert.is(await codeOf(camera.read(never).next()), 'capture.no-device');
  assert.match(camera.description, 'CSI camera 0, mjpeg 320x240');
});

test('without any, the test card is shown until one is plugged in', async () => {
  using fake = new FakeCameras({});
  const clock = new FakeClock();
  const { camera, log } = auto(fake, {}, clock);
  const frames = camera.read(never);
  const first = await frames.next();
  assert.is(first.value?.jpeg, undefined);
  assert.is(first.value?.width, 320);
  assert.match(camera.description, 'test card');
  assert.equal(log.messages('notice'), ['no camera found: this is the built-in test card']);

  fake.plug({ 2: WEBCAM });
  // Time goes on until the camera has been looked for and has answered, which takes a program.
  let frame: CapturedFrame | undefined;
  for (const endMs = performance.now() + 8_000; frame !== FRAME && performance.now() < endMs; ) {
    const next = frames.next();
    await clock.run(100);
    frame = (await next).value ?? undefined;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.is(frame, FRAME);
  assert.match(camera.description, 'HD Pro Webcam C920');
  assert.match(log.messages('notice')[1] ?? '', 'found camera usb-path:1-1.2');
  assert.is(await codeOf(frames.next()), 'capture.unplugged');
});

test('an unplugged camera is followed by the test card at the next read', async () => {
  using fake = new FakeCameras({ 0: WEBCAM });
  const { camera } = auto(fake);
  for await (const frame of camera.read(never)) {
    assert.is(frame, FRAME);
    break;
  }
  fake.plug({});
  for await (const frame of camera.read(never)) {
    assert.is(frame.jpeg, undefined);
    break;
  }
  assert.match(camera.description, 'test card');
});

test('an abort ends the test card, and leaves nothing that looks for cameras', async () => {
  using fake = new FakeCameras({});
  const clock = new FakeClock();
  const stop = new AbortController();
  const frames = auto(fake, {}, clock).camera.read(stop.signal);
  await frames.next();
  const next = frames.next();
  stop.abort();
  assert.is((await next).done, true);
  assert.is(clock.pendingTimers, 0);
});

test('an abort does not wait for a program that hangs', async () => {
  using fake = new FakeCameras({});
  using dir = tempDir();
  const stop = new AbortController();
  const { camera } = auto(fake, { listPrograms: [script(dir.file('hello'), 'exec sleep 60')] });
  const reading = camera.read(stop.signal).next();
  setTimeout(() => stop.abort(), 200);
  const startMs = performance.now();
  assert.is((await reading).done, true);
  assert.ok(performance.now() - startMs < 8_000);
});

test.run();
