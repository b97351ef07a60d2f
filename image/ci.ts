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
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hashOfInputs } from './inputs.ts';
import { prepareHost } from './prepare-host.ts';
import { ROOT } from './recipe.ts';
import { cacheFolder } from './step.ts';

/** Beside the release, not of it: else it would be an input of its own. */
const RECORD = join(ROOT, '.ci/image-passed.json');

const { values } = parseArgs({ options: { passed: { type: 'boolean', default: false } } });
const isFull = process.env['PIPIT_CI'] === 'full';
/** What is done, in this order: what fails quickest comes first. */
const steps: readonly (readonly string[])[] = [
  ['image/build.ts', '--verify'],
  ['image/try-package.ts'],
  ['image/emulate.ts', ...(isFull ? [] : ['--go-on'])],
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
  for (const [number, step] of steps.entries()) {
    const stamp = join(folder, `${digest}.${number}`);
    if (!isFull && existsSync(stamp)) continue;
    await run(step);
    await writeFile(stamp, '');
  }
  await writeFile(RECORD, `${JSON.stringify({ inputs: digest, passed_at: new Date().toISOString() }, undefined, 2)}\n`);
}

/** The inputs that passed last; undefined when nobody has said. */
async function recorded(): Promise<string | undefined> {
  const text = await readFile(RECORD, 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { readonly inputs?: string }).inputs;
}

async function run(step: readonly string[]): Promise<void> {
  const begun = performance.now();
  const child = spawn(process.execPath, step, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    console.error(`${step.join(' ')} failed.`);
    process.exit(1);
  }
  console.log(`${step.join(' ')}: ${Math.round((performance.now() - begun) / 1000)} s`);
}
