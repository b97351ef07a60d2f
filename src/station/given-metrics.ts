import type { CounterSet } from '../core/counters.ts';
import type { Codec } from '../core/rung.ts';
import { rungNamed } from '../core/rung.ts';
import type { MetricFamily, MetricSample } from '../telemetry/metric-family.ts';
import type { SessionBook } from '../telemetry/sessions/session-book.ts';
import { bestKbpsOf, qualityScore } from '../telemetry/sessions/session-report.ts';
import { PREFIX } from './figure-metrics.ts';

export interface GivenMetricsInput {
  readonly nowUs: number;
  readonly book: SessionBook;
  readonly counters: CounterSet;
  readonly sentBytesPerSecond: number | undefined;
}

const QUANTILES = [0.5, 0.95, 0.99];
/** Over so many sessions a score is taken; of more, evenly. */
const MOST_SCORED = 500;

/**
 * Metrics under names that were given from outside, and what they are made of in base units. Some of these names break
 * the conventions of Prometheus; docs/monitoring/README.md says which, and what each means. Response times of edges are
 * not among them: there are no edges.
 */
export function givenMetrics(input: GivenMetricsInput): MetricFamily[] {
  const { book, counters, sentBytesPerSecond, nowUs } = input;
  const values = counters.snapshot();
  const counted = (name: string): number => values[name] ?? 0;
  const adaptations = counted('listener_rung_switches_total') + counted('viewer_level_changes_total');
  const hits = counted('frame_cache_hits_total');
  const asks = hits + counted('frame_cache_misses_total');
  const latencies = book.latency.quantilesUs(nowUs, QUANTILES);
  const score = averageScore(book, nowUs);
  return [
    gauge(`${PREFIX}sessions_active`, 'Connections that listen or watch', one(book.liveCount)),
    gauge(`${PREFIX}quality_score_ratio`, SCORE_HELP, one(score)),
    latencyHistogram(book),
    gauge('streaming_session_count_active', 'Connections that listen or watch', one(book.liveCount)),
    {
      name: 'streaming_bitrate_adaptation_total',
      help: 'Changes of rung of listeners, and of level of viewers',
      type: 'counter',
      samples: one(adaptations),
    },
    {
      name: 'streaming_buffer_underrun_total',
      help: "Times that a listener's player ran dry, by what had arrived",
      type: 'counter',
      samples: one(counted('listener_stalls_total')),
    },
    gauge(
      'streaming_latency_percentile_ms',
      'From capture to the connection and what it is known to hold back, over the last minute',
      (latencies ?? []).map((us, i) => ({ value: us / 1000, labels: { quantile: String(QUANTILES[i]) } })),
    ),
    gauge('streaming_quality_score_average', SCORE_HELP, one(score)),
    gauge(
      'streaming_bandwidth_utilization_mbps',
      'Sound and pictures that leave, over the last seconds, Mbit/s',
      one(sentBytesPerSecond === undefined ? undefined : (sentBytesPerSecond * 8) / 1e6),
    ),
    gauge(
      'streaming_cache_hit_ratio',
      'Pictures asked for that cost no encoding, over all cameras since the start',
      one(asks === 0 ? undefined : hits / asks),
    ),
  ];
}

const SCORE_HELP =
  'Mean over those who listen: bitrate as part of the highest of its codec, times the part of the time without stops';

function averageScore(book: SessionBook, nowUs: number): number | undefined {
  let sum = 0;
  let scored = 0;
  for (const { subject, startedUs } of book.subjects(MOST_SCORED)) {
    const rung = rungNamed(subject.rung);
    const { findings } = subject;
    if (rung === undefined || findings === undefined) continue;
    const score = qualityScore({
      bitrateKbps: rung.bitrateKbps,
      bestKbps: bestKbpsOf(rung.codec as Codec),
      stalledSeconds: findings.stalledSeconds,
      seconds: (nowUs - startedUs) / 1e6,
    });
    if (score === null) continue;
    sum += score;
    scored += 1;
  }
  return scored === 0 ? undefined : sum / scored;
}

function latencyHistogram(book: SessionBook): MetricFamily {
  const { boundsSeconds, upTo, sumSeconds } = book.latency.histogram;
  const all = upTo.at(-1) ?? 0;
  const samples: MetricSample[] = upTo.map((value, i) => {
    return { value, suffix: '_bucket', labels: { le: i < boundsSeconds.length ? String(boundsSeconds[i]) : '+Inf' } };
  });
  samples.push({ value: sumSeconds, suffix: '_sum' }, { value: all, suffix: '_count' });
  return {
    name: `${PREFIX}delivery_latency_seconds`,
    help: 'From capture to the connection and what it is known to hold back; each session is sampled every five seconds',
    type: 'histogram',
    samples: all === 0 ? [] : samples,
  };
}

function gauge(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name, help, type: 'gauge', samples };
}

function one(value: number | undefined): MetricSample[] {
  return value === undefined ? [] : [{ value }];
}
