import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FrameRateCap } from './frame-rate-cap.ts';

const test = suite('frame-rate-cap');

/** Times of `seconds` of pictures at that rate, each up to `jitterUs` off. */
function times(fps: number, seconds: number, jitterUs = 0, random: () => number = Math.random): number[] {
  const all = Array.from({ length: Math.round(fps * seconds) }, (_, i) => {
    return Math.round(5e9 + (i * 1e6) / fps + (2 * random() - 1) * jitterUs);
  });
  return all.sort((a, b) => a - b);
}

function admitted(all: readonly number[], fps: number): number[] {
  const cap = new FrameRateCap(() => fps);
  return all.filter((ptsUs) => cap.admits(ptsUs));
}

test('a camera at the wished rate loses none once its rate is known, whatever its jitter', () => {
  for (const jitterUs of [0, 1_000, 8_000, 15_000]) {
    const lost = 600 - admitted(times(30, 20, jitterUs), 30).length;
    assert.ok(lost <= (jitterUs === 0 ? 0 : 2), `${lost} at ${jitterUs} µs`);
  }
});

test('pictures that come in a burst after a short gap are not lost to it', () => {
  const even = times(30, 10);
  const bursts = even.map((ptsUs, i) => (i > 30 && i % 30 < 3 ? (even[i - (i % 30) + 3] ?? ptsUs) : ptsUs));
  assert.ok(admitted(bursts, 30).length >= even.length - 1);
});

test('no wish leaves all of them, at most ten seconds pass between two', () => {
  const all = times(25, 40);
  assert.is(admitted(all, Number.POSITIVE_INFINITY).length, all.length);
  assert.is(admitted(all, 0).length, 4);
});

test('a lower rate is kept evenly: no gap differs by more than one interval of the source', () => {
  for (const [from, to] of [
    [30, 25],
    [30, 20],
    [30, 15],
    [30, 10],
    [25, 7],
    [10, 1],
  ] as const) {
    const kept = admitted(times(from, 30, 2_000), to);
    assert.ok(Math.abs(kept.length - 30 * to) <= 2, `${from} to ${to}: ${kept.length}`);
    for (let i = 1; i < kept.length; i += 1) {
      const gapUs = (kept[i] as number) - (kept[i - 1] as number);
      assert.ok(Math.abs(gapUs - 1e6 / to) <= 1e6 / from + 4_000, `${from} to ${to}: ${gapUs} µs after ${i}`);
    }
  }
});

test('a wish that grows counts at once', () => {
  let fps = 0.1;
  const cap = new FrameRateCap(() => fps);
  assert.ok(cap.admits(1e9));
  assert.not(cap.admits(1e9 + 40_000));
  fps = 25;
  assert.ok(cap.admits(1e9 + 80_000));
});

test('a clock that is set back does not stop the pictures', () => {
  const cap = new FrameRateCap(() => 10);
  assert.ok(cap.admits(9e9));
  assert.ok(cap.admits(1e9));
  assert.not(cap.admits(1e9 + 20_000));
  assert.ok(cap.admits(1e9 + 100_000));
});

test('whatever the times, there are never clearly more than wished for', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 2, maxLength: 300 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 60 }), (each, fps) => {
      let ptsUs = 1e9;
      const all = each.map((gap) => {
        ptsUs += gap;
        return ptsUs;
      });
      const seconds = (ptsUs - (all[0] as number)) / 1e6;
      return admitted(all, fps).length <= seconds * fps + 0.4 * fps + 2;
    }),
  );
});

test.run();
