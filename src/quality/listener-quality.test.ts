import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Rung, rungsOf } from '../core/rung.ts';
import { SimulatedLink } from './listener-quality-link.testing.ts';

const test = suite('listener quality');

const LAN = (): number => 100_000;
/** So much until `fromS`, then `kbps` until `toS`, then as before. */
function dip(fromS: number, toS: number, kbps: number, otherwise = 5000): (atS: number) => number {
  return (atS) => (atS >= fromS && atS < toS ? kbps : otherwise);
}
const rates = (link: SimulatedLink): number[] => link.moves.map(({ to }) => to);

test('on a LAN it is at the top within a few seconds, one rung at a time, and stays there for ten minutes', () => {
  for (const burstS of [2, 10]) {
    const link = new SimulatedLink({ kbps: LAN, burstS }).run(600);
    assert.equal(rates(link), [256, 320]);
    assert.ok((link.moves[1]?.atS ?? 99) < 7);
    assert.ok(link.moves.every(({ reason }) => reason === 'headroom'));
    assert.is(link.stalls, 0);
    assert.is(link.order?.hold, undefined);
  }
});

test('a steady link comfortably above the top rung: not one switch after the start', () => {
  for (const kbps of [400, 1000]) {
    for (const burstS of [2, 10]) {
      const link = new SimulatedLink({ kbps: () => kbps, burstS }).run(600);
      assert.is(link.kbps, 320);
      assert.is(link.movesIn(30, 600).length, 0, `${kbps} kbit/s, burst ${burstS} s`);
      assert.is(link.stalls, 0);
    }
  }
});

test('a steady link between two rungs: the lower one, found out by probes, and not one stall or trial', () => {
  for (const [kbps, rung] of [
    [100, 64],
    [200, 128],
    [290, 256],
  ] as const) {
    for (const burstS of [2, 5, 10]) {
      const link = new SimulatedLink({ kbps: () => kbps, burstS }).run(600);
      const label = `${kbps} kbit/s, burst ${burstS} s`;
      assert.is(link.kbps, rung, label);
      assert.is(link.stalls, 0, label);
      assert.equal(link.movesIn(20, 600), [], label);
      assert.ok(
        link.looks.some(({ order }) => order.allowanceBytes === 0),
        `${label}: sound was held back`,
      );
      const lowest = Math.min(...link.looks.filter(({ atS }) => atS > 20).map(({ bufferS }) => bufferS));
      assert.ok(lowest > 0.4 * burstS, `${label}: the player noticed nothing: ${lowest} s`);
    }
  }
});

test('the few packets that a router lets through at once after a pause do not deceive a probe', () => {
  for (const kbps of [100, 200]) {
    for (const bucketBytes of [2_000, 3_000, 4_000]) {
      const link = new SimulatedLink({ kbps: () => kbps, bucketBytes, chunkS: 0.1 }).run(600);
      assert.equal(link.movesIn(2, 600), [], `${kbps} kbit/s, ${bucketBytes} bytes`);
    }
  }
});

test('where there is too little in hand for a probe, trials are rare', () => {
  const link = new SimulatedLink({ kbps: () => 200, burstS: 0.5 }).run(600);
  const tried = link.moves.filter(({ to }) => to === 256).length;
  assert.ok(tried > 0 && tried <= 4, `${tried}`);
});

test('a fall comes at once, may skip rungs, and there is no stall where the buffer bears it', () => {
  const link = new SimulatedLink({ kbps: dip(60, 120, 150), burstS: 5 }).run(120);
  const [fall] = link.movesIn(60, 120);
  assert.ok(fall !== undefined && fall.atS < 64 && fall.to <= 128, JSON.stringify(fall));
  assert.is(fall?.reason, 'link');
  assert.is(link.stalls, 0);
});

test('a full buffer bears a rung above what the link carries, for a while', () => {
  const link = new SimulatedLink({ kbps: dip(60, 64, 150), burstS: 10 }).run(100);
  assert.equal(link.movesIn(60, 100), []);
  assert.is(link.stalls, 0);
});

test('a blip of a second costs a player with ten seconds in hand nothing, one with two a few seconds of quality', () => {
  const kbps = dip(60, 61, 0, 2000);
  const full = new SimulatedLink({ kbps, burstS: 10 }).run(120);
  assert.is(full.movesIn(30, 120).length, 0);
  const small = new SimulatedLink({ kbps, burstS: 2 }).run(72);
  assert.is(small.kbps, 320);
  assert.is(full.stalls + small.stalls, 0);
});

test('after an isolated dip it is back at the top within twenty seconds', () => {
  for (const burstS of [2, 5, 10]) {
    const link = new SimulatedLink({ kbps: dip(60, 68, 0), burstS }).run(88);
    assert.ok(Math.min(...rates(link)) === 64);
    assert.is(link.kbps, 320, `burst ${burstS} s`);
  }
});

test('dips that come again and again do not keep it low in between', () => {
  for (const burstS of [2, 5, 10]) {
    const link = new SimulatedLink({ kbps: (atS) => (atS % 20 < 17 ? 1000 : 20), burstS }).run(600);
    assert.ok(link.movesIn(400, 600).filter(({ to }) => to === 320).length >= 6, `burst ${burstS} s`);
  }
});

test('a link that has become good is used although trials have failed on it', () => {
  const link = new SimulatedLink({ kbps: (atS) => (atS < 110 ? 100 : 5000) }).run(135);
  assert.is(link.kbps, 320);
});

test('in an outage it is on the lowest rung, and the way out is not throttled', () => {
  const link = new SimulatedLink({ kbps: dip(60, 68, 0), burstS: 10 }).run(72);
  assert.ok(link.movesIn(60, 68).some(({ reason, to }) => reason === 'outage' && to === 64));
  assert.ok(link.bufferS > 9, `four seconds later its buffer is full again: ${link.bufferS}`);
  assert.is(link.stalls, 0);
});

test('a player that is paused for minutes gets the lowest rung, and is back quickly when it goes on', () => {
  for (const isTold of [false, true]) {
    const facts = (atS: number) => (isTold ? { isReceiverLimited: atS > 60 && atS < 240 } : {});
    const link = new SimulatedLink({ kbps: LAN, pause: [60, 240], facts }).run(240);
    assert.is(link.kbps, 64);
    assert.is(link.order?.reason === 'outage' || link.order?.reason === 'buffer', true);
    assert.is(link.quality.belief.stalls, isTold ? 0 : 1);
    link.run(256);
    assert.is(link.kbps, 320, `it is ${isTold ? '' : 'not '}known to be its player`);
  }
});

test('what the box does not let it have says nothing about the next rung', () => {
  const low = rungsOf('mp3')[0] as Rung;
  const link = new SimulatedLink({ kbps: LAN, facts: () => ({ rung: low }) }).run(30);
  assert.equal(rates(link), []);
  assert.is(link.order?.hold, 'box');
});

test('from 5 to 0.2 to 5 Mbit/s: no stall, and back at the top', () => {
  for (const burstS of [2, 5, 10]) {
    const link = new SimulatedLink({ kbps: dip(60, 120, 200), burstS }).run(240);
    const label = `burst ${burstS} s`;
    assert.is(link.stalls, 0, label);
    assert.is(link.kbps, 320);
    assert.ok(link.movesIn(60, 240).length <= 6, label);
    const backS = link.movesIn(120, 240).find(({ to }) => to === 320)?.atS ?? 240;
    assert.ok(backS < 135, `${label}: ${backS} s`);
  }
});

test('it is said when the lowest rung is more than the link carries', () => {
  const link = new SimulatedLink({ kbps: dip(30, 60, 40) }).run(29);
  assert.is(link.order?.isBelowLowest, false);
  link.run(50);
  assert.is(link.order?.isBelowLowest, true);
  assert.is(link.kbps, 64);
  link.run(90);
  assert.is(link.order?.isBelowLowest, false);
});

test('a small player with a constant backlog keeps its rung, and is given no higher one', () => {
  for (const playerBytes of [8_000, 16_000]) {
    const link = new SimulatedLink({ kbps: LAN, playerBytes, burstS: 10 }).run(120);
    assert.equal(rates(link), []);
    assert.is(link.stalls, 0);
  }
  const facts = () => ({ isReceiverLimited: true });
  const link = new SimulatedLink({ kbps: LAN, playerBytes: 16_000, facts }).run(120);
  assert.equal(rates(link), []);
  assert.is(link.order?.hold, 'receiver');
  assert.is(link.order?.isAlert, false);
});

test('a router that lets much through at once deceives it ever more seldom', () => {
  const link = new SimulatedLink({ kbps: () => 200, bucketBytes: 32_000 }).run(600);
  assert.is(link.stalls, 0);
  assert.ok(link.movesIn(0, 150).length > link.movesIn(450, 600).length);
  assert.ok(link.movesIn(300, 600).length <= 8);
});

test('a long way is no backlog', () => {
  const link = new SimulatedLink({ kbps: () => 2000, rttS: 0.6, burstS: 10 }).run(60);
  assert.is(link.kbps, 320);
  assert.is(link.order?.isAlert, false);
});

test('a look that is old when it is taken tells what was then: nobody is alarmed by what was sent since', () => {
  for (const calmAgeS of [0.3, 0.95]) {
    const link = new SimulatedLink({ kbps: LAN, calmAgeS }).run(120);
    assert.equal(rates(link), [256, 320]);
    assert.ok(link.looks.filter(({ atS }) => atS > 20).every(({ order }) => !order.isAlert));
  }
});

test('looks that are three times rarer, and chunks of two seconds, change little', () => {
  const rare = new SimulatedLink({ kbps: dip(60, 120, 150), burstS: 10, alertS: 0.3 }).run(150);
  assert.is(rare.stalls, 0);
  assert.is(rare.kbps, 320);
  const coarse = new SimulatedLink({ kbps: dip(60, 120, 200), burstS: 4, chunkS: 2 }).run(150);
  assert.is(coarse.stalls, 0);
  assert.is(coarse.kbps, 320);
});

test('where nobody knows what arrives it climbs by trials, and falls when the connection takes nothing', () => {
  const link = new SimulatedLink({ kbps: dip(60, 90, 40), areArrivalsKnown: false, burstS: 10 }).run(59);
  assert.is(link.kbps, 320);
  assert.ok(link.moves.every(({ reason }) => reason === 'trial'));
  link.run(90);
  assert.is(link.kbps, 64);
});

test('while the box has no air nobody rises; its cap counts at once', () => {
  const noAir = new SimulatedLink({ kbps: LAN, facts: () => ({ isBoxCalm: false }) }).run(30);
  assert.equal(rates(noAir), []);
  assert.is(noAir.order?.hold, 'box');
  const capped = new SimulatedLink({ kbps: LAN, facts: (atS) => ({ boxKbps: atS > 30 ? 128 : 1000 }) }).run(32);
  assert.is(capped.moves.at(-1)?.reason, 'box');
  assert.is(capped.kbps, 128);
  assert.is(capped.order?.hold, 'box');
});

test('loss and a round trip that has become long stop a rise', () => {
  const lossy = new SimulatedLink({ kbps: LAN, facts: () => ({ lossShare: 0.05 }) }).run(30);
  assert.is(lossy.order?.hold, 'loss');
  const slow = new SimulatedLink({ kbps: LAN, facts: () => ({ rttMs: 400, minRttMs: 20 }) }).run(30);
  assert.is(slow.order?.hold, 'latency');
  assert.equal([...rates(lossy), ...rates(slow)], []);
});

test('the settings bound it: most, least, profile, and whether it moves at all', () => {
  assert.is(new SimulatedLink({ kbps: LAN, settings: { maxKbps: 256 } }).run(30).kbps, 256);
  const profile = new SimulatedLink({ kbps: LAN, startKbps: 256, settings: { profile: 'mobile_data' } }).run(30);
  assert.is(profile.kbps, 128);
  assert.is(profile.order?.hold, 'limit');
  assert.is(profile.moves[0]?.reason, 'settings');
  assert.is(new SimulatedLink({ kbps: () => 40, settings: { minKbps: 128 } }).run(30).kbps, 128);
  const off = new SimulatedLink({ kbps: () => 40, settings: { enabled: false } }).run(30);
  assert.equal(rates(off), []);
  assert.is(off.order?.allowanceBytes, Number.POSITIVE_INFINITY);
});

test('whoever prefers quality is content with less spare', () => {
  const rungOf = (preferQuality: boolean): number =>
    new SimulatedLink({ kbps: () => 350, burstS: 10, preferQuality }).run(60).kbps;
  assert.is(rungOf(true), 320);
  assert.is(rungOf(false), 256);
});

test('what it believes of a buffer is about what is in it', () => {
  const link = new SimulatedLink({ kbps: dip(60, 90, 100), burstS: 10 });
  for (let atS = 5; atS < 200; atS += 1) {
    link.run(atS);
    const { bufferS } = link.quality.belief;
    assert.ok(Math.abs(bufferS - link.bufferS) < 1.2, `${atS} s: ${bufferS}, really ${link.bufferS}`);
  }
  const stalling = new SimulatedLink({ kbps: dip(60, 80, 0) }).run(120);
  assert.is(stalling.quality.belief.stalls, 1);
  assert.ok(Math.abs(stalling.quality.belief.stalledS - stalling.stalledS) < 1);
});

test('while it is calm the order is the same object', () => {
  const link = new SimulatedLink({ kbps: LAN }).run(300);
  const orders = new Set(link.looks.filter(({ atS }) => atS > 20).map(({ order }) => order));
  assert.is(orders.size, 1);
  const looks = link.looks.filter(({ atS }) => atS > 20).length;
  assert.ok(looks < 300, `one look a second: ${looks}`);
});

test.run();
