import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { newPixels } from '../../picture/pixels.ts';
import { FakeClock } from '../../testkit/fake-clock.ts';
import type { CapturedFrame } from './camera.ts';
import { inTime, PictureSchedule } from './picture-schedule.ts';

const test = suite('picture-schedule');
const START_US = 1_000_000_000;

/** Stamps of those stream times in milliseconds, in milliseconds since the first; time does not pass. */
function stampsOf(schedule: PictureSchedule, streamMs: readonly (number | undefined)[], durationMs = 40): number[] {
  return streamMs.map((ms) => {
    const us = ms === undefined ? undefined : ms * 1000;
    return (schedule.stamp(us, durationMs * 1000) - START_US) / 1000;
  });
}

test('pictures are due by their own times, wherever those begin, and however uneven they are', () => {
  const schedule = new PictureSchedule(new FakeClock(START_US));
  assert.equal(stampsOf(schedule, [5000, 5040, 5080, 5400, 9000]), [0, 40, 80, 400, 4000]);
});

test('what has no times lasts as long as it says', () => {
  const schedule = new PictureSchedule(new FakeClock(START_US));
  assert.equal(stampsOf(schedule, [undefined, undefined, undefined], 50), [0, 50, 100]);
});

test('rounds join as pictures do, without drift', () => {
  const schedule = new PictureSchedule(new FakeClock(START_US));
  for (let round = 0; round < 500; round += 1) {
    assert.equal(
      stampsOf(schedule, [80, 120, 160]),
      [0, 40, 80].map((ms) => round * 120 + ms),
    );
    schedule.startAgain();
  }
});

test('a film that tells no durations joins by the distance of its last pictures', () => {
  const schedule = new PictureSchedule(new FakeClock(START_US));
  stampsOf(schedule, [0, 100, 200], 0);
  schedule.startAgain();
  assert.equal(stampsOf(schedule, [0, 100], 0), [300, 400]);
});

test('a still picture lasts a second', () => {
  const schedule = new PictureSchedule(new FakeClock(START_US));
  for (let round = 0; round < 5; round += 1) {
    assert.equal(stampsOf(schedule, [0]), [round * 1000]);
    schedule.startAgain();
  }
});

test('a jump of the stream’s clock, back or far ahead, is no gap', () => {
  const schedule = new PictureSchedule(new FakeClock(START_US));
  assert.equal(stampsOf(schedule, [0, 40, 3_600_000, 3_600_040, 7, 47]), [0, 40, 80, 120, 160, 200]);
});

test('after a halt of more than a second it goes on from now, without a burst; a short one is caught up', () => {
  const clock = new FakeClock(START_US);
  const schedule = new PictureSchedule(clock);
  stampsOf(schedule, [0]);
  clock.advance(500);
  assert.equal(stampsOf(schedule, [40, 80]), [40, 80]);
  clock.advance(5000);
  assert.equal(stampsOf(schedule, [120, 160]), [5500, 5540]);
});

test('coded pictures have the times of the pictures they become', () => {
  const schedule = new PictureSchedule(new FakeClock(START_US));
  const decoding = [0, 120, 40, 80].map((ms) => (schedule.timeOf(ms * 1000) - START_US) / 1000);
  assert.equal(decoding, [0, 120, 40, 80]);
  assert.equal(stampsOf(schedule, [0, 40, 80, 120]), [0, 40, 80, 120]);
  schedule.startAgain();
  assert.is((schedule.timeOf(0) - START_US) / 1000, 160);
});

test('whatever the times in a film, stamps never go back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1e7 })), (each) => {
      const stamps = stampsOf(new PictureSchedule(new FakeClock(START_US)), each);
      return stamps.every((ms, i) => ms >= (stamps[i - 1] ?? 0));
    }),
  );
});

/** Frames of those times after the start, in milliseconds; counts those that are disposed of. */
function framesAt(times: readonly number[]) {
  const disposed: number[] = [];
  async function* frames(): AsyncGenerator<CapturedFrame> {
    for (const ms of times) {
      yield {
        ptsUs: START_US + ms * 1000,
        width: 1,
        height: 1,
        jpeg: undefined,
        toPixels: () => newPixels(1, 1),
        [Symbol.dispose]: () => void disposed.push(ms),
      };
    }
  }
  return { disposed, frames: frames() };
}

test('pictures wait for their time, those of the past do not', async () => {
  const clock = new FakeClock(START_US);
  const { frames } = framesAt([-100, 0, 40, 95.5]);
  const seen: number[] = [];
  const reading = (async () => {
    for await (const _ of inTime(frames, { clock, signal: new AbortController().signal })) {
      seen.push((clock.nowUs() - START_US) / 1000);
    }
  })();
  await clock.run(200);
  await reading;
  assert.equal(seen, [0, 0, 40, 96]);
});

test('an abort ends the wait, and the picture that waited is let go', async () => {
  const clock = new FakeClock(START_US);
  const { frames, disposed } = framesAt([0, 10_000]);
  const stop = new AbortController();
  const reading = (async () => {
    let count = 0;
    for await (const _ of inTime(frames, { clock, signal: stop.signal })) count += 1;
    return count;
  })();
  await clock.run(50);
  stop.abort();
  assert.is(await reading, 1);
  assert.equal(disposed, [10_000]);
});

test.run();
