import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sessionReport } from './session-report.ts';

const test = suite('session-report');

const FACTS = {
  kind: 'listener' as const,
  codec: 'mp3',
  startedMs: 1_000_000,
  bitrateKbpsMean: 160,
  adaptations: 2,
  underruns: 1,
  stalledSeconds: 6,
  skippedUnits: 4,
  latencyMsMean: 140.5,
  linkKbps: 200,
  bytes: 1_200_000,
};

test('it tells what a session came to', () => {
  assert.equal(sessionReport(FACTS, 1_060_000), {
    session_duration_minutes: 1,
    average_bitrate_kbps: 160,
    quality_adaptations: 2,
    buffer_underruns: 1,
    stalled_seconds: 6,
    skipped_units: 4,
    average_latency_ms: 140.5,
    bandwidth_efficiency: 0.8,
    quality_score: 0.45,
    bytes_sent: 1_200_000,
  });
});

test('a link that carries more than the best rung is no reason to call the best wasteful', () => {
  assert.is(sessionReport({ ...FACTS, bitrateKbpsMean: 320, linkKbps: 90_000 }, 1_060_000).bandwidth_efficiency, 1);
});

test('what nobody has measured stays null', () => {
  const unknown = { ...FACTS, underruns: null, stalledSeconds: null, latencyMsMean: null, linkKbps: null };
  const report = sessionReport(unknown, 1_060_000);
  assert.equal(
    [report.buffer_underruns, report.average_latency_ms, report.bandwidth_efficiency, report.quality_score],
    [null, null, null, null],
  );
  assert.is(sessionReport({ ...FACTS, kind: 'viewer', codec: 'jpeg' }, 1_060_000).quality_score, null);
});

test('sound without loss that never stopped is the best there is', () => {
  const flac = { ...FACTS, codec: 'flac', bitrateKbpsMean: 700, stalledSeconds: 0, linkKbps: 1_400 };
  const { quality_score, bandwidth_efficiency } = sessionReport(flac, 1_060_000);
  assert.equal([quality_score, bandwidth_efficiency], [1, 0.5]);
});

test('a session of no time has no score', () => {
  assert.is(sessionReport(FACTS, FACTS.startedMs).quality_score, null);
});

test.run();
