import type { FetchRule } from './fetch-session.ts';

/** Downloads whose harmonic mean is taken for the link's throughput. */
const DOWNLOADS = 5;
const SAFETY = 0.9;

/** The highest rung that the last downloads' throughput carries; the lowest before there were any. */
export function throughputRule(ladder: readonly number[]): FetchRule {
  return {
    choose: ({ throughputs }) => {
      if (throughputs.length === 0) return 0;
      const kbps = harmonicMean(throughputs, DOWNLOADS) * SAFETY;
      return Math.max(
        0,
        ladder.findLastIndex((each) => each <= kbps),
      );
    },
  };
}

/** Of the last `count` values. */
export function harmonicMean(values: readonly number[], count: number): number {
  const from = Math.max(0, values.length - count);
  let sum = 0;
  for (let i = from; i < values.length; i += 1) sum += 1 / (values[i] as number);
  return (values.length - from) / sum;
}
