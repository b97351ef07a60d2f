import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PROFILE_CAPS, QUALITY_PROFILES, type QuickSyncSettings } from '../core/quick-sync-settings.ts';
import { type Rung, rungsOf } from '../core/rung.ts';
import { ListenerQuality } from './listener-quality.ts';
import { SimulatedLink } from './listener-quality-link.testing.ts';
import type { ListenerOrder, ListenerSight } from './listener-sight.ts';
import { DEFAULT_QUICK_SYNC } from './quick-sync.testing.ts';

const test = suite('listener quality, whatever comes');

const MAX_RISES_PER_MINUTE = 8;
const RUNGS = rungsOf('mp3');

/** One look, as what has changed since the one before. */
const step = fc.record({
  afterMs: fc.constantFrom(0, 1, 50, 100, 300, 1000, 5000, 120_000),
  sent: fc.nat({ max: 200_000 }),
  arrivedShare: fc.double({ min: 0, max: 1, noNaN: true }),
  isKnown: fc.boolean(),
  ageMs: fc.nat({ max: 1500 }),
  mediaMs: fc.nat({ max: 12_000 }),
  lagMs: fc.nat({ max: 20_000 }),
  isBlocked: fc.boolean(),
  boxKbps: fc.constantFrom(32, 64, 128, 256, 320, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
  isBoxCalm: fc.boolean(),
  rttMs: fc.option(fc.nat({ max: 2000 }), { nil: undefined }),
  minRttMs: fc.option(fc.nat({ max: 500 }), { nil: undefined }),
  lossShare: fc.option(fc.double({ min: 0, max: 0.05, noNaN: true }), { nil: undefined }),
  isReceiverLimited: fc.option(fc.boolean(), { nil: undefined }),
});

const settings: fc.Arbitrary<QuickSyncSettings> = fc
  .record({
    enabled: fc.boolean(),
    minKbps: fc.constantFrom(32, 64, 128, 500),
    maxKbps: fc.constantFrom(64, 128, 256, 320, 640),
    profile: fc.constantFrom(...QUALITY_PROFILES),
    smoothing: fc.constantFrom(0, 0.5, 0.8, 1),
    hysteresis: fc.constantFrom(0, 0.2, 1),
    burstAllowanceMs: fc.constantFrom(0, 100, 2000),
    bufferMinS: fc.constantFrom(0, 2, 10),
    bufferMaxS: fc.constantFrom(2, 10, 60),
    adaptationIntervalMs: fc.constantFrom(500, 2000, 10_000),
  })
  .map((some) => ({ ...DEFAULT_QUICK_SYNC, ...some }));

type StepOf = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Seen {
  readonly sight: ListenerSight;
  readonly order: ListenerOrder;
}

/** Lets it look at one after the other. */
function* follow(steps: readonly StepOf[], quality: ListenerQuality): Generator<Seen> {
  let nowUs = 1_000_000;
  let sentBytes = 0;
  let arrived = 0;
  let sentMediaUs = 0;
  for (const each of steps) {
    nowUs += each.afterMs * 1000;
    sentBytes += each.sent;
    arrived += Math.floor((sentBytes - arrived) * each.arrivedShare);
    sentMediaUs += each.mediaMs * 1000;
    const { isBlocked, boxKbps, isBoxCalm, rttMs, minRttMs, lossShare, isReceiverLimited } = each;
    const sight: ListenerSight = {
      nowUs,
      sentBytes,
      acknowledgedBytes: each.isKnown ? arrived : undefined,
      asOfUs: each.isKnown ? nowUs - each.ageMs * 1000 : undefined,
      sentMediaUs,
      lagUs: each.lagMs * 1000,
      isBlocked,
      rung: quality.rung,
      boxKbps,
      isBoxCalm,
      rttMs,
      minRttMs,
      lossShare,
      isReceiverLimited,
    };
    yield { sight, order: quality.tick(sight) };
  }
}

const listener = fc.record({
  settings,
  steps: fc.array(step, { minLength: 1, maxLength: 60 }),
  start: fc.nat({ max: RUNGS.length - 1 }),
  burstS: fc.constantFrom(0, 0.5, 2, 30),
  preferQuality: fc.boolean(),
});

test('the rung is one of those allowed, and never above a cap', () => {
  fc.assert(
    fc.property(listener, ({ settings, steps, start, burstS, preferQuality }) => {
      const startRung = RUNGS[start] as Rung;
      const quality = new ListenerQuality({ rungs: RUNGS, startRung, burstS, preferQuality }, settings);
      const lowestKbps = RUNGS[0]?.bitrateKbps ?? 0;
      for (const { sight, order } of follow(steps, quality)) {
        const capKbps = Math.min(settings.maxKbps, PROFILE_CAPS[settings.profile].maxKbps, sight.boxKbps);
        assert.ok(RUNGS.includes(order.rung));
        assert.is(order.rung, quality.rung);
        assert.ok(order.rung.bitrateKbps <= Math.max(capKbps, lowestKbps));
        if (order.rung === RUNGS.at(-1)) assert.is(order.hold, undefined);
        else assert.ok(order.hold !== undefined);
      }
    }),
    { numRuns: 300 },
  );
});

test('rises are by one rung, at least a dwell after any change, and so many a minute', () => {
  fc.assert(
    fc.property(listener, ({ settings, steps, start, burstS, preferQuality }) => {
      const startRung = RUNGS[start] as Rung;
      const quality = new ListenerQuality({ rungs: RUNGS, startRung, burstS, preferQuality }, settings);
      let at = start;
      let changedUs = Number.NEGATIVE_INFINITY;
      const rises: number[] = [];
      for (const { sight, order } of follow(steps, quality)) {
        const to = RUNGS.indexOf(order.rung);
        if (to > at && order.reason !== 'settings') {
          assert.is(to, at + 1);
          assert.ok(sight.nowUs - changedUs >= settings.adaptationIntervalMs * 1000);
          assert.ok(sight.isBoxCalm);
          rises.push(sight.nowUs);
          const within = rises.filter((riseUs) => riseUs > sight.nowUs - 60_000_000).length;
          assert.ok(within <= MAX_RISES_PER_MINUTE);
        }
        if (to !== at) changedUs = sight.nowUs;
        at = to;
      }
    }),
    { numRuns: 300 },
  );
});

test('every figure that it gives is one: no NaN, nothing below zero', () => {
  fc.assert(
    fc.property(listener, ({ settings, steps, start, burstS, preferQuality }) => {
      const startRung = RUNGS[start] as Rung;
      const quality = new ListenerQuality({ rungs: RUNGS, startRung, burstS, preferQuality }, settings);
      for (const { order } of follow(steps, quality)) {
        assert.ok(order.allowanceBytes >= 0);
        const { linkKbps = 0, shownKbps = 0, bufferS, stalls, stalledS } = quality.belief;
        for (const figure of [linkKbps, shownKbps, bufferS, stalls, stalledS]) {
          assert.ok(figure >= 0 && figure < Number.POSITIVE_INFINITY, `${JSON.stringify(quality.belief)}`);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a fall does not wait for the dwell: however late in it the link dies, the rung is the lowest soon after', () => {
  fc.assert(
    fc.property(fc.double({ min: 8, max: 40, noNaN: true }), (diesS) => {
      const link = new SimulatedLink({
        kbps: (atS) => (atS < diesS ? 5000 : 0),
        settings: { adaptationIntervalMs: 20_000 },
      }).run(diesS + 4);
      assert.is(link.kbps, 64);
    }),
    { numRuns: 30 },
  );
});

test('on any link that never carries less than 1.5 times the lowest rung, a buffer of ten seconds never runs dry', () => {
  const stretch = fc.record({ kbps: fc.integer({ min: 96, max: 1200 }), seconds: fc.integer({ min: 1, max: 20 }) });
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 1, maxLength: 20 }), (stretches) => {
      const seconds = stretches.flatMap((each) => new Array<number>(each.seconds).fill(each.kbps));
      const kbps = (atS: number): number => seconds[Math.floor(atS) % seconds.length] as number;
      const link = new SimulatedLink({ kbps, burstS: 10 }).run(180);
      assert.is(link.stalls, 0);
    }),
    { numRuns: 30 },
  );
});

test.run();
