import type { CounterSet } from '../core/counters.ts';
import { FIGURES, type FigureFacts, type FigureSample } from '../core/figures.ts';
import type { MetricFamily, MetricSample } from '../telemetry/metric-family.ts';

/** What all names begin with but those that were given from outside. */
export const PREFIX = 'pipit_';

/** The figures and the counters, each under its own name behind the prefix. */
export function figureMetrics(figures: readonly FigureSample[], counters: CounterSet): MetricFamily[] {
  const byName = Map.groupBy(figures, ({ name }) => name);
  const families: MetricFamily[] = [];
  for (const [name, { kind, help, label }] of Object.entries(FIGURES) as [string, FigureFacts][]) {
    const samples = (byName.get(name) ?? []).map(({ subject, value }): MetricSample => {
      return label === undefined ? { value } : { value, labels: { [label]: subject } };
    });
    families.push({ name: PREFIX + name, help, type: kind, samples });
  }
  for (const { name, help, value } of counters) {
    if (!Object.hasOwn(FIGURES, name))
      families.push({ name: PREFIX + name, help, type: 'counter', samples: [{ value }] });
  }
  return families;
}
