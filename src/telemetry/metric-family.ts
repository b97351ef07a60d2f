/** A metric as Prometheus has it: one name, one meaning, a value for each set of labels. */
export interface MetricFamily {
  /** Base units, the unit in the name. */
  readonly name: string;
  /** One line for people. */
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** None: the metric is left out. */
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Of histograms: what stands behind the name. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
}
