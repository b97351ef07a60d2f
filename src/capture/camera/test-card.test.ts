import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Clock, systemClock } from '../../core/clock.ts';
import { CounterSet } from '../../core/counters.ts';
import { silentLog } from '../../core/log.ts';
import { decodeJpeg, encodeJpeg } from '../../picture/jpeg-turbo.ts';
import { readTestCard, testCardAgeMs } from '../../picture/read-test-card.ts';
import { FakeClock } from '../../testkit/fake-clock.ts';
import type { CameraContext, CapturedFrame } from './camera.ts';
import { TestCard } from './test-card.ts';

const test = suite('test card');
const settings = { type: 'test', width: 640, height: 360, fps: 25 } as const;

function contextWith(clock: Clock, fps: () => number = () => Number.POSITIVE_INFINITY): CameraContext {
  return { clock, log: silentLog, counters: new CounterSet(), fps };
}

/** Reads a test card by a clock that stands still until told; what it yields is kept. */
function reading(fps?: () => number, rate = 25) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const frames: CapturedFrame[] = [];
  /** Set to hold up whoever reads. */
  const hold = { until: Promise.resolve() };
  const card = new TestCard({ ...settings, fps: rate }, contextWith(clock, fps));
  const done = (async () => {
    for await (const frame of card.read(stop.signal)) {
      frames.push(frame);
      await hold.until;
    }
  })();
  return { clock, stop, frames, done, hold };
}

test('it delivers as many pictures as time has passed, at its own rate or the one that is wanted', async () => {
  for (const [own, wanted, expected] of [
    [25, Number.POSITIVE_INFINITY, 250],
    [30, Number.POSITIVE_INFINITY, 300],
    [25, 7, 70],
    [5, 25, 50],
  ] as const) {
    const { clock, stop, frames, done } = reading(() => wanted, own);
    await clock.run(10_000);
    assert.ok(Math.abs(frames.length - expected) <= 1, `${frames.length} pictures at ${Math.min(own, wanted)} fps`);
    stop.abort();
    await done;
    assert.is(clock.pendingTimers, 0);
  }
});

test('pictures are numbered and carry the time at which they were taken', async () => {
  const { clock, stop, frames, done } = reading();
  await clock.run(1000);
  stop.abort();
  await done;
  frames.slice(0, 20).forEach((frame, i) => {
    assert.is(frame.ptsUs, 1_000_000_000 + i * 40_000);
    assert.equal(readTestCard(frame.toPixels(0)), { frame: i + 1, ms: 1_000_000 + i * 40 });
  });
});

test('a wish for another rate is heeded while it runs, and none at all leaves one a second', async () => {
  let wanted = 25;
  const { clock, stop, frames, done } = reading(() => wanted);
  await clock.run(2000);
  const before = frames.length;
  wanted = 0;
  await clock.run(4000);
  assert.ok(frames.length - before >= 3 && frames.length - before <= 6, `${frames.length - before} in 4 s`);
  wanted = 10;
  const slow = frames.length;
  await clock.run(3000);
  assert.ok(frames.length - slow >= 18, `${frames.length - slow} in 3 s`);
  stop.abort();
  await done;
});

test('after a long delay it goes on from then, without a burst', async () => {
  const { clock, stop, frames, done, hold } = reading();
  await clock.run(1000);
  const { promise, resolve } = Promise.withResolvers<void>();
  hold.until = promise;
  await clock.run(60_000);
  const before = frames.length;
  resolve();
  hold.until = Promise.resolve();
  await clock.run(1000);
  assert.ok(frames.length - before <= 27, `${frames.length - before} in the second after`);
  stop.abort();
  await done;
});

test('the code is read from JPEGs of quality 20 that are 320 wide, and the picture has the shape that was asked for', async () => {
  for (const [width, height] of [
    [1280, 720],
    [640, 480],
    [1920, 1080],
  ] as const) {
    const card = new TestCard({ type: 'test', width, height, fps: 25 }, contextWith(systemClock), 'no camera');
    const { value: frame } = await card.read(AbortSignal.timeout(5000)).next();
    const small = (frame as CapturedFrame).toPixels(320);
    assert.equal([small.width, small.height], [320, Math.round((320 * height) / width)]);
    const code = readTestCard(await decodeJpeg(await encodeJpeg(small, 20), small.width, small.height));
    assert.is(code?.frame, 1);
    assert.ok(testCardAgeMs(code as { frame: number; ms: number }, systemClock.nowUs()) < 60_000);
  }
});

test('drawn twice a picture is the same, each result is its own, and the next one differs', async () => {
  const { clock, stop, frames, done } = reading();
  await clock.run(100);
  stop.abort();
  await done;
  const [first, second] = frames as [CapturedFrame, CapturedFrame];
  for (const width of [0, 200]) {
    const drawn = first.toPixels(width);
    const copy = Buffer.from(drawn.data);
    drawn.data.fill(0);
    assert.is(first.toPixels(width).data.compare(copy), 0);
  }
  assert.is.not(second.toPixels(0).data.compare(first.toPixels(0).data), 0);
});

test('it can be of any size and have any note', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 16, max: 500 }),
      fc.integer({ min: 16, max: 500 }),
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.nat(600),
      async (width, height, note, wanted) => {
        const card = new TestCard({ type: 'test', width, height, fps: 25 }, contextWith(systemClock), note);
        const { value: frame } = await card.read(AbortSignal.timeout(5000)).next();
        const pixels = (frame as CapturedFrame).toPixels(wanted);
        assert.is(pixels.width, wanted === 0 ? width : Math.min(wanted, width));
        assert.is(pixels.data.length, pixels.width * pixels.height * 4);
      },
    ),
    { numRuns: 40 },
  );
});

test('read again, it begins again', async () => {
  const card = new TestCard(settings, contextWith(systemClock));
  for (const _ of [1, 2]) {
    const { value: frame } = await card.read(AbortSignal.timeout(5000)).next();
    assert.is(readTestCard((frame as CapturedFrame).toPixels(0))?.frame, 1);
  }
});

test('aborted before it begins, it delivers nothing', async () => {
  const card = new TestCard(settings, contextWith(systemClock));
  assert.is((await card.read(AbortSignal.abort()).next()).done, true);
});

test.run();
