import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HardwareTest, TestResult } from '../../hardware-tests/hardware-test.ts';
import { isWholeRun, resultOf } from '../../hardware-tests/json-results.ts';
import type { Lab } from './lab.ts';

const LIMIT_MS = 3_000_000;
/** What the tests from outside have plugged in would be taken for somebody's. */
const UNPLUG = `if [ -e /sys/module/snd_aloop ]; then
  systemctl stop tone.service pipit.service; modprobe -r snd-aloop vivid; systemctl start pipit.service; fi`;

/**
 * `pipit self-test` in the machine, as on a Pi.
 * @param onResults what the tests there came to: they count as their own
 */
export function selfTestTest(lab: Lab, onResults: (results: readonly TestResult[]) => void): HardwareTest {
  return {
    about: 'self-test',
    name: `pipit self-test has nothing to complain of in the machine (${lab.recipe.arch})`,
    needs: [],
    limitMs: LIMIT_MS,
    async run(bench) {
      const machine = await lab.running();
      await machine.shell.exec(UNPLUG);
      const { stdout, stderr, code } = await machine.shell.exec('pipit self-test --json --report /run/report.md', {
        limitMs: LIMIT_MS,
      });
      const results = stdout.split('\n').flatMap((line) => resultOf(line) ?? []);
      onResults(results.map((result) => ({ ...result, about: `${lab.recipe.arch}: ${result.about}` })));
      await writeFile(join(lab.folder, 'hardware.md'), (await machine.shell.exec('cat /run/report.md')).stdout);
      bench.note(`${results.length} tests`);
      if (!isWholeRun(results, code)) throw new Error(`it ended with ${code}: ${stderr || stdout}`);
    },
  };
}
