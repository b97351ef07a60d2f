import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TestResult } from './hardware-test.ts';
import { junitReport } from './junit-report.ts';
import { markdownReport } from './write-reports.ts';

const test = suite('reports');

const base = { about: 'sound', notes: [], seconds: 1.5, reason: '' } as const;
const RESULTS: readonly TestResult[] = [
  { ...base, name: 'a tone is heard', outcome: 'passed', notes: ['60 dB & more'] },
  { ...base, name: 'a "card" <is> busy', outcome: 'failed', reason: 'no\u0007\nbecause' },
  { ...base, name: 'a radio is there', outcome: 'skipped', reason: 'there is none', seconds: 0 },
];
const OPTIONS = { suite: 'pipit', hostname: 'pipit.local', date: new Date('2026-02-03T04:05:06Z') };

test('what was skipped is skipped in the XML, with the reason, and does not count as passed', () => {
  const xml = junitReport(RESULTS, OPTIONS);
  assert.match(xml, 'tests="3" failures="1" errors="0" skipped="1" time="3.000"');
  assert.match(xml, '<skipped message="there is none"/>');
  assert.match(xml, 'timestamp="2026-02-03T04:05:06" hostname="pipit.local"');
});

test('whatever a test says leaves the XML well-formed', () => {
  const xml = junitReport(RESULTS, OPTIONS);
  assert.match(xml, 'name="a &quot;card&quot; &lt;is&gt; busy"');
  assert.match(xml, '<failure message="no" type="failure">no\nbecause</failure>');
  assert.match(xml, '<system-out>60 dB &amp; more</system-out>');
  assert.not(xml.includes(String.fromCharCode(7)));
});

test('the report to paste has a row for each test', () => {
  const text = markdownReport('## Hardware\n', RESULTS);
  assert.match(text, '1 passed, 1 failed, 1 skipped.');
  assert.match(text, '| skipped | sound | a radio is there | there is none |');
});

test.run();
