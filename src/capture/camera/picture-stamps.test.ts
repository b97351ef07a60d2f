import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../../testkit/fake-clock.ts';
import { ArrivalStamps, DeviceStamps, LiveStamps, StreamStamps } from './picture-stamps.ts';

const test = suite('picture-stamps');

test('a device’s stamps are taken where they are of our clock, the time of arrival where not', () => {
  const clock = new FakeClock(50e6);
  const stamps = new DeviceStamps(clock);
  stamps.arrived();
  assert.is(stamps.stamp(49_970_000), 49_970_000);
  assert.is(stamps.stamp(50_010_000), 50e6, 'from the future');
  assert.is(stamps.stamp(1.7e15), 50e6, 'wall clock');
  assert.is(stamps.stamp(0), 50e6);
  assert.is(stamps.stamp(undefined), 50e6);
});

test('arrival is when the packet was read, not when it was asked for', () => {
  const clock = new FakeClock(50e6);
  const stamps = new ArrivalStamps(clock);
  stamps.arrived();
  clock.advance(30);
  assert.is(stamps.stamp(), 50e6);
});

test('a stream’s own time begins at 0, and goes on by durations where it says none', () => {
  const stamps = new StreamStamps();
  assert.equal(
    [7_000_000, 7_040_000, undefined, undefined, 7_200_000].map((us) => stamps.stamp(us, 40_000)),
    [0, 40_000, 80_000, 120_000, 200_000],
  );
});

/** What LiveStamps make of pictures every 40 ms by the stream's clock, each so many milliseconds under way. */
function live(underWayMs: readonly number[], stepMs = 40): { stamps: number[]; arrivals: number[] } {
  const clock = new FakeClock(100e6);
  const live = new LiveStamps(clock);
  const stamps: number[] = [];
  const arrivals: number[] = [];
  for (const [i, delayMs] of underWayMs.entries()) {
    const atUs = 100e6 + (i * stepMs + delayMs) * 1000;
    if (atUs > clock.nowUs()) clock.advance((atUs - clock.nowUs()) / 1000);
    const streamUs = 9e6 + i * 40_000;
    live.arrived(streamUs);
    stamps.push(live.stamp(streamUs));
    arrivals.push(clock.nowUs());
  }
  return { stamps, arrivals };
}

test('of a live stream the network’s jitter is evened out', () => {
  const { stamps } = live(Array.from({ length: 200 }, (_, i) => (i % 3) * 12));
  const gaps = stamps.slice(10).map((us, i) => us - (stamps[i + 9] as number));
  assert.ok(
    gaps.every((gap) => Math.abs(gap - 40_000) < 200),
    `${gaps}`,
  );
});

test('of a burst at the beginning the newest is now, and what follows is not taken for old', () => {
  const { stamps, arrivals } = live(Array.from({ length: 100 }, (_, i) => Math.max(0, 2000 - 40 * i)));
  const ages = stamps.map((us, i) => (arrivals[i] as number) - us);
  assert.ok(
    ages.every((age) => age >= 0 && age < 1000),
    `${ages}`,
  );
});

test('a stream whose clock runs differently, or is set anew, is followed', () => {
  const slow = live(new Array<number>(20_000).fill(0), 40.004);
  assert.ok(slow.arrivals.every((us, i) => us - (slow.stamps[i] as number) < 5_000));
  const jump = live([...new Array<number>(50).fill(0), ...new Array<number>(50).fill(3000)]);
  assert.ok(jump.arrivals.every((us, i) => us - (jump.stamps[i] as number) < 1_100_000));
  assert.is(jump.arrivals.at(-1), jump.stamps.at(-1));
});

test('live stamps never go back and are never from the future', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 100 }), (delays) => {
      const { stamps, arrivals } = live(delays);
      return stamps.every((us, i) => us <= (arrivals[i] as number) && us >= (stamps[i - 1] ?? 0));
    }),
  );
});

test.run();
