import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RpicamSettings } from '../../core/camera-settings.ts';
import { systemClock } from '../../core/clock.ts';
import { CounterSet } from '../../core/counters.ts';
import { DeviceError } from '../../core/errors.ts';
import { RecordingLog } from '../../testkit/recording-log.ts';
import { until } from '../../testkit/until.ts';
import { tempDir } from '../capture.testing.ts';
import type { CapturedFrame } from './camera.ts';
import { RpicamCamera } from './rpicam-camera.ts';

const test = suite('rpicam-camera');
const never = new AbortController().signal;
// The system clock's timers do not keep a process alive; a worker has its link for that.
const alive = setInterval(() => {}, 1000);
test.after(() => clearInterval(alive));

const SETTINGS: RpicamSettings = {
  type: 'rpicam',
  index: 0,
  codec: 'mjpeg',
  sensorRotation: 0,
  lowLatency: false,
  width: 320,
  height: 240,
  fps: 30,
};

/** What libcamera says at each start. */
const GREETING = `echo '[0:19:06.390293141] [2746]  INFO Camera camera_manager.cpp:327 libcamera v0.5.2' >&2`;

/** A script in the place of rpicam-vid, in a directory of its own. */
function fakeProgram(script: string) {
  const dir = tempDir();
  const program = dir.file('rpicam-vid');
  writeFileSync(program, `#!/bin/sh\necho "$@" > '${dir.file('arguments')}'\n${GREETING}\n${script}\n`);
  chmodSync(program, 0o755);
  return { ...dir, program, arguments: () => readFileSync(dir.file('arguments'), 'utf8').trim() };
}

function makeVideo(path: string, frames: number, size: string, ...options: string[]): string {
  const input = ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=10`, '-frames:v', String(frames)];
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...input, ...options, path]);
  return path;
}

function camera(
  program: string | readonly string[],
  more: Partial<RpicamSettings> = {},
  fps = Number.POSITIVE_INFINITY,
) {
  const log = new RecordingLog();
  const counters = new CounterSet();
  const context = { clock: systemClock, log, counters, fps: () => fps };
  const programs = typeof program === 'string' ? [program] : program;
  return { camera: new RpicamCamera({ ...SETTINGS, ...more }, context, programs), log, counters };
}

interface Outcome {
  readonly sizes: string[];
  readonly jpegs: Buffer[];
  readonly error: DeviceError;
}

/** All pictures until it fails. */
async function readAll(frames: AsyncIterable<CapturedFrame>): Promise<Outcome> {
  const sizes: string[] = [];
  const jpegs: Buffer[] = [];
  try {
    for await (using frame of frames) {
      sizes.push(`${frame.width}x${frame.height}`);
      if (frame.jpeg !== undefined) jpegs.push(frame.jpeg);
    }
  } catch (error) {
    if (error instanceof DeviceError) return { sizes, jpegs, error };
    throw error;
  }
  throw new Error('it ended in order');
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('the JPEGs that the program writes come out as they are, however they are cut', async () => {
  using fake = fakeProgram(`dd if="$(dirname "$0")/video" bs=777 status=none`);
  makeVideo(fake.file('video'), 5, '320x240', '-f', 'mjpeg');
  const { sizes, jpegs } = await readAll(camera(fake.program).camera.read(never));
  assert.equal(sizes, Array(5).fill('320x240'));
  assert.ok(Buffer.concat(jpegs).equals(readFileSync(fake.file('video'))));
});

test('the program is told what is asked for', async () => {
  using fake = fakeProgram('exit 0');
  await readAll(camera(fake.program).camera.read(never));
  const always = '--timeout 0 --nopreview --output - --flush';
  assert.is(
    fake.arguments(),
    `${always} --camera 0 --width 320 --height 240 --framerate 30 --codec mjpeg --quality 90`,
  );
  const more = { index: 1, codec: 'yuv420', sensorRotation: 180, lowLatency: true, width: 800, height: 600 } as const;
  const { camera: second } = camera(fake.program, more);
  await readAll(second.read(never));
  // In a width whose rows have no gaps, and the same shape.
  assert.is(
    fake.arguments(),
    `${always} --camera 1 --width 768 --height 576 --framerate 30 --codec yuv420 --rotation 180 --low-latency`,
  );
  assert.is(second.description, 'CSI camera 1, yuv420 768x576 at 30 a second');
});

test('the pixels that it writes come out as pictures', async () => {
  using fake = fakeProgram(`dd if="$(dirname "$0")/video" bs=999 status=none; sleep 60`);
  makeVideo(fake.file('video'), 3, '256x192', '-pix_fmt', 'yuvj420p', '-vf', 'drawbox=c=red:t=fill', '-f', 'rawvideo');
  const stop = new AbortController();
  let count = 0;
  for await (using frame of camera(fake.program, { codec: 'yuv420', width: 256, height: 192 }).camera.read(
    stop.signal,
  )) {
    const { width, height, data } = frame.toPixels(frame.width);
    assert.equal([width, height], [256, 192]);
    const [red = 0, green = 255, blue = 255] = data.subarray(4 * (256 * 96 + 128));
    assert.ok(red > 245 && green < 10 && blue < 10, `${red} ${green} ${blue}`);
    count += 1;
    if (count === 3) stop.abort();
  }
  assert.is(count, 3);
});

test('no more pictures come out than somebody wants', async () => {
  const again =
    'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do cat "$(dirname "$0")/video"; sleep 0.02; done';
  using fake = fakeProgram(again);
  makeVideo(fake.file('video'), 1, '64x48', '-f', 'mjpeg');
  const { sizes } = await readAll(camera(fake.program, {}, 5).camera.read(never));
  assert.ok(sizes.length >= 1 && sizes.length < 12, `${sizes.length} of 20`);
});

test('damaged pictures are counted and left out', async () => {
  using fake = fakeProgram(`cd "$(dirname "$0")"; head -c 3000 video; cat video; printf junk; cat video`);
  makeVideo(fake.file('video'), 1, '320x240', '-f', 'mjpeg');
  const { camera: cut, counters } = camera(fake.program);
  const { sizes } = await readAll(cut.read(never));
  assert.is(sizes.length, 2);
  assert.is(counters.snapshot()['capture_damaged_frames_total'], 1);
});

test('a camera that changes its size goes on', async () => {
  using fake = fakeProgram(`cd "$(dirname "$0")"; cat small large`);
  makeVideo(fake.file('small'), 1, '320x240', '-f', 'mjpeg');
  makeVideo(fake.file('large'), 1, '640x480', '-f', 'mjpeg');
  assert.equal((await readAll(camera(fake.program).camera.read(never))).sizes, ['320x240', '640x480']);
});

test('what the program fails at is told with its words and a remedy', async () => {
  const info = `echo '[0:19:06.419783286] [2746]  INFO Camera camera.cpp:1057 Pipeline handler in use by another process' >&2`;
  for (const [script, code, words] of [
    [`echo 'ERROR: *** no cameras available ***' >&2; exit 255`, 'capture.no-device', 'no cameras available'],
    [
      `${info}; echo 'ERROR: *** failed to acquire camera /base/soc ***' >&2; exit 255`,
      'capture.busy',
      'failed to acquire',
    ],
    [`${info}; exit 255`, 'capture.busy', 'Pipeline handler in use by another process'],
    [`echo "ERROR: *** unrecognised option '--low-latency' ***" >&2; exit 255`, 'capture.unsupported', '--low-latency'],
    [
      `echo 'ERROR: the system appears to be configured for the legacy camera stack' >&2; exit 255`,
      'capture.unsupported',
      'legacy',
    ],
    [
      `echo 'ERROR: *** failed to allocate capture buffers for stream ***' >&2; exit 255`,
      'capture.no-memory',
      'capture buffers',
    ],
    [`exit 3`, 'capture.program-ended', 'exit code 3'],
    [`kill -9 $$`, 'capture.program-ended', 'signal SIGKILL'],
  ] as const) {
    for (const codec of ['mjpeg', 'yuv420'] as const) {
      using fake = fakeProgram(script);
      const { error, sizes } = await readAll(camera(fake.program, { codec }).camera.read(never));
      assert.is(error.code, code, error.message);
      assert.ok(error.message.includes(words), error.message);
      assert.not.match(error.message, /\*\*\*|\[2746\]/);
      assert.ok(error.remedy.length > 0);
      assert.is(sizes.length, 0);
    }
  }
});

test('an end in mid-stream is an error too', async () => {
  using fake = fakeProgram(
    `cat "$(dirname "$0")/video"; echo 'ERROR: *** Camera frontend has timed out! ***' >&2; exit 255`,
  );
  makeVideo(fake.file('video'), 2, '64x48', '-f', 'mjpeg');
  const { error, sizes } = await readAll(camera(fake.program).camera.read(never));
  assert.is(sizes.length, 2);
  assert.is(error.code, 'capture.unplugged');
  assert.match(error.message, /stopped delivering pictures.*timed out/);
});

test('a program that hangs is ended', async () => {
  using fake = fakeProgram(`cd "$(dirname "$0")"; echo $$ > pid; cat video; exec sleep 100`);
  makeVideo(fake.file('video'), 1, '64x48', '-f', 'mjpeg');
  const { error, sizes } = await readAll(camera(fake.program).camera.read(never));
  assert.is(sizes.length, 1);
  assert.is(error.code, 'capture.unplugged');
  assert.match(error.message, 'it hangs');
  assert.not(isRunning(Number(readFileSync(fake.file('pid'), 'utf8'))));
});

test('the program is looked for by its old name as well; without either one is told what to install', async () => {
  using fake = fakeProgram(`cat "$(dirname "$0")/video"`);
  makeVideo(fake.file('video'), 1, '64x48', '-f', 'mjpeg');
  assert.is((await readAll(camera(['/nowhere/rpicam-vid', fake.program]).camera.read(never))).sizes.length, 1);
  const { error } = await readAll(camera('/nowhere/rpicam-vid').camera.read(never));
  assert.is(error.code, 'capture.no-program');
  assert.match(error.remedy, 'rpicam-apps');
});

test('an abort ends a program that stalls, and returns', async () => {
  for (const codec of ['mjpeg', 'yuv420'] as const) {
    using fake = fakeProgram(`echo $$ > "$(dirname "$0")/pid"; exec sleep 100`);
    const stop = new AbortController();
    const reading = camera(fake.program, { codec }).camera.read(stop.signal).next();
    let pid = 0;
    await until('it runs', () => {
      try {
        pid = Number(readFileSync(fake.file('pid'), 'utf8'));
      } catch {}
      return pid > 0;
    });
    stop.abort();
    assert.is((await reading).done, true);
    await until('it is gone', () => !isRunning(pid));
  }
});

test('who stops reading stops the program', async () => {
  using fake = fakeProgram(`cd "$(dirname "$0")"; echo $$ > pid; cat video; exec sleep 100`);
  makeVideo(fake.file('video'), 1, '64x48', '-f', 'mjpeg');
  for await (const _ of camera(fake.program).camera.read(never)) break;
  await until('it is gone', () => !isRunning(Number(readFileSync(fake.file('pid'), 'utf8'))));
});

test('what libcamera says goes to the log of developers', async () => {
  using fake = fakeProgram('exit 0');
  const { camera: quiet, log } = camera(fake.program);
  await readAll(quiet.read(never));
  assert.match(log.messages('debug')[0] ?? '', /rpicam-vid: .*libcamera v0.5.2/);
});

test.run();
