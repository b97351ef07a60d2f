import { command } from './command.ts';

/** The release that the image is made of. */
export const SUITE = 'trixie';

/**
 * Sources of the image's packages, as lines of sources.list: from the mirrors that this machine itself uses.
 *
 * @throws Error when this machine has no Debian mirror
 */
export async function debianSources(): Promise<string> {
  const targets = await command('apt-get', [
    'indextargets',
    '--format',
    '$(SITE) $(CODENAME) $(SUITE)',
    'Created-By: Packages',
    'Component: main',
  ]);
  const sites = targets.split('\n').map((line) => line.split(' '));
  const site = (isOurs: (name: string) => boolean) => sites.find(([, name = '']) => isOurs(name))?.[0];
  const main = site((name) => /^[a-z]+$/.test(name) && name !== 'stable' && name !== 'nodistro');
  const security = site((name) => name.endsWith('-security'));
  if (main === undefined) throw new Error('The image is built on Debian: apt-get knows no mirror of it here.');
  const parts = 'main non-free-firmware';
  const lines = [`deb ${main} ${SUITE} ${parts}`, `deb ${main} ${SUITE}-updates ${parts}`];
  if (security !== undefined) lines.push(`deb ${security} ${SUITE}-security ${parts}`);
  return `${lines.join('\n')}\n`;
}

/** The mirror's line for newer kernels than the release has. */
export function backports(sources: string): string {
  return `${sources.split('\n', 1)[0]?.replace(` ${SUITE} `, ` ${SUITE}-backports `) ?? ''}\n`;
}
