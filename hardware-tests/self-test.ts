import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { allTests } from './all-tests.ts';
import { hardwareReport } from './hardware-report.ts';
import type { HardwareTest, TestResult } from './hardware-test.ts';
import { junitReport } from './junit-report.ts';
import { MainStation } from './main-station.ts';
import { runTests } from './run-tests.ts';
import { countOf, resultText, summaryText } from './text-report.ts';

export const SELF_TEST_USAGE = `Usage: pipit self-test [--list] [--junit FILE] [--report FILE] [FILTER...]

Tests this machine with Pipit on it, as root. Tests whose name contains a FILTER run, or all. Those that need what is not
there are skipped and say why. The station rests for as long as tests use its devices.

  --list          only say which tests there are, and what of them would be skipped
  --junit FILE    write the results as JUnit XML, too
  --report FILE   write a report of the hardware and the results as Markdown, to paste into a bug report
  --json          a line of JSON for each result instead of text
`;

/** @returns the exit code: 0 when nothing failed, 1 when something did, 2 when it was asked for in a wrong way */
export async function selfTest(args: readonly string[]): Promise<number> {
  let given: ReturnType<typeof parse>;
  try {
    given = parse(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${SELF_TEST_USAGE}`);
    return 2;
  }
  const { values, positionals } = given;
  if (values.help) {
    process.stdout.write(SELF_TEST_USAGE);
    return 0;
  }
  const tests = matching(allTests, positionals);
  if (values.list) return await list(tests);
  const ended = new AbortController();
  const end = (): void => ended.abort(new Error('the run was ended'));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, end);
  const date = new Date();
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const results = await runTests(tests, {
    signal: ended.signal,
    mainStation: new MainStation(),
    onResult: (result) => say(values.json ? JSON.stringify(result) : resultText(result)),
  });
  if (!values.json) say(summaryText(results));
  if (values.junit !== undefined) {
    const options = { suite: 'pipit', hostname: hostname(), date };
    await writeFile(values.junit, junitReport(results, options));
  }
  if (values.report !== undefined) await writeFile(values.report, await reportOf(results));
  return countOf(results).failed > 0 || ended.signal.aborted ? 1 : 0;
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      list: { type: 'boolean' },
      json: { type: 'boolean' },
      junit: { type: 'string' },
      report: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

/** Those whose subject or name has one of the filters in it. */
export function matching(tests: readonly HardwareTest[], filters: readonly string[]): HardwareTest[] {
  return tests.filter(
    ({ about, name }) => filters.length === 0 || filters.some((filter) => `${about}: ${name}`.includes(filter)),
  );
}

async function list(tests: readonly HardwareTest[]): Promise<number> {
  for (const { about, name, needs } of tests) {
    const missing: (string | undefined)[] = [];
    for (const need of needs) missing.push(await need.missing());
    const why = missing.find((each) => each !== undefined);
    process.stdout.write(`${about}: ${name}${why === undefined ? '' : ` [skipped: ${why}]`}\n`);
  }
  return 0;
}

async function reportOf(results: readonly TestResult[]): Promise<string> {
  const lines = results.map(({ about, name, outcome, reason }) => `| ${outcome} | ${about} | ${name} | ${reason} |`);
  return [
    await hardwareReport(),
    '## Tests',
    '',
    summaryText(results),
    '',
    '| outcome | about | test | why |',
    '| --- | --- | --- | --- |',
    ...lines.map((line) => line.replaceAll('\n', ' ')),
    '',
  ].join('\n');
}
