/*
 * node image/try-package.ts: installs, upgrades, removes and purges the arm64 package in a Debian of its own, and has
 * lintian look at it. Ends with 1 when something is not as it must be.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDeb } from './deb/make-deb.ts';
import { trialTable, tryDeb } from './deb/try-deb.ts';
import { epochOfInputs } from './inputs.ts';
import { type Recipe, ROOT } from './recipe.ts';
import { makeBase } from './root/base.ts';
import { openToolbox } from './toolbox.ts';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const recipe: Recipe = { arch: 'arm64', version, epoch: await epochOfInputs(), root: ROOT, dist: join(ROOT, 'dist') };
const toolbox = await openToolbox();
const trials = await tryDeb(recipe, toolbox, await makeDeb(recipe, toolbox), await makeBase(recipe, toolbox));
console.log(trialTable(trials));
if (trials.some(({ isOk }) => !isOk)) process.exitCode = 1;
