/*
 * npm run image [-- OPTIONS]: makes everything of a release in dist/. What was made before with the same inputs is taken
 * from the cache.
 *
 *   --arch arm64|amd64   arm64 is what is shipped (the default), amd64 its twin for tests
 *   --version V          another version than package.json's, to try updates with
 *   --dist FOLDER        somewhere else than dist/
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeArtifacts, sizesOf } from './artifacts.ts';
import { epochOfInputs } from './inputs.ts';
import { type Arch, type Recipe, ROOT } from './recipe.ts';
import { makeSystem } from './system.ts';
import { openToolbox } from './toolbox.ts';

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: 'arm64' },
    version: { type: 'string', default: ownVersion() },
    dist: { type: 'string', default: join(ROOT, 'dist') },
  },
});
if (values.arch !== 'arm64' && values.arch !== 'amd64') throw new Error('--arch is arm64 or amd64.');
const recipe: Recipe = {
  arch: values.arch satisfies Arch,
  version: values.version,
  epoch: await epochOfInputs(),
  root: ROOT,
  dist: resolve(values.dist),
};
const toolbox = await openToolbox();
const artifacts = await makeArtifacts(recipe, toolbox, await makeSystem(recipe, toolbox));
console.log(await sizesOf(artifacts));

function ownVersion(): string {
  return (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}
