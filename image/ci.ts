/*
 * node image/ci.ts: builds the image and tries all of it, when what it is made of is not what passed before on this
 * machine, or when PIPIT_CI=full asks for it. A machine that cannot build it (not root, or no emulation) says so and leaves
 * it out; with PIPIT_CI=full that is a failure.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashOfInputs } from './inputs.ts';
import { prepareHost } from './prepare-host.ts';
import { ROOT } from './recipe.ts';
import { cacheFolder } from './step.ts';

/** What is done, in this order: what fails quickest comes first. */
const STEPS: readonly (readonly string[])[] = [
  ['image/build.ts', '--verify'],
  ['image/try-package.ts'],
  ['image/emulate.ts'],
];

const isFull = process.env['PIPIT_CI'] === 'full';
const digest = await hashOfInputs();
const stamp = join(cacheFolder(), 'passed', digest);
const obstacle = await prepareHost().then(
  () => undefined,
  (error: Error) => error.message,
);
if (!isFull && existsSync(stamp)) {
  console.log(`The image's inputs are those that passed before (${digest.slice(0, 12)}): it is not tried again.`);
} else if (!isFull && obstacle !== undefined) {
  console.log(`SKIPPED: the image is not built and not tried here. ${obstacle}`);
} else {
  for (const step of STEPS) await run(step);
  await mkdir(join(cacheFolder(), 'passed'), { recursive: true });
  await writeFile(stamp, `${new Date().toISOString()}\n`);
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
