/*
 * npm run emulate [-- OPTIONS] [FILTER…]: starts the image in QEMU and tries it, from outside and from inside. What was
 * built before with the same inputs is not built again.
 *
 *   --arch arm64|amd64   arm64 is what is shipped (the default), amd64 its twin
 *   --only NAME          a part of: boot, show, timing, self-test, power-cuts, lost-data, updates; may be given more than once
 *   --full               50 power cuts instead of 3, 20 instead of 2 while an update is installed, 5 starts each instead of 1,
 *                        data that is lost, and an update that cannot use the data partition
 *   --go-on              leaves out the parts that have passed here with the same inputs, --full or as asked for
 *   --seed N             the same random moments as in another run
 *   --dist FOLDER        somewhere else than dist/
 *
 * Leaves boot-report.json, emulation.xml (JUnit), emulation.md and a folder of pictures and logs in dist/.
 */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Ending } from '../hardware-tests/ending.ts';
import type { HardwareTest, TestResult } from '../hardware-tests/hardware-test.ts';
import { MainStation } from '../hardware-tests/main-station.ts';
import { runTests } from '../hardware-tests/run-tests.ts';
import { matching } from '../hardware-tests/self-test.ts';
import { countOf, resultText, summaryText } from '../hardware-tests/text-report.ts';
import { writeReports } from '../hardware-tests/write-reports.ts';
import { writeBootReport } from './emulate/boot-report.ts';
import { firstBootTests, journalTest } from './emulate/first-boot-tests.ts';
import { Lab } from './emulate/lab.ts';
import { lostDataTests } from './emulate/lost-data-tests.ts';
import { memoryTests } from './emulate/memory-tests.ts';
import { PassedParts } from './emulate/passed-parts.ts';
import { powerCutTests } from './emulate/power-cut-tests.ts';
import { seededRandom } from './emulate/seeded-random.ts';
import { selfTestTest } from './emulate/self-test-tests.ts';
import { showTests } from './emulate/show-tests.ts';
import { timingTests } from './emulate/timing-tests.ts';
import { updateTests } from './emulate/update-tests.ts';
import { epochOfInputs, hashOfInputs } from './inputs.ts';
import { ROOT } from './recipe.ts';
import { cacheFolder } from './step.ts';
import { makeSystem } from './system.ts';
import { openToolbox } from './toolbox.ts';

/** In this order: the shared machine has run for a while when its start is timed, and is on again for what follows. */
const PARTS = ['boot', 'show', 'timing', 'self-test', 'power-cuts', 'lost-data', 'updates'] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    arch: { type: 'string', default: 'arm64' },
    only: { type: 'string', multiple: true, default: [...PARTS] },
    full: { type: 'boolean', default: false },
    'go-on': { type: 'boolean', default: false },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    dist: { type: 'string', default: join(ROOT, 'dist') },
  },
});
if (values.arch !== 'arm64' && values.arch !== 'amd64') throw new Error('--arch is arm64 or amd64.');
const unknown = values.only.find((each) => !PARTS.some((part) => part === each));
if (unknown !== undefined) throw new Error(`--only is one of ${PARTS.join(', ')}, not ${unknown}.`);
const { arch, full } = values;

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const recipe = { arch, version, epoch: await epochOfInputs(), root: ROOT, dist: resolve(values.dist) } as const;
const toolbox = await openToolbox();
const system = await makeSystem(recipe, toolbox);
using ending = new Ending();
const { signal } = ending;
const date = new Date();
await using lab = new Lab(recipe, toolbox, system, signal);
await mkdir(lab.folder, { recursive: true });
const random = seededRandom(Number(values.seed));
console.log(`random moments: --seed ${values.seed}`);

const fromMachine: TestResult[] = [];
const onResult = (result: TestResult): void => console.log(resultText(result));
const parts: Readonly<Record<(typeof PARTS)[number], readonly HardwareTest[]>> = {
  boot: firstBootTests(lab),
  show: [...showTests(lab), ...memoryTests(lab), journalTest(lab)],
  'self-test': [
    selfTestTest(lab, (results) => {
      fromMachine.push(...results);
      results.forEach(onResult);
    }),
  ],
  timing: timingTests(lab, { rounds: full ? 5 : 1 }),
  'power-cuts': powerCutTests(lab, { count: full ? 50 : 3, random }),
  'lost-data': full ? lostDataTests(lab) : [],
  // The twin has no boot loader that could choose a system.
  updates: arch === 'arm64' ? updateTests(lab, { full, random }) : [],
};
const passedFolder = join(cacheFolder(), 'passed', `${await hashOfInputs()}-${arch}`);
const passedInFull = `${passedFolder}-full`;
const passed = full ? new PassedParts(passedInFull) : new PassedParts(passedFolder, [passedInFull]);
const results: TestResult[] = [];
for (const part of PARTS.filter((each) => values.only.includes(each))) {
  const before = values['go-on'] && positionals.length === 0 ? await passed.of(part) : undefined;
  if (before !== undefined) {
    console.log(`${part}: has passed before`);
    results.push(...before.results);
    Object.assign(lab.figures, before.figures);
    continue;
  }
  const tests = matching(parts[part], positionals);
  const own = await runTests(tests, { signal, mainStation: new MainStation(), onResult });
  const all = [...own, ...fromMachine.splice(0)];
  results.push(...all);
  if (positionals.length === 0 && !signal.aborted)
    await passed.keep(part, { results: all, figures: { ...lab.figures } });
}
console.log(summaryText(results));
await writeReports(results, {
  junit: join(recipe.dist, 'emulation.xml'),
  report: join(recipe.dist, 'emulation.md'),
  date,
  hostname: hostname(),
  hardware: async () => `# Emulation of ${version} for ${arch}\n`,
});
console.log(await writeBootReport(lab, results));
process.exitCode = countOf(results).failed > 0 || signal.aborted ? 1 : 0;
