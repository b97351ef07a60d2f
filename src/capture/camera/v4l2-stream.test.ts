// deadline: 60 s
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../testkit/until.ts';
import { cameraFailure, ffmpeg, makeJpegs, see, TestCameraContext } from './camera.testing.ts';
import type { CapturedFrame } from './camera.ts';
import { FakeCameras, type FakeNode, framed, WEBCAM } from './v4l2-devices.testing.ts';
import type { V4l2Mode } from './v4l2-mode.ts';
import { readV4l2Stream } from './v4l2-stream.ts';

const test = suite('v4l2-stream');
const never = new AbortController().signal;
// The system clock's timers do not keep a process alive; a worker has its link for that.
const alive = setInterval(() => {}, 1000);
test.after(() => clearInterval(alive));

const JPEG: V4l2Mode = { fourcc: 'MJPG', format: 'mjpeg', width: 320, height: 240, fps: 30 };
/** What is written when a camera is unplugged, and after that its exit code is 0. */
const UNPLUG = `printf '<<<' >&2; echo 'VIDIOC_DQBUF: failed: Invalid argument' >&2; exit 0`;

function open(fake: FakeCameras, mode = JPEG, signal = never) {
  const context = new TestCameraContext();
  const modes: V4l2Mode[] = [];
  const settings = {
    context,
    v4l2Ctl: fake.roots.v4l2Ctl,
    path: `${fake.roots.devRoot}/video0`,
    name: 'the camera',
    mode,
    onMode: (real: V4l2Mode) => modes.push(real),
  };
  return { frames: readV4l2Stream(settings, signal), context, modes };
}

function plug(stream: string, more: Partial<FakeNode> = {}): FakeCameras {
  return new FakeCameras({ 0: { ...WEBCAM, stream, ...more } });
}

/** The lines in which v4l2-ctl says what was set. */
function setup(width: number, height: number, fourcc: string, stride: number): string {
  return `Format Video Capture:
\tWidth/Height      : ${width}/${height}
\tPixel Format      : '${fourcc}' (some words)
\tBytes per Line    : ${stride}
Streaming Parameters Video Capture:
\tFrames per second: 12.500 (25/2)
`;
}

/** The colour in the middle. */
function middle(frame: CapturedFrame): number[] {
  const { width, height, data } = frame.toPixels(frame.width);
  const at = 4 * (width * Math.floor(height / 2) + Math.floor(width / 2));
  return [...data.subarray(at, at + 3)];
}

/** What takes longer than its frames, as cameras do: an end at once would be one before the first picture was seen. */
const frames = 'cat "$dir/frames"';

test('JPEGs come out as the camera made them, with the time of their arrival', async () => {
  using fake = plug(`${frames}; sleep 60`);
  const jpegs = makeJpegs('320x240', 3);
  fake.put('frames', framed(...jpegs));
  const { frames: reading, modes } = open(fake);
  const seen = await see(reading, 3);
  assert.ok(seen.every(({ jpeg }, i) => jpeg?.equals(jpegs[i] as Buffer)));
  assert.ok(seen.every(({ ptsUs, atUs }) => ptsUs <= atUs && atUs - ptsUs < 5e6));
  assert.equal(modes, [JPEG]);
  const [set = '', stream = ''] = fake.calls;
  assert.match(set, '--set-fmt-video=width=320,height=240,pixelformat=MJPG --set-parm=30 --get-fmt-video --get-parm');
  assert.match(stream, '--stream-mmap=4 --stream-to-hdr=-');
});

test('what a driver makes of a mode is told; one that makes something else of it is refused', async () => {
  using fake = plug(`${frames}; sleep 60`, { setup: setup(352, 288, 'MJPG', 0) });
  fake.put('frames', framed(...makeJpegs('352x288', 1)));
  const { frames: reading, modes } = open(fake);
  await see(reading, 1);
  assert.equal(modes, [{ ...JPEG, width: 352, height: 288, fps: 12.5 }]);

  fake.plug({ 0: { ...WEBCAM, setup: setup(320, 240, 'YU12', 320) } });
  const error = await cameraFailure(open(fake).frames);
  assert.is(error.code, 'capture.unsupported');
  assert.match(error.message, 'its driver makes YU12 of it');
});

test('a picture that is cut off is counted and left out, a size that changes goes on', async () => {
  using fake = plug(`${frames}; sleep 60`);
  const [small, large] = [...makeJpegs('160x120', 1), ...makeJpegs('320x240', 1)] as [Buffer, Buffer];
  fake.put('frames', framed(small, large.subarray(0, 2000), Buffer.from('rubbish'), large));
  const { frames: reading, context } = open(fake);
  const seen = await see(reading, 2);
  assert.equal(
    seen.map(({ width, height }) => `${width}x${height}`),
    ['160x120', '320x240'],
  );
  assert.is(context.count('capture_damaged_frames_total'), 2);
});

test('pixels become pictures, whatever format they have and whatever gaps there are between rows', async () => {
  const size = ['-s', '64x48'];
  for (const [fourcc, format, pixelBytes, gap] of [
    ['YUYV', 'yuyv422', 2, 0],
    ['YUYV', 'yuyv422', 2, 32],
    ['UYVY', 'uyvy422', 2, 4],
    ['NV12', 'nv12', 1, 64],
    ['YU12', 'yuv420p', 1, 64],
    ['RGB3', 'rgb24', 3, 8],
    ['BGR3', 'bgr24', 3, 0],
  ] as const) {
    const stride = 64 * pixelBytes + gap;
    const tight = ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'color=red:s=64x48',
      '-vf',
      `format=${format}`,
      ...size,
      '-frames:v',
      '1',
      '-f',
      'rawvideo',
      'pipe:1',
    );
    using fake = plug(`${frames}; sleep 60`, { setup: setup(64, 48, fourcc, stride) });
    fake.put('frames', framed(spread(tight, format, stride)));
    const mode = { ...JPEG, fourcc, format, width: 64, height: 48 };
    await see(open(fake, mode).frames, 1, (frame) => {
      assert.is(`${frame.width}x${frame.height} ${frame.jpeg}`, '64x48 undefined');
      const [red = 0, green = 255, blue = 255] = middle(frame);
      assert.ok(red > 240 && green < 15 && blue < 15, `${fourcc} ${gap}: ${red} ${green} ${blue}`);
    });
  }
});

/** Puts gaps of another colour at the end of rows. */
function spread(tight: Buffer, format: string, stride: number): Buffer {
  const rowBytes = { yuyv422: 128, uyvy422: 128, nv12: 64, yuv420p: 64, rgb24: 192, bgr24: 192 }[format] ?? 0;
  const rows: Buffer[] = [];
  const lumaBytes = format === 'yuv420p' ? rowBytes * 48 : tight.length;
  for (let at = 0; at < tight.length; ) {
    const [bytes, whole] = at < lumaBytes ? [rowBytes, stride] : [rowBytes / 2, stride / 2];
    rows.push(Buffer.concat([tight.subarray(at, at + bytes), Buffer.alloc(whole - bytes, 200)]));
    at += bytes;
  }
  return Buffer.concat(rows);
}

test('pixels that are too few are counted and left out, and the next ones are in their place', async () => {
  using fake = plug(`${frames}; sleep 60`, { setup: setup(64, 48, 'GREY', 64) });
  const white = Buffer.alloc(64 * 48, 255);
  fake.put('frames', framed(white.subarray(1), white, Buffer.concat([white, Buffer.alloc(100)])));
  const { frames: reading, context } = open(fake, { ...JPEG, fourcc: 'GREY', format: 'gray' });
  await see(reading, 2, (frame) => assert.equal(middle(frame), [255, 255, 255]));
  assert.is(context.count('capture_damaged_frames_total'), 1);
});

test('H.264 is decoded, and handed on; no picture waits for the one after it', async () => {
  const film = ffmpeg(
    '-f',
    'lavfi',
    '-i',
    'testsrc=size=320x240:rate=10',
    '-frames:v',
    '30',
    '-c:v',
    'libx264',
    '-tune',
    'zerolatency',
    '-x264-params',
    'slices=1:sliced-threads=0',
    '-bf',
    '0',
    '-f',
    'h264',
    'pipe:1',
  );
  const units = accessUnits(film);
  assert.is(units.length, 30);
  using fake = plug('for unit in "$dir"/unit-??; do cat "$unit"; sleep 0.08; done; sleep 60', {
    setup: setup(320, 240, 'H264', 0),
  });
  for (const [i, unit] of units.entries()) fake.put(`unit-${10 + i}`, framed(unit));
  const { frames: reading, context } = open(fake, { ...JPEG, fourcc: 'H264', format: 'h264' });
  const seen = await see(reading, 30);
  assert.is(seen.length, 30);
  // The end of a stream would have brought what was held back until then.
  assert.is(context.units.length, 30);
  assert.ok((seen[29]?.atUs ?? 0) - (seen[0]?.atUs ?? 0) > 1.5e6, 'the first ones did not wait to be probed');
  assert.is(context.units[0]?.isKeyframe, true);
});

/** A stream of one slice a picture, cut before each picture and what belongs in front of it. */
function accessUnits(film: Buffer): Buffer[] {
  const starts: number[] = [];
  let isOpen = false;
  for (let at = film.indexOf('000001', 0, 'hex'); at >= 0; at = film.indexOf('000001', at + 3, 'hex')) {
    const type = (film[at + 3] ?? 0) & 0x1f;
    const isSlice = type === 1 || type === 5;
    if (!isOpen) starts.push(at > 0 && film[at - 1] === 0 ? at - 1 : at);
    isOpen = !isSlice;
  }
  return starts.map((start, i) => film.subarray(start, starts[i + 1]));
}

test('no more pictures come out than somebody wants', async () => {
  using fake = plug(
    'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do cat "$dir/frames"; sleep 0.02; done',
  );
  fake.put('frames', framed(...makeJpegs('64x48', 1)));
  const { frames: reading, context } = open(fake);
  context.wishedFps = 5;
  let count = 0;
  await cameraFailure(
    (async function* () {
      for await (const frame of reading) {
        count += 1;
        yield frame;
      }
    })(),
  );
  assert.ok(count >= 1 && count < 12, `${count} of 20`);
});

test('an end in mid-stream is an unplugged camera, with the words of the system', async () => {
  for (const [end, words] of [
    [UNPLUG, 'VIDIOC_DQBUF: failed: Invalid argument'],
    [`echo '<<VIDIOC_DQBUF: failed: Input/output error' >&2`, 'VIDIOC_DQBUF: failed: Input/output error'],
    [`echo '<<<<< 25.00 fps' >&2; kill -9 $$`, 'ended with signal SIGKILL'],
    ['exit 0', 'ended with exit code 0'],
  ] as const) {
    using fake = plug(`${frames}; ${end}`);
    fake.put('frames', framed(...makeJpegs('64x48', 2)));
    const error = await cameraFailure(open(fake).frames);
    assert.is(error.code, 'capture.unplugged');
    assert.ok(error.message.endsWith(words), error.message);
  }
});

test('a mode that is refused, and a camera that is held, are told apart', async () => {
  for (const [text, exitCode, code] of [
    ['VIDIOC_S_FMT: failed: Device or resource busy', 255, 'capture.busy'],
    ['VIDIOC_S_FMT: failed: Invalid argument', 255, 'capture.unsupported'],
    ["The pixelformat 'MJPG' is invalid", 0, 'capture.unsupported'],
    ['Failed to open /dev/video0: Permission denied', 1, 'capture.denied'],
    ['Cannot open device /dev/video0, exiting.', 1, 'capture.no-device'],
  ] as const) {
    using fake = plug('', { refusal: [text, exitCode] });
    assert.is((await cameraFailure(open(fake).frames)).code, code, text);
  }
});

test('why a camera does not begin is asked, since v4l2-ctl keeps it to itself while it writes pictures', async () => {
  for (const [words, code] of [
    ['\t\tVIDIOC_STREAMON returned -1 (No space left on device)', 'capture.no-bandwidth'],
    ['\t\tVIDIOC_REQBUFS returned -1 (Device or resource busy)', 'capture.busy'],
    ['\t\tVIDIOC_STREAMON returned -1 (Input/output error)', 'capture.unsupported'],
    ['<', 'capture.unsupported'],
  ] as const) {
    using fake = plug('exit 0', { diagnosis: words });
    const error = await cameraFailure(open(fake).frames);
    assert.is(error.code, code, error.message);
  }
});

test('a camera that hangs is let go, also one that never began', async () => {
  using fake = plug(`${frames}; echo $$ > "$dir/pid"; exec sleep 60`);
  fake.put('frames', framed(...makeJpegs('64x48', 1)));
  const error = await cameraFailure(open(fake).frames);
  assert.is(error.code, 'capture.unplugged');
  assert.match(error.message, 'stopped delivering pictures: it hangs');
  assert.throws(() =>
    process.kill(Number(readFileSync(fake.put('unused', Buffer.of()).replace('unused', 'pid'), 'utf8')), 0),
  );
});

test('what the driver lost is counted, and marks do not go to the log', async () => {
  using fake = plug(
    `${frames}; for i in 1 2 3; do printf '<<<<<<<<<< 10.00 fps, dropped buffers: 2\\n' >&2; done; echo odd >&2; sleep 60`,
  );
  fake.put('frames', framed(...makeJpegs('64x48', 1)));
  const { frames: reading, context } = open(fake);
  assert.is((await reading.next()).done, false);
  await until('it is heard', () => context.log.messages('debug').length > 0);
  assert.is(context.count('capture_dropped_frames_total'), 6);
  assert.equal(context.log.messages('debug'), ['v4l2-ctl: odd']);
  await reading.return();
});

test('an abort ends it, also before the first picture', async () => {
  using fake = plug('exec sleep 60');
  const stop = new AbortController();
  const next = open(fake, JPEG, stop.signal).frames.next();
  await until('it streams', () => {
    try {
      return fake.calls.some((call) => call.includes('--stream-to-hdr'));
    } catch {
      return false;
    }
  });
  stop.abort();
  assert.is((await next).done, true);
});

test.run();
