import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../command.ts';

const DAY = 86_400;

/** Copies that the tools for accounts leave behind (passwd(5)). */
const COPIES = ['passwd-', 'group-', 'shadow-', 'gshadow-', 'subuid-', 'subgid-'];

/**
 * Makes the accounts of a root the same each time, and takes from programs what nobody needs here: only root logs in, so
 * none of them has to become root (setuid, setgid).
 *
 * @param epoch seconds since 1970: the day of the last change of every password (shadow(5)), of which there is none
 */
export async function settleAccounts(root: string, epoch: number): Promise<void> {
  for (const name of COPIES) await rm(join(root, 'etc', name), { force: true });
  const shadow = join(root, 'etc/shadow');
  const lines = (await readFile(shadow, 'utf8')).split('\n').map((line) => {
    const [name = '', hash = '', , ...rest] = line.split(':');
    return line === '' ? line : [name, hash, Math.floor(epoch / DAY), ...rest].join(':');
  });
  await writeFile(shadow, lines.join('\n'));
  await command('find', [root, '-xdev', '-type', 'f', '-perm', '/6000', '-exec', 'chmod', 'ug-s', '{}', '+']);
}
