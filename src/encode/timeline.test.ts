import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Clock } from '../core/clock.ts';
import { Timeline } from './timeline.ts';

const test = suite('timeline');

function clockAt(readUs: () => number): Clock {
  return { nowUs: readUs, after: () => ({ cancel() {} }) };
}

const BLOCK = 960;
const BLOCK_US = 20_000;

test('times the source knows are taken as they are', () => {
  const timeline = new Timeline({ clock: clockAt(() => 0) });
  for (let i = 0; i < 100; i++) timeline.append(BLOCK, 5_000_000 + i * BLOCK_US);
  assert.is(timeline.ptsUs(0), 5_000_000);
  assert.is(timeline.ptsUs(48_000), 6_000_000);
  assert.is(timeline.ptsUs(-48), 4_999_000);
  assert.is(timeline.end, 96_000);
});

test('a block without a time was captured its own duration before it arrived', () => {
  const timeline = new Timeline({ clock: clockAt(() => 7_000_000) });
  timeline.append(BLOCK);
  assert.is(timeline.ptsUs(0), 6_980_000);
  assert.is(timeline.ptsUs(BLOCK), 7_000_000);
});

test('arrivals that jitter by 15 ms give times that advance smoothly and stay within 20 ms', () => {
  let nowUs = 0;
  let seed = 1;
  const timeline = new Timeline({ clock: clockAt(() => nowUs) });
  let before = 0;
  for (let i = 0; i < 3000; i++) {
    seed = (seed * 48271) % 0x7fffffff;
    nowUs = (i + 1) * BLOCK_US + (seed / 0x7fffffff) * 15_000;
    timeline.append(BLOCK);
    const pts = timeline.ptsUs(i * BLOCK);
    if (i > 0) assert.ok(Math.abs(pts - before - BLOCK_US) <= 40, `block ${i} advanced ${pts - before} µs`);
    assert.ok(Math.abs(pts - i * BLOCK_US) < 20_000, `block ${i} is ${pts - i * BLOCK_US} µs off`);
    before = pts;
  }
});

test('a sound card that runs 200 ppm fast is followed within a few milliseconds', () => {
  const timeline = new Timeline({ clock: clockAt(() => 0) });
  const realUs = BLOCK_US * (1 - 200e-6);
  for (let i = 0; i < 50_000; i++) timeline.append(BLOCK, i * realUs);
  const index = 49_999 * BLOCK;
  assert.ok(Math.abs(timeline.ptsUs(index) - 49_999 * realUs) < 5_000);
  assert.is(timeline.jumps, 0);
});

test('after three seconds without sound, time is set anew at once', () => {
  const timeline = new Timeline({ clock: clockAt(() => 0) });
  timeline.append(BLOCK, 0);
  timeline.append(BLOCK, 3_000_000);
  assert.is(timeline.ptsUs(BLOCK - 48), 19_000);
  assert.is(timeline.ptsUs(BLOCK), 3_000_000);
  assert.is(timeline.jumps, 1);
});

test('a source whose time falls back one second is caught up with in two, without repeating time', () => {
  const timeline = new Timeline({ clock: clockAt(() => 0) });
  for (let i = 0; i < 50; i++) timeline.append(BLOCK, i * BLOCK_US);
  for (let i = 50; i < 200; i++) timeline.append(BLOCK, (i - 50) * BLOCK_US);
  const offBy = timeline.ptsUs(199 * BLOCK) - 149 * BLOCK_US;
  assert.ok(offBy >= 0 && offBy <= 200_000, `${offBy} µs off`);
  assert.is(timeline.jumps, 1);
});

test('whatever times sources claim, time never runs backwards and a sample keeps its time', () => {
  const block = fc.record({
    frames: fc.integer({ min: 1, max: 4800 }),
    wildUs: fc.option(fc.integer({ min: -3_000_000, max: 3_000_000 })),
    waitUs: fc.integer({ min: 0, max: 400_000 }),
  });
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 60 }), (blocks) => {
      let nowUs = 10_000_000;
      const timeline = new Timeline({ clock: clockAt(() => nowUs) }, { segments: 64 });
      const seen: [number, number][] = [];
      for (const { frames, wildUs, waitUs } of blocks) {
        nowUs += waitUs;
        timeline.append(frames, wildUs === null ? undefined : nowUs + wildUs);
        for (const index of [timeline.end - frames, timeline.end - 1]) seen.push([index, timeline.ptsUs(index)]);
      }
      seen.reduce((before, here) => {
        assert.ok(here[1] >= before[1], `index ${here[0]} at ${here[1]} after ${before[1]}`);
        return here;
      });
      for (const [index, us] of seen) assert.is(timeline.ptsUs(index), us);
    }),
  );
});

test.run();
