import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../command.ts';
import type { Arch } from '../recipe.ts';

/** Signs Debian's suites; of the package debian-archive-keyring, which every Debian has. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Downloads packages for `arch` with apt, checked as apt checks them, without touching what this machine knows about
 * packages, and unpacks them over each other into `into`. None of their scripts runs.
 *
 * @param sources lines of sources.list
 * @param packages NAME=VERSION
 * @throws Error that names the versions the mirror has, when it has not these
 */
export async function unpackPackages(
  arch: Arch,
  sources: string,
  packages: readonly string[],
  into: string,
): Promise<void> {
  const state = `${into}.apt`;
  await mkdir(join(state, 'lists/partial'), { recursive: true });
  await mkdir(join(state, 'cache/archives/partial'), { recursive: true });
  await mkdir(join(state, 'debs'));
  await writeFile(join(state, 'sources.list'), sources.replaceAll(/^deb (?!\[)/gm, `deb [signed-by=${KEYRING}] `));
  await writeFile(join(state, 'status'), '');
  await writeFile(join(state, 'apt.conf'), aptConfiguration(arch, state));
  const options = { cwd: join(state, 'debs'), env: { APT_CONFIG: join(state, 'apt.conf') } };
  try {
    await command('apt-get', ['update', '-qq'], options);
    await command('apt-get', ['download', '-qq', ...packages], options).catch(async (error: Error) => {
      const names = packages.map((each) => each.replace(/=.*/, ''));
      const known = await command('apt-cache', ['madison', ...names], options).catch(() => '');
      throw new Error(
        `The mirror does not have ${packages.join(', ')}. It has:\n${known === '' ? 'none of them' : known}` +
          '\nTry the newer one, then pin it where the old one is named.',
        { cause: error },
      );
    });
    for (const deb of (await readdir(options.cwd)).sort()) await command('dpkg-deb', ['-x', deb, into], options);
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

function aptConfiguration(arch: Arch, state: string): string {
  return [
    `APT::Architecture "${arch}";`,
    `APT::Architectures "${arch}";`,
    `APT::Sandbox::User "root";`,
    `Acquire::Languages "none";`,
    `Dir::Etc::sourcelist "${state}/sources.list";`,
    'Dir::Etc::sourceparts "-";',
    `Dir::State "${state}";`,
    `Dir::State::status "${state}/status";`,
    `Dir::Cache "${state}/cache";`,
    '',
  ].join('\n');
}
