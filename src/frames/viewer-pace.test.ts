import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from './link.testing.ts';
import { ViewerPace } from './viewer-pace.ts';

const test = suite('viewer pace');

/** When frames are taken, milliseconds, of a camera whose frames come up to `jitterMs` early or late. */
function taken(cameraFps: number, wishFps: number, seconds: number, jitterMs = 0): number[] {
  const pace = new ViewerPace();
  const random = seededRandom(3);
  const times: number[] = [];
  for (let k = 0; k < cameraFps * seconds; k += 1) {
    const ptsUs = 5_000_000 + (k * 1e6) / cameraFps + (random() * 2 - 1) * jitterMs * 1000;
    pace.seen(ptsUs);
    if (pace.isDue(ptsUs, wishFps)) times.push(ptsUs / 1000);
  }
  return times;
}

test('a camera of 25 frames a second loses none for a wish of 25, however its frames jitter', () => {
  assert.is(taken(25, 25, 60, 15).length, 1500);
});

test('a wish of 10 out of 25 gets ten a second, evenly spread', () => {
  const times = taken(25, 10, 60, 2);
  assert.ok(Math.abs(times.length - 600) <= 2, `${times.length}`);
  for (let k = 1; k < times.length; k += 1) {
    const gapMs = (times[k] as number) - (times[k - 1] as number);
    assert.ok(gapMs > 70 && gapMs < 130, `${gapMs} ms`);
  }
});

test('a wish beyond what the camera has gets all of it', () => {
  assert.is(taken(15, 60, 20, 5).length, 300);
  assert.is(taken(15, Number.POSITIVE_INFINITY, 20, 5).length, 300);
});

test('frames that did not come are not made up for', () => {
  const pace = new ViewerPace();
  let count = 0;
  for (let ms = 0; ms < 20_000; ms += 40) {
    if (ms > 2_000 && ms < 10_000) continue;
    pace.seen(ms * 1000);
    if (pace.isDue(ms * 1000, 2) && ms >= 10_000 && ms < 10_400) count += 1;
  }
  assert.is(count, 1);
});

test('a rate that rises holds at once', () => {
  const pace = new ViewerPace();
  pace.isDue(1_000_000, 0.1);
  assert.not(pace.isDue(1_100_000, 0.1));
  pace.isDue(1_200_000, 10);
  assert.ok(pace.isDue(1_310_000, 10));
});

test('knows the rate of the camera, and a gap hardly changes that', () => {
  const pace = new ViewerPace();
  for (let k = 0; k < 50; k += 1) pace.seen(k * 40_000);
  assert.ok(Math.abs(pace.offeredFps - 25) < 0.1);
  pace.seen(60_000_000);
  assert.ok(pace.offeredFps > 22, `${pace.offeredFps}`);
});

test('is never more than one frame off the wished number', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 60, noNaN: true }),
      fc.double({ min: 0.5, max: 60, noNaN: true }),
      (cameraFps, wishFps) => {
        const frames = Math.ceil(cameraFps * 10);
        const wanted = Math.min(cameraFps, wishFps) * 10;
        const count = taken(cameraFps, wishFps, 10).length;
        return count <= frames && Math.abs(count - wanted) <= 2 + wanted * 0.02;
      },
    ),
  );
});

test.run();
