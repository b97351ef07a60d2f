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
    assert.is(rises.onFall(1, nowUs, undefined, true), true);
    const fellUs = nowUs;
    while (!rises.mayTry(2, nowUs)) nowUs += S;
    waits.push((nowUs - fellUs) / S);
    assert.is(rises.mayTry(3, fellUs), true, 'no other rung waits');
  }
  assert.equal(waits, [10, 20, 40, 80, 160, 240, 240]);
});

test('a rung waits longer each time that it was too much, but not for a link that would not carry the one below either', () => {
  const waits = (linkKbps: number, canTell = true): number[] => {
    const rises = new Rises(KBPS);
    let nowUs = 0;
    return [1, 2, 3].map(() => {
      rises.onRise(2, nowUs, false);
      nowUs += 5 * S;
      rises.onFall(0, nowUs, linkKbps, canTell);
      const fellUs = nowUs;
      while (!rises.mayTry(2, nowUs)) nowUs += S;
      return (nowUs - fellUs) / S;
    });
  };
  assert.equal(waits(200), [10, 20, 40]);
  assert.equal(waits(50), [10, 10, 10]);
  assert.equal(waits(200, false), [60, 120, 240]);
});

test('what a link has shown since the last fall counts more than a mistake, unless that went by the same', () => {
  const rises = new Rises(KBPS);
  rises.onRise(2, 0, false);
  rises.onFall(1, 5 * S, 200, true);
  assert.is(rises.mayTry(2, 10 * S), false);
  assert.is(rises.mayTrust(2, 4 * S, 10 * S), false, 'shown before the fall');
  assert.is(rises.mayTrust(2, 9 * S, 10 * S), true);
  rises.onRise(2, 10 * S, true);
  rises.onFall(1, 15 * S, 50, true);
  assert.is(rises.mayTrust(2, 16 * S, 17 * S), true, 'the link had collapsed: what it shows is true');
  rises.onRise(2, 17 * S, true);
  rises.onFall(1, 20 * S, 200, true);
  assert.is(rises.mayTrust(2, 25 * S, 26 * S), false, 'deceived');
  rises.onRise(2, 100 * S, false);
  rises.onFall(1, 105 * S, 200, true);
  assert.is(rises.mayTrust(2, 106 * S, 107 * S), false, 'still');
});

test('a rise that lasts is forgiven those before it, and a fall after it is no mistake', () => {
  const rises = new Rises(KBPS);
  rises.onRise(2, 0, false);
  rises.onFall(1, 5 * S, undefined, true);
  rises.onRise(2, 15 * S, false);
  rises.settle(20 * S, true);
  assert.is(rises.isOnTrial, true);
  rises.settle(36 * S, true);
  assert.is(rises.isOnTrial, false);
  assert.is(rises.onFall(0, 40 * S, undefined, true), false);
  assert.is(rises.mayTry(2, 40 * S), true);
});

test('a fall takes all rises above it back', () => {
  const rises = new Rises(KBPS);
  for (const rung of [1, 2, 3]) rises.onRise(rung, rung * S, false);
  rises.onFall(1, 5 * S, undefined, true);
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
  assert.is(probe.isPossible(1.5, 128), false);
  assert.is(probe.isPossible(2, 64), true);
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
  assert.ok((gaps.at(-1) as number) > 1.5 * (gaps[0] as number), `${gaps}`);
  assert.ok((gaps.at(-1) as number) < 150, `but not seldom: ${gaps}`);
});

test('what a probe has shown is how fast that arrived which was held back, and counts when it is over', () => {
  /** Lets so much go after a probe, over a link of that rate. */
  const probed = (heldBytes: number, kbps: number): Probe => {
    const probe = new Probe();
    probe.begin(100 * S, 4);
    for (let tenth = 0; tenth < 50; tenth++) {
      const nowUs = 100 * S + tenth * 100_000;
      const arrivedBytes = Math.min(heldBytes, Math.max(0, tenth - 10) * kbps * 12.5);
      probe.observe(nowUs, { asOfUs: nowUs - 20_000, arrivedBytes, delayUs: 0 }, tenth < 10 ? 0 : heldBytes, 0);
    }
    return probe;
  };
  for (const kbps of [100, 200, 500]) {
    const probe = probed(16_000, kbps);
    assert.is(probe.hasShown(0.7 * kbps, 102.5 * S), false, 'it is not over');
    assert.is(probe.hasShown(0.7 * kbps, 103.1 * S), true, `${kbps} kbit/s`);
    assert.is(probe.hasShown(1.2 * kbps, 103.1 * S), false, `${kbps} kbit/s`);
  }
  assert.is(probed(16_000, 20).hasShown(1, 104 * S), false, 'it has not arrived');
  assert.is(probed(4_000, 20).hasShown(1000, 104 * S), true, 'it was too little to speak against anything');
  const reset = probed(16_000, 500);
  reset.reset(105 * S);
  assert.is(reset.hasShown(1, 106 * S), false);
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
