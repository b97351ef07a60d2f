import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { allTests } from './all-tests.ts';
import { Ending } from './ending.ts';
import { hardwareReport } from './hardware-report.ts';
import type { HardwareTest } from './hardware-test.ts';
import { MainStation } from './main-station.ts';
import { onlyRun } from './only-run.ts';
import { runTests } from './run-tests.ts';
import { countOf, resultText, summaryText } from './text-report.ts';
import { beginReports, writeReports } from './write-reports.ts';

export const SELF_TEST_USAGE = `Usage: pipit self-test [--junit FILE] [--report FILE] [FILTER...]
       pipit self-test --list | --hardware

Tests this machine with Pipit on it, as root. Tests that have a FILTER in their name run, or all. Those that need what is not
there are skipped and say why. The station rests while a test would be in its way.

  --junit FILE    write the results as JUnit XML, too
  --report FILE   write a report of the hardware and the results as Markdown, to paste into a bug report
  --json          a line of JSON for each result instead of text
  --list          only say which tests there are, and which would be skipped
  --hardware      only print the report of the hardware
`;

/** @returns the exit code: 0 when nothing failed, 1 when something did, 2 when it was asked for in a wrong way */
export async function selfTest(args: readonly string[]): Promise<number> {
  let given: ReturnType<typeof parse>;
  try {
    given = parse(args);
  } catch (error) {
    return refused(`${(error as Error).message}\n\n${SELF_TEST_USAGE}`.trim());
  }
  const { values, positionals } = given;
  const tests = matching(allTests, positionals);
  if (values.help) print(SELF_TEST_USAGE);
  else if (values.hardware) print(await hardwareReport());
  else if (tests.length === 0) return refused(`No test has ${positionals.join(' or ')} in its name.`);
  else if (values.list) await list(tests);
  else return await runAll(tests, values);
  return 0;
}

async function runAll(tests: readonly HardwareTest[], values: ReturnType<typeof parse>['values']): Promise<number> {
  const date = new Date();
  await using run = await onlyRun();
  if (run === undefined) return refused('Another self-test runs on this machine.');
  try {
    await beginReports(values);
  } catch (error) {
    return refused((error as Error).message);
  }
  using ending = new Ending();
  const { signal } = ending;
  const results = await runTests(tests, {
    signal,
    mainStation: new MainStation(),
    onResult: (result) => print(`${values.json ? JSON.stringify(result) : resultText(result)}\n`),
  });
  if (!values.json) print(`${summaryText(results)}\n`);
  await writeReports(results, { ...values, date, hostname: hostname(), hardware: hardwareReport });
  return countOf(results).failed > 0 || signal.aborted ? 1 : 0;
}

/** Those whose subject or name has one of the filters in it. */
export function matching(tests: readonly HardwareTest[], filters: readonly string[]): HardwareTest[] {
  return tests.filter(
    ({ about, name }) => filters.length === 0 || filters.some((filter) => `${about}: ${name}`.includes(filter)),
  );
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      list: { type: 'boolean' },
      hardware: { type: 'boolean' },
      json: { type: 'boolean' },
      junit: { type: 'string' },
      report: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

async function list(tests: readonly HardwareTest[]): Promise<void> {
  for (const { about, name, needs } of tests) {
    const missing = await Promise.all(needs.map((need) => need.missing()));
    const why = missing.find((each) => each !== undefined);
    print(`${about}: ${name}${why === undefined ? '' : ` [would be skipped: ${why}]`}\n`);
  }
}

/** It was asked for in a wrong way. */
export function refused(why: string): number {
  process.stderr.write(`${why}\n`);
  return 2;
}

function print(text: string): void {
  process.stdout.write(text);
}
