import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LinkRate } from './link-rate.ts';
import { LinkRateDrains } from './link-rate-drains.ts';

const test = suite('link rate');

interface Trial {
  readonly kbps: (seconds: number) => number;
  readonly seconds: number;
  readonly pictureBytes: number;
  readonly fps: number;
  readonly figureEveryMs?: number;
  /** Bytes that the other side acknowledges at once, whatever the link carries. */
  readonly burstBytes?: number;
}

/** What is made of a link that is given a picture whenever there is room for one, each 10 ms. */
function measure(trial: Trial): { rate: LinkRate; estimates: (number | undefined)[]; most: number } {
  const { kbps, seconds, pictureBytes, fps, figureEveryMs = 50, burstBytes = 0 } = trial;
  const rate = new LinkRate();
  const estimates: (number | undefined)[] = [];
  let sent = 0;
  let arrived = 0;
  let figure = 0;
  let figureUs = 0;
  let most = 0;
  let credit = burstBytes;
  for (let ms = 0; ms < seconds * 1000; ms += 10) {
    const nowUs = 1_000_000_000 + ms * 1000;
    credit = Math.min(credit + (kbps(ms / 1000) * 10) / 8, Math.max(burstBytes, (kbps(ms / 1000) * 10) / 8));
    const bytes = Math.min(sent - arrived, credit);
    arrived += bytes;
    credit -= bytes;
    if (ms % figureEveryMs === 0) {
      figure = Math.floor(arrived);
      figureUs = nowUs;
    }
    rate.observe(figureUs, figure);
    if (ms % Math.round(1000 / fps) === 0 && rate.waitUs(nowUs, sent) === 0) {
      sent += pictureBytes;
      rate.onSent(nowUs, sent);
    }
    if (ms >= 5000) most = Math.max(most, sent - arrived);
    if (ms % 500 === 0) estimates.push(rate.kbps(nowUs));
  }
  return { rate, estimates, most };
}

const last = (values: readonly (number | undefined)[]): number | undefined => values.at(-1);

for (const kbps of [300, 1000, 5000, 20_000]) {
  test(`finds ${kbps} kbit/s where there is more to send than the link carries`, () => {
    const { estimates } = measure({ kbps: () => kbps, seconds: 20, pictureBytes: kbps * 10, fps: 25 });
    const known = estimates.slice(8).filter((estimate) => estimate !== undefined);
    assert.ok(known.length > 20, `${known.length} of ${estimates.length}`);
    for (const estimate of known) assert.ok(Math.abs(estimate / kbps - 1) < 0.15, `${estimate}`);
  });
}

test('knows nothing of a link that is never put to the test', () => {
  const { estimates } = measure({ kbps: () => 50_000, seconds: 30, pictureBytes: 30_000, fps: 25 });
  assert.equal([...new Set(estimates)], [undefined]);
});

test('does not take old figures for a slow link', () => {
  const { estimates } = measure({ kbps: () => 50_000, seconds: 30, pictureBytes: 30_000, fps: 25, figureEveryMs: 100 });
  assert.equal([...new Set(estimates)], [undefined]);
});

test('does not take a burst for the rate', () => {
  const { estimates } = measure({ kbps: () => 1000, seconds: 30, pictureBytes: 20_000, fps: 25, burstBytes: 400_000 });
  assert.ok(Math.abs((last(estimates) ?? 0) / 1000 - 1) < 0.15, `${last(estimates)}`);
});

test('falls with the link within two seconds', () => {
  const kbps = (seconds: number): number => (seconds < 10 ? 5000 : 500);
  const { estimates } = measure({ kbps, seconds: 13, pictureBytes: 40_000, fps: 25 });
  assert.ok((estimates[19] ?? 0) > 4000, `before: ${estimates[19]}`);
  assert.ok((estimates[24] ?? 5000) < 1000, `after two seconds: ${estimates[24]}`);
});

test('a link that has stopped carries nothing', () => {
  const kbps = (seconds: number): number => (seconds < 5 ? 5000 : 0);
  const { estimates } = measure({ kbps, seconds: 10, pictureBytes: 40_000, fps: 25 });
  assert.ok((last(estimates) ?? 5000) < 50, `${last(estimates)}`);
});

test('forgets what it knew when the link is not put to the test any more', () => {
  const { rate } = measure({ kbps: () => 1000, seconds: 10, pictureBytes: 20_000, fps: 25 });
  assert.ok(rate.kbps(1_010_000_000) !== undefined);
  assert.is(rate.kbps(1_020_000_000), undefined);
});

test('after the start, no more lies on the way than a picture and a quarter of a second of what the link carries', () => {
  for (const kbps of [300, 1000, 5000]) {
    const { most } = measure({ kbps: () => kbps, seconds: 30, pictureBytes: 20_000, fps: 25 });
    assert.ok(most <= 20_000 + kbps * 31.25 + 10_000, `${most} bytes at ${kbps} kbit/s`);
  }
});

test('nothing that a transport may tell makes it negative, infinite or none', () => {
  const step = fc.record({ ms: fc.nat(2000), send: fc.nat(500_000), arrive: fc.nat(500_000), starved: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const rate = new LinkRate();
      let nowUs = 1;
      let sent = 0;
      let arrived = 0;
      for (const { ms, send, arrive, starved } of steps) {
        nowUs += ms * 1000;
        arrived = Math.min(sent, arrived + arrive);
        rate.observe(nowUs, arrived);
        if (send % 3 === 0) {
          sent += send;
          rate.onSent(nowUs, sent);
        }
        rate.onSpan(nowUs, starved);
        const kbps = rate.kbps(nowUs) ?? 0;
        assert.ok(kbps >= 0 && Number.isFinite(kbps), `${kbps}`);
        assert.ok(rate.waitUs(nowUs, sent) >= 0, `${rate.waitUs(nowUs, sent)}`);
      }
    }),
  );
});

test('from drain to drain, as much has left as was handed over', () => {
  const drains = new LinkRateDrains();
  let nowUs = 1_000_000;
  let sent = 0;
  for (let k = 0; k < 20; k += 1) {
    sent += 50_000;
    drains.onBlocked(nowUs);
    nowUs += 400_000;
    drains.onDrain(nowUs, sent);
  }
  assert.is(drains.kbps(nowUs, sent), 1000);
  assert.is(drains.kbps(nowUs + 20_000_000, sent), undefined);
});

test('a connection that hardly ever waits tells nothing by draining', () => {
  const drains = new LinkRateDrains();
  let nowUs = 1_000_000;
  for (let k = 1; k < 20; k += 1) {
    drains.onBlocked(nowUs);
    drains.onDrain(nowUs + 5_000, k * 50_000);
    nowUs += 40_000;
  }
  assert.is(drains.kbps(nowUs, 1_000_000), undefined);
});

test('the first drain tells nothing: the buffer took most of it at once', () => {
  const drains = new LinkRateDrains();
  drains.onBlocked(1_000_000);
  drains.onDrain(1_100_000, 3_000_000);
  assert.is(drains.kbps(1_100_000, 3_000_000), undefined);
});

test('while a connection waits to drain, its rate is known to be low', () => {
  const drains = new LinkRateDrains();
  for (let k = 1; k <= 3; k += 1) {
    drains.onBlocked(k * 1_000_000);
    drains.onDrain(k * 1_000_000 + 900_000, k * 100_000);
  }
  drains.onBlocked(4_000_000);
  assert.ok((drains.kbps(12_000_000, 400_000) ?? 1000) < 100);
});

test.run();
