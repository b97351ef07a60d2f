import type { TestResult } from './hardware-test.ts';

/** A line of `pipit self-test --json`. Undefined for another, or the beginning of one where the connection was lost. */
export function resultOf(line: string): TestResult | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as TestResult;
  } catch {
    return undefined;
  }
}

/**
 * Whether it came to its end.
 * @param code it ended with: 1 when a test has failed, and also when it broke off
 */
export function isWholeRun(results: readonly TestResult[], code: number): boolean {
  const hasFailed = results.some(({ outcome }) => outcome === 'failed');
  return results.length > 0 && (code === 0 || (code === 1 && hasFailed));
}
