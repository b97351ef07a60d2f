import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rungsOf } from '../core/rung.ts';
import { rungLimits } from './listener-quality-limits.ts';
import { Probe } from './listener-quality-probe.ts';
import { Rises } from './listener-quality-rises.ts';
import { DEFAULT_QUICK_SYNC } from './quick-sync.testing.ts';

const test = suite('parts of the listener quality');

const S = 1_000_000;
const KBPS = [64, 128, 256, 320];
const ANY = Number.POSITIVE_INFINITY;

test('a rise that is taken back makes that rung wait, twice as long each time, up to four minutes', () => {
  const rises = new Rises(KBPS);
  let nowUs = 0;
  const waits: number[] = [];
  for (let i = 0; i < 7; i++) {
    rises.onRise(2, nowUs, false);
    nowUs += 5 * S;
    assert.is(rises.onFall(1, nowUs, undefined), true);
    const fellUs = nowUs;
    while (!rises.mayTry(2, nowUs)) nowUs += S;
    waits.push((nowUs - fellUs) / S);
    assert.is(rises.mayTry(3, fellUs), true, 'no other rung waits');
  }
  assert.equal(waits, [10, 20, 40, 80, 160, 240, 240]);
});

test('a rung waits longer each time that it was too much, but not for a link that would not carry the one below either', () => {
  const waits = (linkKbps: number): number[] => {
    const rises = new Rises(KBPS);
    let nowUs = 0;
    return [1, 2, 3].map(() => {
      rises.onRise(2, nowUs, false);
      nowUs += 5 * S;
      rises.onFall(0, nowUs, linkKbps);
      const fellUs = nowUs;
      while (!rises.mayTry(2, nowUs)) nowUs += S;
      return (nowUs - fellUs) / S;
    });
  };
  assert.equal(waits(200), [10, 20, 40]);
  assert.equal(waits(50), [10, 10, 10]);
});

test('what a link has shown since the last fall counts more than a mistake, unless that went by the same', () => {
  const rises = new Rises(KBPS);
  rises.onRise(2, 0, false);
  rises.onFall(1, 5 * S, 200);
  assert.is(rises.mayTry(2, 10 * S), false);
  assert.is(rises.mayTrust(2, 4 * S, 10 * S), false, 'shown before the fall');
  assert.is(rises.mayTrust(2, 9 * S, 10 * S), true);
  rises.onRise(2, 10 * S, true);
  rises.onFall(1, 15 * S, 50);
  assert.is(rises.mayTrust(2, 16 * S, 17 * S), true, 'the link had collapsed: what it shows is true');
  rises.onRise(2, 17 * S, true);
  rises.onFall(1, 20 * S, 200);
  assert.is(rises.mayTrust(2, 25 * S, 26 * S), false, 'deceived');
  rises.onRise(2, 100 * S, false);
  rises.onFall(1, 105 * S, 200);
  assert.is(rises.mayTrust(2, 106 * S, 107 * S), false, 'still');
});

test('a rise that lasts is forgiven those before it, and a fall after it is no mistake', () => {
  const rises = new Rises(KBPS);
  rises.onRise(2, 0, false);
  rises.onFall(1, 5 * S, undefined);
  rises.onRise(2, 15 * S, false);
  rises.settle(20 * S, true);
  assert.is(rises.isOnTrial, true);
  rises.settle(36 * S, true);
  assert.is(rises.isOnTrial, false);
  assert.is(rises.onFall(0, 40 * S, undefined), false);
  assert.is(rises.mayTry(2, 40 * S), true);
});

test('a fall takes all rises above it back', () => {
  const rises = new Rises(KBPS);
  for (const rung of [1, 2, 3]) rises.onRise(rung, rung * S, false);
  rises.onFall(1, 5 * S, undefined);
  assert.equal(
    [1, 2, 3].map((rung) => rises.mayTry(rung, 6 * S)),
    [true, false, false],
  );
  assert.is(rises.isOnTrial, true, 'the one below has still to prove itself');
});

test('there are eight rises a minute and no more', () => {
  const rises = new Rises(KBPS);
  for (let i = 0; i < 8; i++) {
    assert.is(rises.isCapped(i * S), false);
    rises.onRise(1, i * S, false);
  }
  assert.is(rises.isCapped(59 * S), true);
  assert.is(rises.isCapped(60 * S), false);
});

test('a probe holds back a quarter of what a player has, two seconds at most, ever more seldom', () => {
  const probe = new Probe();
  assert.is(probe.isPossible(2, 64), false);
  assert.is(probe.isPossible(10, 64), true);
  const begins: number[] = [];
  const lengths: number[] = [];
  for (let tenth = 1; tenth < 1200; tenth++) {
    const nowUs = tenth * 100_000;
    const wasHolding = probe.isHolding(nowUs);
    if (!probe.isUnderway(nowUs)) probe.begin(nowUs, 4);
    if (!probe.isHolding(nowUs)) continue;
    if (wasHolding) lengths[lengths.length - 1] = (lengths.at(-1) as number) + 1;
    else {
      begins.push(tenth);
      lengths.push(1);
    }
  }
  assert.ok(
    lengths.every((tenths) => tenths === 10),
    `a second each: ${lengths}`,
  );
  const gaps = begins.slice(1).map((at, i) => at - (begins[i] as number));
  assert.ok((gaps.at(-1) as number) > 2 * (gaps[0] as number), `${gaps}`);
  assert.ok((gaps.at(-1) as number) < 200, `but not seldom: ${gaps}`);
});

test('what a probe comes to counts when it is over, and only if it brought no measure', () => {
  const probe = new Probe();
  probe.begin(100 * S, 10);
  assert.is(probe.wasClean(103 * S, 0), false);
  assert.is(probe.wasClean(105 * S, 0), true);
  assert.is(probe.wasClean(105 * S, 103 * S), false);
  probe.reset(105 * S);
  assert.is(probe.wasClean(105 * S, 0), false);
});

test('a cap counts more than a floor, and one rung always remains', () => {
  const rungs = rungsOf('mp3');
  const limits = (some: object, boxKbps = ANY) => rungLimits(rungs, { ...DEFAULT_QUICK_SYNC, ...some }, boxKbps);
  assert.equal(limits({}), { lowest: 0, highest: 3, isBox: false });
  assert.equal(limits({ minKbps: 128, maxKbps: 256 }), { lowest: 1, highest: 2, isBox: false });
  assert.equal(limits({ minKbps: 320, maxKbps: 64 }), { lowest: 0, highest: 0, isBox: false });
  assert.equal(limits({ profile: 'mobile_data' }), { lowest: 0, highest: 1, isBox: false });
  assert.equal(limits({}, 128), { lowest: 0, highest: 1, isBox: true });
  assert.equal(limits({ minKbps: 256 }, 10), { lowest: 0, highest: 0, isBox: true });
});

test.run();
