import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeliveryLatency } from './delivery-latency.ts';

const test = suite('delivery-latency');

const S = 1e6;

test('nothing is known without samples', () => {
  const latency = new DeliveryLatency();
  assert.is(latency.quantilesUs(S, [0.5]), undefined);
  assert.is(latency.histogram.upTo.at(-1), 0);
});

test('quantiles are those of the last minute', () => {
  const latency = new DeliveryLatency();
  for (let i = 1; i <= 100; i++) latency.add(S, i * 1000);
  assert.equal(latency.quantilesUs(2 * S, [0.5, 0.95, 0.99, 1]), [50_000, 95_000, 99_000, 100_000]);
  latency.add(60 * S, 7_000);
  assert.equal(latency.quantilesUs(62 * S, [0.5, 0.99]), [7_000, 7_000]);
  assert.is(latency.quantilesUs(200 * S, [0.5]), undefined);
});

test('the histogram counts everything since the start', () => {
  const latency = new DeliveryLatency();
  for (const ms of [5, 10, 11, 149, 150, 151, 20_000]) latency.add(0, ms * 1000);
  const { boundsSeconds, upTo, sumSeconds } = latency.histogram;
  const upToBound = (bound: number): number | undefined => upTo[boundsSeconds.indexOf(bound)];
  assert.equal([upToBound(0.01), upToBound(0.025), upToBound(0.15), upToBound(16)], [2, 3, 5, 6]);
  assert.is(upTo.at(-1), 7);
  assert.ok(Math.abs(sumSeconds - 20.476) < 1e-9);
});

test('with thousands of sessions the quantiles still reach back a minute', () => {
  const latency = new DeliveryLatency();
  for (let second = 0; second < 60; second++) {
    latency.expect(2_000);
    for (let i = 0; i < 2_000; i++) latency.add(second * S, second < 30 ? 1_000 : 9_000);
  }
  const [low, high] = latency.quantilesUs(59 * S, [0.45, 0.55]) ?? [];
  assert.equal([low, high], [1_000, 9_000]);
});

test('a quantile is one of the samples, and they rise', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30_000_000), { minLength: 1, maxLength: 200 }), (samples) => {
      const latency = new DeliveryLatency();
      for (const us of samples) latency.add(0, us);
      const [low = 0, mid = 0, high = 0] = latency.quantilesUs(0, [0.5, 0.95, 0.99]) ?? [];
      assert.ok([low, mid, high].every((us) => samples.includes(us)) && low <= mid && mid <= high);
      assert.is(samples.filter((us) => us <= low).length >= samples.length / 2, true);
      assert.is(latency.histogram.upTo.at(-1), samples.length);
    }),
  );
});

test.run();
