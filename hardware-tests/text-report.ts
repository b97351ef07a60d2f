import type { TestResult } from './hardware-test.ts';

const MARKS = { passed: 'ok  ', failed: 'FAIL', skipped: 'skip' } as const;

/** A result as a line, with what was measured below. */
export function resultText({ about, name, outcome, reason, notes, seconds }: TestResult): string {
  const why = reason === '' ? [] : [reason];
  const first = `${MARKS[outcome]} ${about}: ${name}${outcome === 'skipped' ? '' : ` (${seconds.toFixed(1)} s)`}`;
  return [first, ...[...notes, ...why].map((line) => `       ${line.replaceAll('\n', '\n       ')}`)].join('\n');
}

/** How it went, in one line. */
export function summaryText(results: readonly TestResult[]): string {
  const { passed, failed, skipped } = countOf(results);
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

export function countOf(results: readonly TestResult[]): {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
} {
  const of = (outcome: TestResult['outcome']): number => results.filter((each) => each.outcome === outcome).length;
  return { passed: of('passed'), failed: of('failed'), skipped: of('skipped') };
}
