// deadline: 60 s
import { unlinkSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tempDir } from '../capture.testing.ts';
import { cameraFailure, ffmpeg, makeFilm, makeJpegs, see, TestCameraContext } from './camera.testing.ts';
import { FileCamera } from './file-camera.ts';

const test = suite('file-camera');
const never = new AbortController().signal;
const X264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-preset', 'ultrafast'];
/** Timers fire that much too early. */
const EARLY_US = 2_000;
// The timers that pace pictures do not keep a process alive; in a worker its link does.
const keepAlive = setInterval(() => {}, 1000);
test.after(() => clearInterval(keepAlive));

function camera(path: string, context = new TestCameraContext()): FileCamera {
  return new FileCamera({ type: 'file', path }, context);
}

for (const [name, ...options] of [
  ['a 100%2d.mp4', ...X264],
  ['http:b.avi', '-c:v', 'mjpeg'],
  ['c.h264', ...X264],
  ['d.mjpeg', '-f', 'mjpeg'],
] as const) {
  test(`${name} comes in real time, and round after round without a jump`, async () => {
    using dir = tempDir();
    makeFilm(dir.file(name), '160x120', 25, 0.4, ...options);
    const seen = await see(camera(dir.file(name)).read(never), 25);
    const first = seen[0]?.ptsUs as number;
    for (const [i, { ptsUs, atUs }] of seen.entries()) {
      assert.ok(Math.abs(ptsUs - first - i * 40_000) <= 1, `picture ${i}: ${ptsUs - first}`);
      assert.ok(atUs >= ptsUs - EARLY_US, `picture ${i} came ${ptsUs - atUs} µs early`);
    }
  });
}

test('where fewer are wanted it is still in real time', async () => {
  using dir = tempDir();
  makeFilm(dir.file('a.mp4'), '160x120', 25, 1, ...X264);
  const seen = await see(camera(dir.file('a.mp4'), new TestCameraContext(5)).read(never), 7);
  for (const [i, { ptsUs, atUs }] of seen.entries()) {
    assert.ok(atUs >= ptsUs - EARLY_US);
    if (i > 0) assert.is(Math.round((ptsUs - (seen[i - 1]?.ptsUs as number)) / 1000), 200);
  }
});

test('a still picture comes once a second, read anew', async () => {
  using dir = tempDir();
  const [small] = makeJpegs('64x48', 1) as [Buffer];
  const [large] = makeJpegs('128x96', 1) as [Buffer];
  writeFileSync(dir.file('50%d.jpg'), small);
  ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=64x48', '-frames:v', '1', dir.file('a.png'));
  const [jpegs, pngs] = await Promise.all([
    see(camera(dir.file('50%d.jpg')).read(never), 3, (_, i) => {
      if (i === 0) writeFileSync(dir.file('50%d.jpg'), large);
    }),
    see(camera(dir.file('a.png')).read(never), 3, (frame) => assert.is(frame.toPixels(64).data.length, 64 * 48 * 4)),
  ]);
  assert.ok(jpegs[0]?.jpeg?.equals(small));
  assert.equal(jpegs[2]?.jpeg, large);
  for (const seen of [jpegs, pngs]) {
    for (const i of [1, 2]) assert.is((seen[i]?.ptsUs as number) - (seen[i - 1]?.ptsUs as number), 1e6);
  }
});

test('coded pictures are on the clock of the pictures, over rounds too', async () => {
  using dir = tempDir();
  makeFilm(dir.file('a.mp4'), '160x120', 25, 0.4, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-bf', '2');
  const context = new TestCameraContext();
  const seen = await see(camera(dir.file('a.mp4'), context).read(never), 25);
  const times = new Set(context.units.map(({ ptsUs }) => ptsUs));
  assert.ok(seen.every(({ ptsUs }) => times.has(ptsUs)));
});

test('what is no film, what is gone and what could open something else is refused', async () => {
  using dir = tempDir();
  makeFilm(dir.file('a.mp4'), '160x120', 10, 1, ...X264);
  writeFileSync(dir.file('list.ffconcat'), `ffconcat version 1.0\nfile ${dir.file('a.mp4')}\n`);
  writeFileSync(dir.file('list.m3u8'), `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.mp4\n#EXT-X-ENDLIST\n`);
  writeFileSync(dir.file('text.jpg'), 'Nothing to see here. '.repeat(100));
  for (const [name, code] of [
    ['list.ffconcat', 'capture.not-media'],
    ['list.m3u8', 'capture.not-media'],
    ['text.jpg', 'capture.not-media'],
    ['nothing.mp4', 'capture.no-file'],
  ] as const) {
    assert.is((await cameraFailure(camera(dir.file(name)).read(never))).code, code, name);
  }
  // It is still open when it vanishes: the next round does not find it.
  let hasBegun = false;
  const vanishing = (async function* () {
    for await (const frame of camera(dir.file('a.mp4')).read(never)) {
      if (!hasBegun) unlinkSync(dir.file('a.mp4'));
      hasBegun = true;
      yield frame;
    }
  })();
  assert.is((await cameraFailure(vanishing)).code, 'capture.no-file');
});

test('an abort ends it at once, in the middle of a wait; it can be read again', async () => {
  using dir = tempDir();
  makeFilm(dir.file('a.mp4'), '160x120', 1, 3, ...X264);
  const film = camera(dir.file('a.mp4'));
  for (let turn = 0; turn < 2; turn += 1) {
    const stop = new AbortController();
    const startMs = performance.now();
    setTimeout(() => stop.abort(), 200);
    assert.is((await see(film.read(stop.signal))).length, 1);
    assert.ok(performance.now() - startMs < 900);
  }
});

test.run();
