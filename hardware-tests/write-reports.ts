import { writeFile } from 'node:fs/promises';
import type { TestResult } from './hardware-test.ts';
import { junitReport } from './junit-report.ts';
import { summaryText } from './text-report.ts';

export interface ReportOptions {
  /** Files that were asked for. */
  readonly junit?: string | undefined;
  readonly report?: string | undefined;
  readonly date: Date;
  readonly hostname: string;
  /** As Markdown. */
  readonly hardware: () => Promise<string>;
}

/**
 * Makes the files that were asked for: what can't be written is to be known before the tests, not after half an hour.
 * @throws Error of the file system, with the file's name
 */
export async function beginReports({ junit, report }: Pick<ReportOptions, 'junit' | 'report'>): Promise<void> {
  for (const file of [junit, report]) if (file !== undefined) await writeFile(file, '');
}

/** Writes the results into the files that were asked for. */
export async function writeReports(results: readonly TestResult[], options: ReportOptions): Promise<void> {
  const { junit, report, hardware, ...rest } = options;
  if (junit !== undefined) await writeFile(junit, junitReport(results, { suite: 'pipit', ...rest }));
  if (report !== undefined) await writeFile(report, markdownReport(await hardware(), results));
}

/** What somebody pastes into a bug report: the machine, then what was tested. */
export function markdownReport(hardware: string, results: readonly TestResult[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', '<br>');
  const rows = results.map(({ about, name, outcome, reason, notes }) =>
    ['', outcome, about, cell(name), cell([reason, ...notes].filter(Boolean).join('\n')), ''].join(' | ').trim(),
  );
  return [
    hardware.trimEnd(),
    '',
    '## Tests',
    '',
    `${summaryText(results)}.`,
    '',
    '| outcome | about | test | said |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
