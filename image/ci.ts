/*
 * node image/ci.ts: builds the image and tries all of it, when what it is made of is not what passed before, or when
 * PIPIT_CI=full asks for it. What passed is known by the hash of its inputs: on this machine, and in .ci/image-passed.json,
 * which is written when all of it has passed and goes into the commit. A machine that cannot build the image (not root, or no
 * emulation) says so and leaves it out; with PIPIT_CI=full that is a failure.
 *
 *   --passed   tries nothing: exits 0 when there is nothing to try, else 1
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { hashOfInputs } from './inputs.ts';
import { prepareHost } from './prepare-host.ts';
import { ROOT } from './recipe.ts';
import { cacheFolder } from './step.ts';

/** Beside the release, not of it: else it would be an input of its own. */
const RECORD = join(ROOT, '.ci/image-passed.json');

const { values } = parseArgs({ options: { passed: { type: 'boolean', default: false } } });
const isFull = process.env['PIPIT_CI'] === 'full';
/** One after the other, what fails quickest first; those of one line at once, for none of the two needs both processors. */
const steps: readonly (readonly (readonly string[])[])[] = [
  [['image/build.ts', '--verify'], ['image/try-package.ts']],
  [['image/emulate.ts', ...(isFull ? [] : ['--go-on'])]],
];
const digest = await hashOfInputs();
const hasPassed = !isFull && (await recorded()) === digest;
if (values.passed) {
  process.exitCode = hasPassed ? 0 : 1;
} else if (hasPassed) {
  console.log(`The image's inputs are those that passed before (${digest.slice(0, 12)}): it is not tried again.`);
} else {
  const obstacle = await prepareHost().then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (isFull || obstacle === undefined) await tryAll();
  else console.log(`SKIPPED: the image is not built and not tried here. ${obstacle}`);
}

/** What has passed here with the same inputs is not done again. */
async function tryAll(): Promise<void> {
  const folder = join(cacheFolder(), 'passed');
  await mkdir(folder, { recursive: true });
  for (const atOnce of steps) {
    const havePassed = await Promise.all(atOnce.map((step) => hasPassedNow(step, folder)));
    if (havePassed.includes(false)) process.exit(1);
  }
  await writeFile(RECORD, `${JSON.stringify({ inputs: digest, passed_at: new Date().toISOString() }, undefined, 2)}\n`);
}

/** The inputs that passed last; undefined when nobody has said. */
async function recorded(): Promise<string | undefined> {
  const text = await readFile(RECORD, 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { readonly inputs?: string }).inputs;
}

/** Runs a step, unless it has passed before. @param folder where that is noted */
async function hasPassedNow(step: readonly string[], folder: string): Promise<boolean> {
  const [program = ''] = step;
  const stamp = join(folder, `${digest}.${basename(program, '.ts')}`);
  if (!isFull && existsSync(stamp)) return true;
  const begun = performance.now();
  const child = spawn(process.execPath, step, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  console.log(
    `${step.join(' ')}: ${code === 0 ? 'passed' : 'failed'} after ${Math.round((performance.now() - begun) / 1000)} s`,
  );
  if (code === 0) await writeFile(stamp, '');
  return code === 0;
}
