import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Link, type Stretch } from './link.ts';

const test = suite('link');

const stretch = fc.record({
  duration_ms: fc.integer({ min: 1, max: 5000 }),
  bandwidth_kbps: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5000 })),
  latency_ms: fc.constant(100),
});

test('what it carries is the sum over its stretches, over and over', () => {
  const link = new Link('two', [of(1000, 80), of(500, 8)], { lengthS: 10 });
  assert.is(link.bytesUntil(0.5), 5_000);
  assert.is(link.bytesUntil(1.5), 10_500);
  assert.is(link.bytesUntil(4.5), 31_500);
  assert.is(link.meanKbps(0, 3), 56);
});

test('it can be made slower as a whole', () => {
  assert.is(new Link('quarter', [of(1000, 800)], { lengthS: 10, scale: 0.25 }).bytesUntil(2), 50_000);
});

test('a transfer ends before an outage if all of it fits, and else after it', () => {
  const link = new Link('outage', [of(1000, 80), of(20_000, 0), of(9000, 80)], { lengthS: 30 });
  assert.is(link.after(0, 10_000), 1);
  assert.is(link.after(0, 15_000), 21.5);
  assert.is(link.after(5, 5_000), 21.5);
});

test('what it has carried at the end of a transfer is what was to be transferred', () => {
  fc.assert(
    fc.property(
      fc.array(stretch, { minLength: 1, maxLength: 20 }),
      fc.double({ min: 0, max: 50, noNaN: true }),
      fc.integer({ min: 1, max: 200_000 }),
      (stretches, fromS, bytes) => {
        const link = new Link('any', stretches, { lengthS: 100 });
        const endS = link.after(fromS, bytes);
        if (endS === Number.POSITIVE_INFINITY) return;
        assert.ok(endS > fromS);
        assert.ok(Math.abs(link.bytesUntil(endS) - link.bytesUntil(fromS) - bytes) < 1e-3);
      },
    ),
  );
});

function of(duration_ms: number, bandwidth_kbps: number): Stretch {
  return { duration_ms, bandwidth_kbps, latency_ms: 0 };
}

test.run();
