import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../command.ts';
import { debianSources, SUITE } from '../debian.ts';
import type { Recipe } from '../recipe.ts';
import { done } from '../step.ts';
import type { Toolbox } from '../toolbox.ts';
import { PACKAGES } from './packages.ts';

/** Not even unpacked: nobody reads manuals on the appliance. Licences stay. */
const NEVER = [
  '/usr/share/man/*',
  '/usr/share/locale/*',
  '/usr/share/info/*',
  '/usr/share/doc/*',
  '/usr/share/lintian/*',
];

/**
 * Debian with the image's packages and nothing of Pipit in it: the slow part (ten minutes under emulation), made again
 * only when the list of packages changes.
 *
 * @returns file: a tar of the root
 */
export async function makeBase(recipe: Recipe, _toolbox: Toolbox): Promise<string> {
  const packages = Object.keys(PACKAGES).sort();
  const sources = await debianSources();
  const folder = await done({
    name: `base-${recipe.arch}`,
    inputs: [SUITE, recipe.arch, sources, ...NEVER, ...packages],
    async make(into) {
      const list = join(into, 'sources.list');
      await writeFile(list, sources);
      // mmdebstrap of this machine, not of the toolbox: it registers for emulation with this machine's kernel.
      await command('mmdebstrap', [
        `--architectures=${recipe.arch}`,
        '--variant=essential',
        '--dpkgopt=force-unsafe-io',
        ...NEVER.map((path) => `--dpkgopt=path-exclude=${path}`),
        '--dpkgopt=path-include=/usr/share/doc/*/copyright',
        '--aptopt=APT::Install-Recommends "false"',
        `--include=${packages.join(',')}`,
        '--format=tar',
        SUITE,
        join(into, 'base.tar'),
        list,
      ]);
      await rm(list);
    },
  });
  return join(folder, 'base.tar');
}
