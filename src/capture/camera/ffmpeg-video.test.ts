// deadline: 60 s
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BugError } from '../../core/errors.ts';
import type { Pixels } from '../../picture/pixels.ts';
import { makeTone, tempDir } from '../capture.testing.ts';
import { cameraFailure, ffmpeg, makeFilm, makeJpegs, see, TestCameraContext } from './camera.testing.ts';
import type { CapturedFrame } from './camera.ts';
import { type FfmpegVideoSettings, readFfmpegVideo } from './ffmpeg-video.ts';

const test = suite('ffmpeg-video');
const never = new AbortController().signal;
const X264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-preset', 'ultrafast'];

function read(path: string, context = new TestCameraContext(), stamps: FfmpegVideoSettings['stamps'] = 'stream') {
  return readFfmpegVideo({ url: `file:${path}` }, { context, name: 'the film', stamps }, never);
}

/** The mean colour. */
function meanOf({ data }: Pixels): number[] {
  const sums = [0, 0, 0, 0];
  for (let i = 0; i < data.length; i += 1) sums[i % 4] = (sums[i % 4] as number) + (data[i] as number);
  return sums.map((sum) => Math.round(sum / (data.length / 4)));
}

test('JPEGs are passed on as the camera made them, and stay as they are', async () => {
  using dir = tempDir();
  const jpegs = makeJpegs('320x240', 12);
  writeFileSync(dir.file('a.mjpeg'), Buffer.concat(jpegs));
  ffmpeg('-framerate', '10', '-i', dir.file('a.mjpeg'), '-c', 'copy', dir.file('a.avi'));
  const seen = await see(read(dir.file('a.avi')));
  assert.is(seen.length, 12);
  for (const [i, { jpeg, width, height, ptsUs }] of seen.entries()) {
    assert.ok(jpeg?.equals(jpegs[i] as Buffer), `picture ${i}`);
    assert.equal([width, height, ptsUs], [320, 240, i * 100_000]);
  }
});

const FILMS: readonly (readonly [string, readonly string[]])[] = [
  ['h264.mp4', X264],
  ['h264 with B-frames.mkv', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-bf', '3']],
  ['hevc.mkv', ['-c:v', 'libx265', '-x265-params', 'log-level=none', '-preset', 'ultrafast']],
  ['mpeg4.avi', ['-c:v', 'mpeg4', '-q:v', '3']],
  ['vp8.webm', ['-c:v', 'libvpx', '-b:v', '2M', '-deadline', 'realtime']],
  ['raw.y4m', ['-pix_fmt', 'yuv420p']],
  ['yuyv.avi', ['-c:v', 'rawvideo', '-pix_fmt', 'yuyv422']],
  ['nv12.nut', ['-c:v', 'rawvideo', '-pix_fmt', 'nv12']],
  ['mpegts.ts', X264],
];

for (const [name, options] of FILMS) {
  test(`${name}: every picture comes once, at its time, and shows what was filmed`, async () => {
    using dir = tempDir();
    makeFilm(dir.file(name), '160x120', 25, 1, ...options);
    const reference = makeFilm(dir.file('reference.rgb'), '160x120', 25, 1, '-f', 'rawvideo', '-pix_fmt', 'rgba');
    const expected = readFileSync(reference);
    const size = 160 * 120 * 4;
    const errors: number[] = [];
    const seen = await see(read(dir.file(name)), Number.POSITIVE_INFINITY, (frame, i) => {
      const { width, height, data } = frame.toPixels(160);
      assert.equal([width, height, data.length], [160, 120, size]);
      let sum = 0;
      for (let at = 0; at < size; at += 1) sum += Math.abs((data[at] as number) - (expected[i * size + at] as number));
      errors.push(sum / size);
    });
    assert.equal(
      seen.map(({ ptsUs }) => Math.round(ptsUs / 1000)),
      Array.from({ length: 25 }, (_, i) => i * 40),
    );
    assert.ok(Math.max(...errors) < 6, `${errors}`);
  });
}

const COLOURS: readonly (readonly [string, string, string, string, readonly string[]])[] = [
  ['BT.601', '320x240', 'bt601', 'tv', ['-colorspace', 'smpte170m', '-color_range', 'tv']],
  ['BT.709', '320x240', 'bt709', 'tv', ['-colorspace', 'bt709', '-color_range', 'tv']],
  ['BT.709 in full range', '320x240', 'bt709', 'pc', ['-colorspace', 'bt709', '-color_range', 'pc']],
  ['small, unmarked: BT.601', '320x240', 'bt601', 'tv', []],
  ['large, unmarked: BT.709', '1280x720', 'bt709', 'tv', []],
];

for (const [name, size, matrix, range, marks] of COLOURS) {
  test(`colours are right: ${name}`, async () => {
    using dir = tempDir();
    const convert = ['-vf', `scale=out_color_matrix=${matrix}:out_range=${range}`, ...X264, '-qp', '0', ...marks];
    ffmpeg('-f', 'lavfi', '-i', `color=c=0xC04020:s=${size}:r=10:d=0.3,format=rgb24`, ...convert, dir.file('a.mkv'));
    let colour: number[] = [];
    await see(read(dir.file('a.mkv')), 1, (frame) => {
      colour = meanOf(frame.toPixels(frame.width / 2));
    });
    const expected = [0xc0, 0x40, 0x20, 0xff];
    assert.ok(
      colour.every((value, i) => Math.abs(value - (expected[i] as number)) <= 3),
      `${colour}`,
    );
  });
}

test('pictures are scaled to the width that is wanted, in their shape, never larger', async () => {
  using dir = tempDir();
  makeFilm(dir.file('a.mp4'), '640x360', 10, 0.5, ...X264);
  await see(read(dir.file('a.mp4')), 1, (frame) => {
    for (const [asked, width, height] of [
      [640, 640, 360],
      [320, 320, 180],
      [101, 101, 57],
      [1, 1, 1],
      [5000, 640, 360],
    ] as const) {
      const pixels = frame.toPixels(asked);
      assert.equal([pixels.width, pixels.height, pixels.data.length], [width, height, width * height * 4]);
    }
    const whole = meanOf(frame.toPixels(640));
    for (const width of [320, 101, 64]) {
      const scaled = meanOf(frame.toPixels(width));
      assert.ok(
        scaled.every((value, i) => Math.abs(value - (whole[i] as number)) <= 4),
        `${width}: ${scaled}, not ${whole}`,
      );
    }
  });
});

test('fewer are yielded where fewer are wanted: JPEGs, raw and coded from each other', async () => {
  using dir = tempDir();
  for (const [name, ...options] of [
    ['a.avi', '-c:v', 'mjpeg'],
    ['b.y4m', '-pix_fmt', 'yuv420p'],
    ['c.mp4', ...X264],
  ] as const) {
    makeFilm(dir.file(name), '160x120', 30, 2, ...options);
    for (const [fps, expected] of [
      [30, 60],
      [15, 30],
      [10, 20],
      [2, 4],
    ] as const) {
      const seen = await see(read(dir.file(name), new TestCameraContext(fps)));
      assert.ok(Math.abs(seen.length - expected) <= 1, `${name} at ${fps}: ${seen.length}`);
    }
  }
});

test('a camera that changes its size goes on', async () => {
  using dir = tempDir();
  const parts = ['320x240', '160x120', '320x240'].map((size, i) =>
    readFileSync(makeFilm(dir.file(`${i}.h264`), size, 10, 1, ...X264)),
  );
  writeFileSync(dir.file('all.h264'), Buffer.concat(parts));
  const sizes = new Set<string>();
  const seen = await see(read(dir.file('all.h264')), Number.POSITIVE_INFINITY, (frame) => {
    const { width, height } = frame.toPixels(80);
    sizes.add(`${width}x${height}`);
  });
  assert.is(seen.length, 30);
  assert.equal([...new Set(seen.map(({ width, height }) => `${width}x${height}`))], ['320x240', '160x120']);
  assert.equal([...sizes], ['80x60']);
  const jpegs = [...makeJpegs('320x240', 3), ...makeJpegs('64x48', 3)];
  writeFileSync(dir.file('all.mjpeg'), Buffer.concat(jpegs));
  assert.equal(
    (await see(read(dir.file('all.mjpeg')))).map(({ width }) => width),
    [320, 320, 320, 64, 64, 64],
  );
});

test('damaged JPEGs are counted and left out', async () => {
  using dir = tempDir();
  const context = new TestCameraContext();
  const jpegs = makeJpegs('320x240', 10);
  const damaged = jpegs.map((jpeg, i) => (i % 3 === 1 ? jpeg.subarray(0, jpeg.length / 2) : jpeg));
  writeFileSync(dir.file('a.mjpeg'), Buffer.concat(damaged));
  const seen = await see(read(dir.file('a.mjpeg'), context));
  assert.is(seen.length, 7);
  assert.is(context.count('capture_damaged_frames_total'), 3);
  assert.ok(seen.every(({ jpeg }) => jpegs.some((whole) => jpeg?.equals(whole))));
});

test('a damaged film goes on behind the damage', async () => {
  using dir = tempDir();
  const context = new TestCameraContext();
  const path = makeFilm(dir.file('a.ts'), '320x240', 25, 4, ...X264, '-g', '25');
  const bytes = readFileSync(path);
  for (let at = Math.floor(bytes.length / 3); at < bytes.length / 2; at += 40) bytes[at] = (bytes[at] as number) ^ 0x55;
  writeFileSync(path, bytes);
  const seen = await see(read(path, context));
  assert.ok(seen.length > 40 && seen.length < 100, `${seen.length}`);
  assert.ok(context.count('capture_damaged_frames_total') > 0);
});

test('a stream that is joined long before its next keyframe begins there, and that is no damage', async () => {
  using dir = tempDir();
  const context = new TestCameraContext();
  const stream = readFileSync(makeFilm(dir.file('a.h264'), '160x120', 25, 11, ...X264, '-g', '250'));
  const second = stream.indexOf('00000141', 0, 'hex');
  assert.ok(second > 0);
  writeFileSync(dir.file('joined.h264'), stream.subarray(second));
  const target = { url: `file:${dir.file('joined.h264')}`, format: 'h264' };
  const seen = await see(readFfmpegVideo(target, { context, name: 'it', stamps: 'arrival' }, never));
  assert.is(seen.length, 25);
  assert.is(context.units.length, 25);
  assert.is(context.count('capture_damaged_frames_total'), 0);
});

test('when nothing but damage comes, it says so', async () => {
  using dir = tempDir();
  const context = new TestCameraContext();
  const [jpeg] = makeJpegs('160x120', 1) as [Buffer];
  writeFileSync(dir.file('a.mjpeg'), Buffer.concat(new Array<Buffer>(150).fill(jpeg.subarray(0, jpeg.length - 200))));
  const error = await cameraFailure(read(dir.file('a.mjpeg'), context));
  assert.is(error.code, 'capture.not-media');
  assert.ok(context.count('capture_damaged_frames_total') >= 100);
});

test('no picture, no film, no file: each is told apart', async () => {
  using dir = tempDir();
  makeTone(dir.file('a.wav'), 1);
  writeFileSync(dir.file('text.mp4'), 'This is no film. '.repeat(500));
  makeFilm(dir.file('empty.mp4'), '160x120', 10, 1, ...X264);
  truncateSync(dir.file('empty.mp4'), 30);
  for (const [name, code] of [
    ['a.wav', 'capture.no-picture'],
    ['text.mp4', 'capture.not-media'],
    ['empty.mp4', 'capture.not-media'],
    ['nothing.mp4', 'capture.no-file'],
  ] as const) {
    const error = await cameraFailure(read(dir.file(name)));
    assert.is(error.code, code, error.message);
    assert.is(error.name, 'MediaError');
  }
});

test('frames outlive the reading of their camera; disposing of one twice is fine, using it afterwards is not', async () => {
  using dir = tempDir();
  for (const [name, stamps, ...options] of [
    ['a.mp4', 'stream', ...X264],
    ['b.y4m', 'device', '-pix_fmt', 'yuv420p'],
  ] as const) {
    makeFilm(dir.file(name), '160x120', 10, 1, ...options);
    const kept: CapturedFrame[] = [];
    for await (const frame of read(dir.file(name), new TestCameraContext(), stamps)) kept.push(frame);
    assert.is(kept.length, 10);
    const [first, second] = kept.map((frame) => frame.toPixels(160)) as [Pixels, Pixels];
    assert.not.equal(first.data, second.data);
    assert.equal(kept[0]?.toPixels(160).data, first.data);
    for (const frame of kept) {
      frame[Symbol.dispose]();
      frame[Symbol.dispose]();
      assert.throws(
        () => frame.toPixels(160),
        (error: unknown) => error instanceof BugError,
      );
    }
  }
});

test('stamps of arrival and of a device that has none are of our clock, and grow', async () => {
  using dir = tempDir();
  makeFilm(dir.file('a.mp4'), '160x120', 10, 1, ...X264);
  makeFilm(dir.file('b.y4m'), '160x120', 10, 1, '-pix_fmt', 'yuv420p');
  for (const name of ['a.mp4', 'b.y4m']) {
    for (const stamps of ['arrival', 'device'] as const) {
      const seen = await see(read(dir.file(name), new TestCameraContext(), stamps));
      assert.is(seen.length, 10);
      for (const [i, { ptsUs, atUs }] of seen.entries()) {
        assert.ok(ptsUs <= atUs && atUs - ptsUs < 1e6 && ptsUs >= (seen[i - 1]?.ptsUs ?? 0), `${name}, ${stamps}`);
      }
    }
  }
});

test('H.264 is handed on whole: keyframes carry their parameter sets, times are those of the pictures', async () => {
  using dir = tempDir();
  for (const name of ['a.mp4', 'a.ts', 'a.mkv']) {
    const context = new TestCameraContext();
    makeFilm(dir.file(name), '320x240', 25, 2, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '20', '-bf', '2');
    const seen = await see(read(dir.file(name), context));
    const { units } = context;
    assert.is(units.length, 50, name);
    assert.ok(units[0]?.isKeyframe);
    assert.ok(units.filter(({ isKeyframe }) => isKeyframe).length >= 3);
    for (const { isKeyframe, data, codec, durationUs } of units) {
      assert.is(codec, 'h264');
      assert.is(durationUs, 40_000);
      assert.is(data.readUIntBE(0, 4), 1, 'a start code');
      if (isKeyframe) assert.ok(data.includes('0000000167', 'hex') && data.includes('0000000168', 'hex'), name);
    }
    const sorted = units.map(({ ptsUs }) => ptsUs).sort((a, b) => a - b);
    const shown = seen.map(({ ptsUs }) => ptsUs);
    assert.equal(sorted, shown, name);
    writeFileSync(dir.file('out.h264'), Buffer.concat(units.map(({ data }) => data)));
    const decoded = ffmpeg('-f', 'h264', '-i', dir.file('out.h264'), '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1');
    assert.is(decoded.length, 50 * 320 * 240);
  }
});

test('units begin with a keyframe, and those without parameter sets are given them', async () => {
  using dir = tempDir();
  const context = new TestCameraContext();
  const stream = readFileSync(makeFilm(dir.file('a.h264'), '160x120', 10, 3, ...X264, '-g', '10'));
  const sps = stream.indexOf('0000000167', 'hex');
  const head = stream.subarray(sps, stream.indexOf('000001', stream.indexOf('0000000168', sps, 'hex') + 4, 'hex'));
  // The parameter sets come once, as from a camera that sends them when it is turned on.
  const later = stream
    .subarray(sps + head.length)
    .toString('hex')
    .replaceAll(head.toString('hex'), '');
  writeFileSync(dir.file('once.h264'), Buffer.concat([stream.subarray(0, sps), head, Buffer.from(later, 'hex')]));
  await see(read(dir.file('once.h264'), context, 'arrival'));
  const keyframes = context.units.filter(({ isKeyframe }) => isKeyframe);
  assert.is(context.units.length, 30);
  assert.is(keyframes.length, 3);
  for (const { data } of keyframes) assert.ok(data.includes('000167', 'hex') && data.includes('000168', 'hex'));
});

test('an abort ends it at once, while it waits and before it begins', async () => {
  using dir = tempDir();
  makeFilm(dir.file('a.mp4'), '160x120', 10, 1, ...X264);
  const context = new TestCameraContext();
  const stop = new AbortController();
  let count = 0;
  const settings = { context, name: 'the film', stamps: 'stream' } as const;
  for await (using _ of readFfmpegVideo({ url: `file:${dir.file('a.mp4')}` }, settings, stop.signal)) {
    count += 1;
    stop.abort();
  }
  assert.is(count, 1);
  assert.equal(await see(readFfmpegVideo({ url: 'file:/nowhere' }, settings, stop.signal)), []);
});

test('hundreds of pictures leave no memory behind', async () => {
  using dir = tempDir();
  const path = makeFilm(dir.file('a.mp4'), '640x480', 25, 4, ...X264);
  const round = () => see(read(path), Number.POSITIVE_INFINITY, (frame) => void frame.toPixels(320));
  for (let i = 0; i < 2; i += 1) await round();
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 5; i += 1) assert.is((await round()).length, 100);
  const grownMb = (process.memoryUsage.rss() - before) / 1e6;
  // As YUV they are 230 MB together, as pixels 150.
  assert.ok(grownMb < 70, `${grownMb} MB`);
});

test.run();
