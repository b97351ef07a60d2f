import type { CounterSet } from '../core/counters.ts';
import type { FigureSample } from '../core/figures.ts';
import type { MetricFamily } from '../telemetry/metric-family.ts';
import { figureMetrics } from './figure-metrics.ts';
import { type GivenMetricsInput, givenMetrics } from './given-metrics.ts';
import { type StatsMetricsInput, statsMetrics } from './stats-metrics.ts';

export interface StationMetricsInput extends StatsMetricsInput, GivenMetricsInput {
  readonly figures: readonly FigureSample[];
  readonly counters: CounterSet;
}

/** Everything that is known of the station in numbers at this moment, for Prometheus. */
export function stationMetrics(input: StationMetricsInput): MetricFamily[] {
  return [...statsMetrics(input), ...figureMetrics(input.figures, input.counters), ...givenMetrics(input)];
}
