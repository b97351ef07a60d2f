import type { Metric } from 'prom-client';
import type { MetricFamily } from './metric-family.ts';

/** The `Content-Type` of the text (Prometheus, exposition formats, text-based format). */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Metrics as Prometheus reads them. What writes them is loaded when first needed, for most boxes are never asked; and of
 * its package the registry alone, for the rest (OpenTelemetry, a push gateway) would take 9 MB.
 */
export async function prometheusText(families: readonly MetricFamily[]): Promise<string> {
  const { default: Registry } = await import('prom-client/lib/registry.js');
  const registry = new Registry();
  for (const family of families) {
    if (family.samples.length > 0) registry.registerMetric(metricOf(family));
  }
  return registry.metrics();
}

/** All that the registry asks of a metric; its own kinds count for themselves, and here everything is counted already. */
function metricOf({ name, help, type, samples }: MetricFamily): Metric {
  const values = samples.map(({ value, labels = {}, suffix }) => ({
    value,
    labels,
    ...(suffix === undefined ? {} : { metricName: `${name}${suffix}` }),
  }));
  return { name, help, type, get: async () => ({ name, help, type, values, aggregator: 'sum' }) } as unknown as Metric;
}
