import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Link } from './link.ts';
import { DEFAULT_LIVE, KERNEL_BYTES, type Live } from './live.ts';
import { pipit } from './pipit.ts';
import { type PushPolicy, pushSession } from './push-session.ts';
import { syntheticTraces } from './synthetic-traces.ts';

const test = suite('push session');

const live: Live = { ...DEFAULT_LIVE, bufferS: 10, lengthS: 120 };

test('on a link of 100 kbit/s, 64 never stall', () => {
  const { stalls, skips, playedS, startUpS } = pushSession(steady(100), live, KERNEL_BYTES, fixed(0));
  assert.is(stalls, 0);
  assert.is(skips, 0);
  assert.ok(Math.abs(playedS + startUpS - 120) < 1e-6);
});

test('on a link of 100 kbit/s, 128 are silent for as long as the link needs more time for them than they last', () => {
  const kept = { ...live, maxLagS: Number.POSITIVE_INFINITY, lengthS: 1200 };
  const { stalledS, startUpS, skips } = pushSession(steady(100), kept, KERNEL_BYTES, fixed(1));
  assert.is(skips, 0);
  // Up to 2 s lie in hand at the end.
  assert.ok(Math.abs(stalledS / (1200 - startUpS) - (1 - 100 / 128)) < 0.003, String(stalledS));
});

test('sound that lags too far is skipped, and the listener goes on as far behind as it began', () => {
  const outage = [...stretches(60, 1000), ...stretches(30, 0), ...stretches(60, 1000)];
  const link = new Link('outage', outage, { lengthS: 120 });
  const { stalls, stalledS, skips, skippedS } = pushSession(link, live, 0, fixed(1));
  assert.is(stalls, 1);
  assert.ok(Math.abs(stalledS - 20) < 1, String(stalledS));
  assert.is(skips, 1);
  assert.ok(Math.abs(skippedS - 20) < 1.1, String(skippedS));
});

test('a server that may send nothing sends nothing', () => {
  const { sentBytes } = pushSession(steady(1000), live, KERNEL_BYTES, {
    look: () => ({ againS: 1, allowanceBytes: 0 }),
    rungAt: () => 0,
  });
  assert.is(sentBytes, 0);
});

test('a look shows what was acknowledged a round trip before', () => {
  const acknowledged: number[] = [];
  pushSession(new Link('slow', stretches(200, 80, 200), { lengthS: 120 }), live, KERNEL_BYTES, {
    look({ acknowledgedBytes }) {
      acknowledged.push(acknowledgedBytes);
      return { againS: 1, allowanceBytes: Number.POSITIVE_INFINITY };
    },
    rungAt: () => 0,
  });
  // 10 kB a second, as of 0.04 s before the look and 0.2 s before that.
  assert.ok(Math.abs((acknowledged[3] as number) - 27_600) < 1, String(acknowledged[3]));
});

test('no byte is lost, sent before its time, or carried by more than there is', () => {
  const traces = Object.values(syntheticTraces()).flatMap((each) => Object.values(each));
  const policies = [0, 1, 2, 3].map((rung) => (): PushPolicy => fixed(rung));
  fc.assert(
    fc.property(
      fc.constantFrom(...traces),
      fc.constantFrom(...policies, pipit, erratic),
      fc.constantFrom(0, 16_384, KERNEL_BYTES),
      fc.constantFrom(5, 10, 15),
      (trace, policy, kernelBytes, bufferS) => {
        const link = new Link('any', trace, { lengthS: 120 });
        const all = pushSession(link, { ...live, bufferS }, kernelBytes, policy({ ...live, bufferS }));
        assert.ok(Math.abs(all.sentBytes - all.queuedBytes - all.deliveredBytes) < 1e-3);
        assert.ok(all.deliveredBytes <= link.bytesUntil(120) + 1e-3);
        assert.ok(all.sentMediaS + all.skippedS <= 120 + bufferS + 1e-6);
        assert.ok(all.playedS <= all.receivedS + 1e-6);
        assert.ok(all.receivedS <= all.sentMediaS + 1e-6);
        assert.ok(Math.abs(all.playedS + all.stalledS + all.startUpS - 120) < 1e-6);
      },
    ),
    { numRuns: 60 },
  );
});

function fixed(rung: number): PushPolicy {
  return { rungAt: () => rung };
}

function erratic(): PushPolicy {
  let count = 0;
  return {
    look() {
      count += 1;
      return { againS: 0.1, allowanceBytes: count % 7 === 0 ? 4_000 : 700 };
    },
    rungAt: () => count % 4,
  };
}

function steady(kbps: number): Link {
  return new Link(`steady ${kbps}`, stretches(60, kbps), { lengthS: 1200 });
}

function stretches(seconds: number, bandwidth_kbps: number, latency_ms = 60) {
  return [{ duration_ms: seconds * 1000, bandwidth_kbps, latency_ms }];
}

test.run();
