import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ArrivalRate } from './arrival-rate.ts';

const test = suite('arrival-rate');

const START_US = 5_000_000;

/** A link that lets `burst` bytes through at once and carries `rate` bytes a second from then on, seen every `stepMs`. */
function seen(rate: number, burst: number, stepMs: number, forMs: number): ArrivalRate {
  const arrivals = new ArrivalRate();
  arrivals.note(START_US, 0, false);
  for (let ms = stepMs; ms <= forMs; ms += stepMs) {
    arrivals.note(START_US + ms * 1000, Math.floor(burst + (rate * ms) / 1000), true);
  }
  return arrivals;
}

test('nothing is known before something has arrived', () => {
  const arrivals = new ArrivalRate();
  assert.is(arrivals.carried, undefined);
  arrivals.note(START_US, 0, false);
  arrivals.note(START_US + 10_000, 0, true);
  assert.is(arrivals.carried, undefined);
});

test('a steady link is known for what it is, whatever it lets through at once', () => {
  void fc.assert(
    fc.property(
      fc.integer({ min: 8_000, max: 10_000_000 }),
      fc.integer({ min: 0, max: 16_000 }),
      fc.integer({ min: 1, max: 100 }),
      (rate, burst, stepMs) => {
        const forMs = 4_000 + 40_000_000 / rate;
        const { bytesPerSecond = 0, isLowerBound, isKnown } = seen(rate, burst, stepMs, forMs).carried ?? {};
        assert.ok(Math.abs(bytesPerSecond - rate) < rate * 0.05 + 10, `${bytesPerSecond} for ${rate}`);
        assert.is(isLowerBound, false);
        assert.is(isKnown, true);
      },
    ),
  );
});

test('the slow beginning of a connection does not count', () => {
  const arrivals = new ArrivalRate();
  let bytes = 0;
  for (let round = 0; round < 12; round += 1) {
    arrivals.note(START_US + round * 50_000, bytes, true);
    bytes += Math.min(100_000, 5_000 * 2 ** round);
  }
  assert.is(arrivals.carried?.bytesPerSecond, 2_000_000);
});

test('a link that was never busy carries at least the most that it has carried in 20 ms', () => {
  const arrivals = new ArrivalRate();
  arrivals.note(START_US, 0, false);
  arrivals.note(START_US + 10_000, 32_000, false);
  arrivals.note(START_US + 20_000, 96_000, false);
  arrivals.note(START_US + 90_000, 100_000, false);
  const { bytesPerSecond, isLowerBound } = arrivals.carried ?? {};
  assert.equal([bytesPerSecond, isLowerBound], [4_800_000, true]);
});

test('an outage while something is on its way counts', () => {
  const arrivals = new ArrivalRate();
  for (let ms = 0; ms <= 4000; ms += 20) arrivals.note(START_US + ms * 1000, Math.min(100_000, 100 * ms), true);
  const { bytesPerSecond = 0, isKnown } = arrivals.carried ?? {};
  assert.ok(bytesPerSecond > 10_000 && bytesPerSecond < 20_000, `${bytesPerSecond}`);
  assert.is(isKnown, true);
});

test('a link that passes things on in lumps is not known before the second one', () => {
  const arrivals = new ArrivalRate();
  for (let ms = 0; ms <= 1900; ms += 20) arrivals.note(START_US + ms * 1000, 65_000, true);
  assert.is(arrivals.carried?.isKnown, false);
  for (let ms = 1920; ms <= 6000; ms += 20) {
    arrivals.note(START_US + ms * 1000, 65_000 * (1 + Math.floor(ms / 1950)), true);
  }
  const { bytesPerSecond = 0, isKnown } = arrivals.carried ?? {};
  assert.is(isKnown, true);
  assert.ok(bytesPerSecond > 15_000 && bytesPerSecond < 70_000, `${bytesPerSecond}`);
});

test('a link whose rate changes is looked at for longer', () => {
  function seenFor(forMs: number): ArrivalRate {
    const arrivals = new ArrivalRate();
    let bytes = 0;
    for (let ms = 0; ms <= forMs; ms += 20) {
      bytes += ms < forMs * 0.8 ? 2_000 : 500;
      arrivals.note(START_US + ms * 1000, bytes, true);
    }
    return arrivals;
  }
  assert.is(seenFor(3_000).carried?.isKnown, false);
  assert.is(seenFor(6_000).carried?.isKnown, true);
});

test('any figures give a rate that is none of a fool’s, and what is kept is bounded', () => {
  void fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(100_000), fc.nat(2_000_000), fc.boolean()), { maxLength: 60 }), (steps) => {
      const arrivals = new ArrivalRate();
      let [atUs, bytes] = [START_US, 0];
      for (const [us, more, isBusy] of steps) {
        atUs += us;
        bytes += more;
        arrivals.note(atUs, bytes, isBusy);
      }
      const rate = arrivals.carried?.bytesPerSecond ?? 0;
      assert.ok(Number.isFinite(rate) && rate >= 0, `${rate}`);
    }),
  );
  const endless = seen(100_000, 0, 1, 20_000);
  assert.ok(Math.abs((endless.carried?.bytesPerSecond ?? 0) - 100_000) < 2_000);
});

test.run();
