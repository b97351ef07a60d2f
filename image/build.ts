/*
 * npm run image [-- OPTIONS]: makes everything of a release in dist/. What was made before with the same inputs is taken
 * from the cache.
 *
 *   --arch arm64|amd64   arm64 is what is shipped (the default), amd64 its twin for tests
 *   --version V          another version than package.json's, to try updates with
 *   --dist FOLDER        somewhere else than dist/
 *   --verify             looks at all of it from outside, and fails when something is not as it must be
 *   --reproducible       instead builds everything twice with empty caches, and compares the bytes
 *   --full               with --reproducible: downloads Debian's packages anew for each, too
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeArtifacts, sizesOf } from './artifacts.ts';
import { epochOfInputs } from './inputs.ts';
import { type Arch, type Recipe, ROOT } from './recipe.ts';
import { makeSystem } from './system.ts';
import { openToolbox } from './toolbox.ts';
import { checkReproducible } from './verify/reproducible.ts';
import { verifyDisk } from './verify/verify-disk.ts';

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: 'arm64' },
    version: { type: 'string', default: ownVersion() },
    dist: { type: 'string', default: join(ROOT, 'dist') },
    verify: { type: 'boolean', default: false },
    reproducible: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
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
if (values.reproducible) console.log((await checkReproducible(recipe, values.full)).join('\n'));
else await build();

async function build(): Promise<void> {
  const toolbox = await openToolbox();
  const system = await makeSystem(recipe, toolbox);
  const artifacts = await makeArtifacts(recipe, toolbox, system);
  console.log(await sizesOf(artifacts));
  if (values.verify) await verifyDisk(recipe, toolbox, { ...system, artifacts });
}

function ownVersion(): string {
  return (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}
