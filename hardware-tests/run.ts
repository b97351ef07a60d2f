import { parseArgs } from 'node:util';
import { Ending } from './ending.ts';
import type { TestResult } from './hardware-test.ts';
import { MainStation } from './main-station.ts';
import { hardwareReportOf, selfTestOn } from './on-host.ts';
import { outsideTests } from './outside-tests.ts';
import { runTests } from './run-tests.ts';
import { matching, refused, SELF_TEST_USAGE, selfTest } from './self-test.ts';
import { countOf, resultText, summaryText } from './text-report.ts';
import { beginReports, writeReports } from './write-reports.ts';

const HOST_USAGE = `Usage: npm run hardware-tests -- [--host NAME] [OPTIONS] [FILTER…]

Without --host it is \`pipit self-test\` on this machine. With it, the station there is heard and seen over the network, and
\`pipit self-test\` is run there through SSH: that takes a key which root of that machine knows (ssh_key in pipit.txt).

  --host NAME     pipit.local, or an address
  --port N        of its page, 8001
  --ssh-port N    22
  --identity FILE the key
  --user NAME     root; any other must be allowed to sudo
  --junit FILE, --report FILE as in pipit self-test
`;

const args = process.argv.slice(2);
process.exitCode = args.some((arg) => arg.startsWith('--host')) ? await runOnHost(args) : await selfTest(args);

function parse(given: readonly string[]) {
  return parseArgs({
    args: [...given],
    allowPositionals: true,
    options: {
      host: { type: 'string', default: 'pipit.local' },
      port: { type: 'string', default: '8001' },
      'ssh-port': { type: 'string', default: '22' },
      identity: { type: 'string' },
      user: { type: 'string', default: 'root' },
      junit: { type: 'string' },
      report: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

async function runOnHost(asked: readonly string[]): Promise<number> {
  let given: ReturnType<typeof parse>;
  try {
    given = parse(asked);
    if (!given.values.help) await beginReports(given.values);
  } catch (error) {
    return refused(`${(error as Error).message}\n\n${HOST_USAGE}`.trim());
  }
  const { values, positionals } = given;
  if (values.help) {
    console.log(`${HOST_USAGE}\n${SELF_TEST_USAGE}`.trim());
    return 0;
  }
  const identity = values.identity === undefined ? [] : ['-i', values.identity];
  const host = { name: values.host, user: values.user, sshOptions: ['-p', values['ssh-port'], ...identity] };
  using ending = new Ending();
  const { signal } = ending;
  const date = new Date();
  const onResult = (result: TestResult): void => console.log(resultText(result));
  const outside = matching(outsideTests(values.host, Number(values.port)), positionals);
  const results = await runTests(outside, { signal, mainStation: new MainStation(), onResult });
  const there = await selfTestOn(host, positionals, onResult, signal);
  results.push(...there.results);
  if (there.trouble !== '') {
    // Without SSH the rest was not tested: that is said, and is no success.
    const nothing: TestResult = {
      about: 'self-test',
      name: `pipit self-test on ${values.host}`,
      outcome: there.results.length === 0 ? 'skipped' : 'failed',
      reason: there.trouble,
      notes: [],
      seconds: 0,
    };
    results.push(nothing);
    onResult(nothing);
  }
  console.log(summaryText(results));
  await writeReports(results, {
    ...values,
    date,
    hostname: values.host,
    hardware: () => hardwareReportOf(host, signal),
  });
  return countOf(results).failed > 0 || signal.aborted ? 1 : 0;
}
