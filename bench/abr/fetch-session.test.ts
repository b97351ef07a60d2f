import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchSession } from './fetch-session.ts';
import { Link } from './link.ts';
import { DEFAULT_LIVE, type Live } from './live.ts';

const test = suite('fetch session');

const live: Live = { ...DEFAULT_LIVE, bufferS: 10, lengthS: 600 };

test('each segment costs its bytes and a round trip, and its throughput is without that', () => {
  const seen: number[] = [];
  const { startUpS } = fetchSession(steady(128, 100), live, {
    choose: ({ nowS, throughputs }) => {
      if (throughputs.length === 3) seen.push(nowS, throughputs[2] as number);
      return 0;
    },
  });
  assert.ok(Math.abs((seen[0] as number) - 1.8) < 1e-9);
  assert.ok(Math.abs((seen[1] as number) - 128) < 1e-6);
  assert.ok(Math.abs(startUpS - 1.2) < 1e-9);
});

test('no segment is asked for before all of it is there', () => {
  fetchSession(steady(5000, 20), live, {
    choose: ({ nowS, segment }) => {
      assert.ok(segment + 1 <= nowS + 10 + 1e-9);
      return 3;
    },
  });
});

test('on a link of 100 kbit/s, 64 never stall and 128 do so for as long as they need more time than they last', () => {
  const low = fetchSession(steady(100, 0), live, { choose: () => 0 });
  assert.is(low.stalls, 0);
  const kept = { ...live, maxLagS: Number.POSITIVE_INFINITY };
  const high = fetchSession(steady(100, 0), kept, { choose: () => 1 });
  assert.ok(Math.abs(high.stalledS / (600 - high.startUpS) - (1 - 100 / 128)) < 0.005, String(high.stalledS));
  assert.is(fetchSession(steady(100, 0), live, { choose: () => 1 }).skips > 0, true);
});

function steady(bandwidth_kbps: number, latency_ms: number): Link {
  return new Link('steady', [{ duration_ms: 1000, bandwidth_kbps, latency_ms }], { lengthS: 600 });
}

test.run();
