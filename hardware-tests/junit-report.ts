import type { TestResult } from './hardware-test.ts';
import { countOf } from './text-report.ts';

/** What the file says besides the results. */
export interface JunitOptions {
  readonly suite: string;
  readonly hostname: string;
  /** When the run began. */
  readonly date: Date;
  readonly properties?: Readonly<Record<string, string>>;
}

/**
 * The results in the XML that CI systems read, by the schema of Ant's JUnit task
 * (https://github.com/windyroad/JUnit-Schema).
 */
export function junitReport(results: readonly TestResult[], options: JunitOptions): string {
  const { failed, skipped } = countOf(results);
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0).toFixed(3);
  const counts = `tests="${results.length}" failures="${failed}" errors="0" skipped="${skipped}" time="${seconds}"`;
  const { suite, hostname, date, properties = {} } = options;
  const attributes = `name="${escaped(suite)}" ${counts} timestamp="${date.toISOString().slice(0, 19)}" hostname="${escaped(hostname)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite ${attributes}>`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([name, value]) => `      <property name="${escaped(name)}" value="${escaped(value)}"/>`,
    ),
    '    </properties>',
    ...results.map((result) => caseOf(result, suite)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseOf({ about, name, outcome, reason, notes, seconds }: TestResult, suite: string): string {
  const attributes = `classname="${escaped(`${suite}.${about}`)}" name="${escaped(name)}" time="${seconds.toFixed(3)}"`;
  const said = notes.length === 0 ? [] : [`      <system-out>${escaped(notes.join('\n'))}</system-out>`];
  const first = escaped(reason.split('\n', 1)[0] ?? '');
  const why =
    outcome === 'passed'
      ? []
      : outcome === 'skipped'
        ? [`      <skipped message="${escaped(reason)}"/>`]
        : [`      <failure message="${first}" type="failure">${escaped(reason)}</failure>`];
  if (said.length + why.length === 0) return `    <testcase ${attributes}/>`;
  return [`    <testcase ${attributes}>`, ...why, ...said, '    </testcase>'].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Also without what XML 1.0 has no way to write. */
function escaped(text: string): string {
  return text.replaceAll(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '').replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? '');
}
